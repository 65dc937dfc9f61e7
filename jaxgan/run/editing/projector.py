"""Pictures found in the latent space, as the projector of StyleGAN2 does."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxgan.core.latent_abilities import Noisy
from jaxgan.core.seeds import key_of
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.noise_regularisation import noise_regularisation, normalised
from jaxgan.run.editing.picture_distance import Distance, pixels
from jaxgan.run.errors import RunError


class Schedule(NamedTuple):
    """Constants of the search; they are those of the official projector.

    Attributes:
      rate: Adam's learning rate at most.
      ramp_up: share of the steps in which the rate rises from 0,
      ramp_down: and in which it falls to 0.
      shaking: noise of the code at first, as a share of the codes' deviation,
      quiet: and the share of the steps after which there is none.
      noise_weight: of what keeps noise maps noise.
    """

    rate: float = 0.1
    ramp_up: float = 0.05
    ramp_down: float = 0.25
    shaking: float = 0.05
    quiet: float = 0.75
    noise_weight: float = 1e5

    def rate_at(self, share: Any) -> jax.Array:
        """The learning rate when a share of all steps is done."""
        down = jnp.minimum(1.0, (1.0 - share) / self.ramp_down)
        down = 0.5 - 0.5 * jnp.cos(down * math.pi)
        return self.rate * down * jnp.minimum(1.0, share / self.ramp_up)

    def shaking_at(self, share: Any) -> jax.Array:
        """The noise of the code then, as a share of the codes' deviation."""
        return self.shaking * jnp.square(jnp.maximum(0.0, 1.0 - share / self.quiet))


class Found(NamedTuple):
    """What was found of B pictures.

    Attributes:
      code: [B, L, N].
      noise: maps [B, H, W] of each layer; () of generators without.
      targets: the pictures, [B, H, W, C] in [-1, 1].
      before: what is made of the mean code.
      after: what is made of the code and the noise.
      frames: the same on the way, [F, B, H, W, C].
      distance: from the pictures [B], after,
      distance_before: and before.
    """

    code: np.ndarray
    noise: tuple[np.ndarray, ...]
    targets: np.ndarray
    before: np.ndarray
    after: np.ndarray
    frames: np.ndarray
    distance: np.ndarray
    distance_before: np.ndarray


class _Place(NamedTuple):
    """What is optimised: codes [B, 1 or L, N], and noise maps [B, H, W]."""

    code: jax.Array
    noise: tuple[jax.Array, ...]


class Projector:
    """Looks for the codes of pictures.

    Karras et al. 2020 (arXiv 1912.04958), appendix D, and the official code: from the
    mean code on, Adam makes the distance of what is generated smaller; noise that falls
    shakes the code, and noise maps are optimised too, with a penalty of what is alike
    in their neighbouring pixels.
    """

    def __init__(
        self,
        codes: Codes,
        distance: Distance = pixels,
        schedule: Schedule | None = None,
        every_layer: bool = False,
    ):
        """Prepares; nothing is compiled.

        Args:
          codes: of the run.
          distance: that is made smaller.
          schedule: the constants.
          every_layer: look for a code of its own for every layer (W+: Abdal et al.
            2019, arXiv 1904.03189) instead of one for all.
        """
        self._codes, self.distance = codes, distance
        self._schedule = schedule or Schedule()
        self._every_layer = every_layer
        self.render = jax.jit(self._made)
        self.apart = jax.jit(distance.compute)
        self._segment = jax.jit(self._walk)

    def __call__(
        self,
        targets: Any,
        *,
        steps: int = 1000,
        seed: int = 0,
        frames: int = 24,
        first: int = 0,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Found:
        """Looks for the codes of pictures.

        A picture's code depends on the picture, its place and the seed alone.

        Args:
          targets: [B, H, W, C] in [-1, 1], of the generator's size.
          steps: of Adam.
          seed: of what is drawn.
          frames: pictures on the way, at most.
          first: the place of the first picture: draws are of the place.
          tell: f(done, total), of steps.

        Raises:
          RunError: if a number is out of range, or pictures are of another size.
        """
        if steps < 1:
            raise RunError(f"--steps: saw {steps}, wanted at least 1")
        targets = jnp.asarray(targets, jnp.float32)
        variables, count = self._codes.variables, len(targets)
        keys = jax.vmap(jax.random.fold_in, (None, 0))(
            _key(seed), first + jnp.arange(count)
        )
        place = self._start(keys)
        moments = _adam.init(place)
        own = [jnp.stack([x] * count) for x in self._own_noise(variables)]
        before = self._checked(variables, place._replace(noise=tuple(own)), targets)
        pictures = [np.asarray(before)]
        length = -(-steps // max(1, min(frames, steps)))
        for done in range(0, steps, length):
            end = min(done + length, steps)
            place, moments = self._segment(
                *(variables, self.distance.weights, targets, keys, place, moments),
                *(np.int32(done), np.int32(end), np.float32(steps)),
            )
            pictures.append(np.asarray(self.render(variables, place)))
            tell(end, steps)
        apart = functools.partial(self.apart, self.distance.weights)
        return Found(
            np.asarray(self._whole(place.code)),
            tuple(map(np.asarray, place.noise)),
            np.asarray(targets),
            pictures[0],
            pictures[-1],
            np.stack(pictures),
            np.asarray(apart(pictures[-1], targets)),
            np.asarray(apart(before, targets)),
        )

    def _checked(self, variables: Any, place: _Place, targets: jax.Array) -> jax.Array:
        made = self.render(variables, place)
        if getattr(made, "shape", ()) != targets.shape:
            raise RunError(
                f"pictures: saw shape {list(targets.shape[1:])}, wanted "
                f"{list(made.shape[1:])}"
            )
        return made

    def _start(self, keys: jax.Array) -> _Place:
        """The mean, and noise of each picture's own."""
        mean = self._codes.spread.mean
        mean = mean if self._every_layer else mean[:1]
        code = jnp.stack([jnp.asarray(mean)] * len(keys))
        maps = self._own_noise(self._codes.variables)
        shapes = [one.shape for one in maps]
        drawn = [_normal(keys, _NOISE + k, shape) for k, shape in enumerate(shapes)]
        return _Place(code, tuple(drawn))

    def _own_noise(self, variables: Any) -> Sequence[jax.Array]:
        game = self._codes.game
        return game.noise_maps(variables) if isinstance(game, Noisy) else ()

    def _whole(self, code: jax.Array) -> jax.Array:
        shape = (len(code), self._codes.layers, code.shape[-1])
        return jnp.broadcast_to(code, shape)

    def _made(self, variables: Any, place: _Place) -> jax.Array:
        """What is made of each code with its own noise."""
        codes, whole = self._codes, self._whole(place.code)
        keys = jax.random.split(jax.random.key(0), len(whole))
        if place.noise:
            variables = codes.game.with_noise_maps(variables, place.noise)
        return codes.generate(variables, codes.like(whole), keys)

    def _walk(
        self, variables, weights, targets, keys, place, moments, done, end, total
    ):
        """Goes the steps from one number to another, of so many in total."""
        schedule, deviation = self._schedule, self._codes.spread.deviation

        def loss(place: _Place, shaken: jax.Array) -> jax.Array:
            made = self._made(variables, place._replace(code=place.code + shaken))
            apart = self.distance.compute(weights, made, targets)
            kept = jax.vmap(noise_regularisation)(place.noise) if place.noise else 0.0
            return jnp.sum(apart + schedule.noise_weight * kept)

        def step(at: jax.Array, carried: Any) -> Any:
            place, moments = carried
            share = at.astype(jnp.float32) / total
            shaken = _normal(keys, at, place.code.shape[1:])
            shaken *= deviation * schedule.shaking_at(share)
            slopes = jax.grad(loss)(place, shaken)
            with jax.numpy_dtype_promotion("standard"):
                moves, moments = _adam.update(slopes, moments)
            rate = schedule.rate_at(share)
            place = jax.tree.map(lambda x, move: x - rate * move, place, moves)
            noise = tuple(jax.vmap(normalised)(x) for x in place.noise)
            return place._replace(noise=noise), moments

        # A loop whose ends are no constants: there is one program for all parts.
        return jax.lax.fori_loop(done, end, step, (place, moments))


_adam = optax.scale_by_adam(b1=0.9, b2=0.999, eps=1e-8)


_NOISE = 2**30
"""Where the numbers of noise maps begin; those of steps are below."""


def _normal(keys: jax.Array, number: Any, shape: Sequence[int]) -> jax.Array:
    """Draws [B, ...] of a number, for each picture by its own key."""

    def draw(key: jax.Array) -> jax.Array:
        return jax.random.normal(jax.random.fold_in(key, number), shape)

    return jax.vmap(draw)(keys)


def joined(parts: Sequence[Found]) -> Found:
    """What was found of all pictures, of what was found of some at a time."""
    frames = np.concatenate([part.frames for part in parts], axis=1)
    rest = [part._replace(frames=()) for part in parts]
    return jax.tree.map(lambda *x: np.concatenate(x), *rest)._replace(frames=frames)


def _key(seed: int) -> jax.Array:
    try:
        return key_of(seed)
    except ValueError as error:
        raise RunError(str(error)) from None

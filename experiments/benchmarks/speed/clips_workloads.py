"""What `clips.py` times: the small variants, in jaxgan and in PyTorch."""

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from side_by_side import Plays

from jaxgan import recipes
from jaxgan.core import Sample, init_state, make_step, metrics, schedules
from jaxgan.core.abilities import Mapped
from jaxgan.core.context import Context, example_keys
from jaxgan.core.types import Augment
from jaxgan.games.latent import LatentGame
from jaxgan.games.levels import LevelGame

QUICK = {"xla_backend_optimization_level": 1}
"""Of what is run once, as runs have it."""
CLASSES = 10
Arrays = tuple[np.ndarray, ...]


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes:
      title: of the row.
      game: of ours.
      recipe: of ours.
      batch: of a step.
      draw: f(batch) -> real examples.
      torch: f() -> generator, discriminator: PyTorch's.
      fill: f(generator, discriminator, variables): gives PyTorch's ours.
      train: f(generator, discriminator) -> f(*real) -> loss: PyTorch's step.
      made: f(generator, latents, labels) -> what PyTorch's makes, in our layout.
      judged: f(discriminator, *real) -> logits of PyTorch's, all frames judged.
      period: of the turns, in steps.
      augment: of ours, of what is judged.
      stirred: deviation of what is added to all parameters at first, of networks that
        begin at 0.
    """

    title: str
    game: LatentGame | LevelGame
    recipe: recipes.Recipe
    batch: int
    draw: Callable[[int], Arrays]
    torch: Callable[[], tuple[Any, Any]]
    fill: Callable[[Any, Any, Any], None]
    train: Callable[[Any, Any], Callable[..., Any]]
    made: Callable[..., Any]
    judged: Callable[..., Sequence[Any]]
    period: int = 1
    augment: Augment = Augment()  # noqa: RUF009  immutable
    stirred: float = 0.0

    def ours(self, batch: int, apply: bool = True) -> tuple[Plays, Any]:
        """Makes ours, whose step is compiled at the first; with what it begins with."""
        game, recipe = self.game, self.recipe
        described = game, recipe.turns, recipe.optimizers
        real = jax.device_put(as_sample(self.draw(batch)))

        def begin(key):
            state = init_state(key, *described, real, self.augment)
            return state._replace(variables=stirred(state.variables, self.stirred))

        state = jax.jit(begin, compiler_options=QUICK)(jax.random.key(0))
        begun = jax.device_get(state.variables)
        more = {"ema_decay": recipe.ema_decay, "augment": self.augment}
        step = jax.jit(make_step(*described, **more), donate_argnums=0)

        @functools.cache
        def compiled() -> Any:
            return step.lower(state, real).compile()

        def play():
            nonlocal state
            state, measured = compiled()(state, real)
            return jax.block_until_ready((state, measured))[1]

        if not apply:
            return Plays(play, lambda: 0.0, lambda: np.zeros(()), dict), begun
        z = self.latent(batch)
        make, judge = self._applied(batch)
        on_device = jax.device_put(begun)
        one = jax.tree.map(lambda x: x[:1], z)

        def outputs():
            made = make(on_device.generator, z)
            logits = judge(on_device.discriminator, real)
            return jax.device_get({**made, **logits})

        return Plays(
            play,
            # Nothing is measured of a turn that is not due.
            lambda: metrics.result(play()).get("generator/loss", math.nan),
            lambda: np.asarray(jax.tree.leaves(make(on_device.generator, one))[0]),
            outputs,
        ), begun

    def _applied(self, batch: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """What makes samples of latents, by name, and what judges them."""
        game, every_frame = self.game, self.game.discriminator
        if hasattr(every_frame, "frames"):
            every_frame = every_frame.clone(frames=self.draw(1)[0].shape[1])

        @jax.jit
        def make(variables, latent):
            context = Context(example_keys(jax.random.key(0), len(latent.value)))
            if isinstance(game, Mapped):
                latent = game.mapped(variables, latent, context)
            sample, _ = game.generate(variables, latent, context)
            shares, value = sample.features, sample.value
            if isinstance(value, tuple):
                return {f"level {place}": x for place, x in enumerate(value)}
            name = "clip" if value.ndim == 5 else "image"
            return shares if isinstance(shares, dict) else {name: value}

        @jax.jit
        def judge(variables, sample):
            context = Context(example_keys(jax.random.key(0), batch))
            verdict: Any = every_frame.apply(variables, *sample[:2], context)
            return flat(verdict.logits)

        return make, judge

    def theirs(self, batch: int, begun: Any) -> Plays:
        """The same of PyTorch, with the parameters that ours begins with, or None."""
        import torch

        torch.manual_seed(0)
        nets = self.torch()
        if begun is not None:
            self.fill(*nets, begun)
        nets = [channels_last(net) for net in nets]
        real = [torch.from_numpy(layout(one)) for one in self.draw(batch)]
        step, latent = self.train(*nets), self.latent(batch)
        latent = [torch.from_numpy(x) for x in jax.tree.leaves(latent)]

        def made(count):
            nets[0].eval()
            with torch.inference_mode():
                found = self.made(nets[0], *(x[:count] for x in latent))
            nets[0].train()
            return found

        def outputs():
            nets[1].eval()
            with torch.inference_mode():
                logits = self.judged(nets[1], *real)
            nets[1].train()
            found = {**made(batch), **flat(logits)}
            return {name: np.asarray(one) for name, one in found.items()}

        return Plays(
            lambda: step(*real),
            lambda: step(*real).item(),
            lambda: next(iter(made(1).values())),
            outputs,
        )

    def latent(self, batch: int) -> Sample:
        """Latents, and labels if there are any."""
        rng = np.random.default_rng(1)
        z = rng.standard_normal((batch, self.game.latent_size)).astype(np.float32)
        labelled = self.game.conditioning.labelled
        return Sample(z, rng.integers(0, CLASSES, batch) if labelled else ())


def stirred(variables: Any, deviation: float) -> Any:
    """Variables whose parameters are not 0 where they were."""
    if not deviation:
        return variables

    def moved(player, key):
        leaves, structure = jax.tree.flatten(player["params"])
        keys = jax.random.split(key, len(leaves))
        noise = [jax.random.normal(k, x.shape) for k, x in zip(keys, leaves)]
        leaves = [x + deviation * n for x, n in zip(leaves, noise)]
        return {**player, "params": structure.unflatten(leaves)}

    keys = jax.random.split(jax.random.key(1))
    return variables._replace(
        generator=moved(variables.generator, keys[0]),
        discriminator=moved(variables.discriminator, keys[1]),
    )


def as_sample(arrays: Arrays) -> Sample:
    """Clips and labels, or graphs."""
    first, second = arrays
    if second.ndim == 1:
        return Sample(first, second)
    return Sample({"adjacency": first, "nodes": second})


def layout(array: np.ndarray) -> np.ndarray:
    """PyTorch's, of clips."""
    return np.moveaxis(array, -1, 2) if array.ndim == 5 else array


def channels_last(net: Any) -> Any:
    """A network of PyTorch whose kernels lie as oneDNN likes them."""
    import torch

    forms = {4: torch.channels_last, 5: torch.channels_last_3d}
    for parameter in net.parameters():
        if parameter.ndim in forms:
            form = forms[parameter.ndim]
            parameter.data = parameter.data.contiguous(memory_format=form)
    return net


def flat(logits: Any) -> dict[str, Any]:
    """Logits [B, n] by name, in the order of 'clip' and 'frame'."""
    return {
        f"logits {place}": one.reshape(len(one), -1)
        for place, one in enumerate(jax.tree.leaves(logits))
    }


def clips(frames: int) -> Callable[[int], Arrays]:
    """Draws clips of a size and labels."""

    def draw(batch: int) -> Arrays:
        rng = np.random.default_rng(0)
        values = rng.uniform(-1, 1, (batch, frames, 32, 32, 1)).astype(np.float32)
        return values, rng.integers(0, CLASSES, batch)

    return draw


def graphs(batch: int) -> Arrays:
    """Draws symmetric graphs of up to nine atoms."""
    rng = np.random.default_rng(0)
    bonds = np.triu(rng.integers(0, 4, (batch, 9, 9)), 1)
    bonds = bonds + bonds.swapaxes(1, 2)
    eye = np.eye(5, dtype=np.float32)
    return eye[:4, :4][bonds], eye[rng.integers(0, 5, (batch, 9))]


def fill(net: Any, variables: Any) -> None:
    """Gives a network of PyTorch with the names of our layers our parameters."""
    import torch
    from torch.nn.utils.parametrize import is_parametrized

    def put(target, array):
        target.data = torch.from_numpy(np.array(array))

    left = {id(parameter) for parameter in net.parameters()}
    for path, array in jax.tree_util.tree_leaves_with_path(variables["params"]):
        *where, leaf = (key.key for key in path)
        layer = net.get_submodule(".".join(where))
        if leaf == "bias":
            target = layer.bias
        elif is_parametrized(layer):
            target = layer.parametrizations.weight.original
        else:
            target = layer.weight
        if leaf == "kernel" and not isinstance(layer, torch.nn.Embedding):
            array = np.moveaxis(np.asarray(array), (-1, -2), (0, 1))
        if target.shape != array.shape:
            raise ValueError(f"{path}: saw {array.shape}, wanted {target.shape}")
        left.remove(id(target))
        put(target, array)
    if left:
        raise ValueError(f"{len(left)} parameters of PyTorch's are not ours")
    vectors = variables.get("spectral", {})
    for path, u in jax.tree_util.tree_leaves_with_path(vectors):
        *where, _, _ = (key.key for key in path)
        weight = net.get_submodule(".".join(where)).parametrizations.weight
        put(weight[0]._u, u)
        right = weight.original.detach().flatten(1).T @ weight[0]._u
        put(weight[0]._v, right / right.norm())


def fill_both(generator: Any, discriminator: Any, begun: Any) -> None:
    """Of both players, see `fill`."""
    fill(generator, begun.generator)
    fill(discriminator, begun.discriminator)


def averaged(recipe: recipes.Recipe, half_life: float = 2_000.0) -> recipes.Recipe:
    """With a running average of the generator."""
    return recipe._replace(ema_decay=schedules.half_life(half_life, ramp_up=0.05))


def made_clips(generator: Any, z: Any, labels: Any) -> dict[str, np.ndarray]:
    """In our layout."""
    return {"clip": generator(z, labels).movedim(2, -1).numpy()}

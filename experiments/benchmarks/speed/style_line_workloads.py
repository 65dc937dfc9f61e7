"""What `style_line.py` times: small networks, all grown, of coloured pictures."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from side_by_side import Plays

from jaxgan import recipes
from jaxgan.core import Sample, init_state, make_step, metrics
from jaxgan.core.context import Context, example_keys
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import progan, stylegan, stylegan3
from jaxgan.models.progan import weights as progan_weights
from jaxgan.models.stylegan import weights as stylegan_weights
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import features, sides
from jaxgan.models.stylegan3 import weights as stylegan3_weights

LATENT = 64


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes:
      title: of the row.
      game: of ours.
      recipe: of ours.
      batch: of a step.
      torch: f() -> generator, discriminator: PyTorch's.
      train: f(generator, discriminator) -> f(real) -> loss: PyTorch's step.
      exports: f(variables) -> state dict, of either.
      size: pixels per side.
      period: of the turns, in steps.
    """

    title: str
    game: Any
    recipe: recipes.Recipe
    batch: int
    torch: Callable[[], tuple[Any, Any]]
    train: Callable[[Any, Any], Callable[[Any], Any]]
    exports: tuple[Callable[[Any], dict[str, np.ndarray]], ...]
    size: int = 32
    period: int = 1

    def ours(self, batch: int, apply: bool = True) -> tuple[Plays, Any]:
        """Makes ours, whose step is compiled at the first; with what it begins with."""
        game, recipe = self.game, self.recipe
        described = game, recipe.turns, recipe.optimizers
        real = Sample(jax.device_put(self._real(batch)))
        first = jax.jit(lambda key: init_state(key, *described, real))
        state = first(jax.random.key(0))
        begun = jax.device_get(state.variables)
        begun = begun._replace(generator=_stirred(begun.generator))
        state = state._replace(variables=jax.device_put(begun))
        step = jax.jit(
            make_step(*described, ema_decay=recipe.ema_decay), donate_argnums=0
        )

        @functools.cache
        def compiled() -> Any:
            return step.lower(state, real).compile()

        def play():
            nonlocal state
            state, measured = compiled()(state, real)
            return jax.block_until_ready((state, measured))[1]

        if not apply:
            return Plays(play, lambda: 0.0, lambda: np.zeros(()), dict), begun

        def called(module, variables, value):
            context = Context(example_keys(jax.random.key(0), len(value)))
            return module.apply(variables, value, (), context)

        def make(variables, z):
            return called(game.generator, variables, z)

        def judge(variables, images):
            return called(game.discriminator, variables, images).logits

        def slope(variables, images):
            return jax.grad(lambda images: judge(variables, images).sum())(images)

        z = self._latents(batch)
        on_device = jax.device_put(begun)
        one = jax.jit(make).lower(on_device.generator, z[:1]).compile()

        def outputs():
            seen = on_device.discriminator, self._real(batch)
            found = {
                "image": jax.jit(make)(on_device.generator, z),
                "logit": jax.jit(judge)(*seen),
                "slope": jax.jit(slope)(*seen),
            }
            return jax.device_get(found)

        return Plays(
            play,
            lambda: metrics.result(play())["generator/loss"],
            lambda: np.asarray(one(on_device.generator, z[:1])),
            outputs,
        ), begun

    def theirs(self, batch: int, begun: Any) -> Plays:
        """The same of PyTorch, with the parameters that ours begins with, or None."""
        import torch

        torch.manual_seed(0)
        nets = self.torch()
        for net, export, variables in zip(nets, self.exports, begun or ()):
            arrays = {
                name: torch.from_numpy(np.array(array))
                for name, array in export(variables).items()
            }
            net.load_state_dict(arrays)
        generator, discriminator = (
            net.to(memory_format=torch.channels_last) for net in nets
        )
        real = torch.from_numpy(self._real(batch).transpose(0, 3, 1, 2))
        real = real.contiguous(memory_format=torch.channels_last)
        step = self.train(generator, discriminator)
        z = torch.from_numpy(self._latents(batch))

        def made(z):
            with torch.inference_mode():
                return generator(z).numpy().transpose(0, 2, 3, 1)

        def outputs():
            seen = real.clone().requires_grad_()
            logits = discriminator(seen)
            (slope,) = torch.autograd.grad(logits.sum(), seen)
            return {
                "image": made(z),
                "logit": logits.detach().numpy(),
                "slope": slope.numpy().transpose(0, 2, 3, 1),
            }

        return Plays(
            lambda: step(real), lambda: step(real).item(), lambda: made(z[:1]), outputs
        )

    def _real(self, batch: int) -> np.ndarray:
        shape = batch, self.size, self.size, 3
        return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)

    def _latents(self, batch: int) -> np.ndarray:
        drawn = np.random.default_rng(1).standard_normal((batch, LATENT))
        return drawn.astype(np.float32)


def _stirred(variables: Any) -> Any:
    """Draws what begins with nothing, so that all of it is seen to be the same."""
    rng = np.random.default_rng(2)

    def stir(path, array):
        if path[-1].key not in ("bias", "noise_strength") or np.any(array):
            return array
        return (0.1 * rng.standard_normal(array.shape)).astype(array.dtype)

    return jax.tree_util.tree_map_with_path(stir, variables)


def _widths(base: int, most: int, size: int = 32) -> list[int]:
    """Channels of the maps, from 4×4 on."""
    return [features(side, base, most) for side in sides(size)]


def _progan() -> Workload:
    base, most = 512, 64

    def torch():
        import torch_progan as networks

        widths = _widths(base, most)
        return (
            networks.Generator(widths, LATENT),
            networks.Discriminator(widths, features(2, base, most)),
        )

    def train(generator, discriminator):
        from torch_style_line_step import progan_step

        return progan_step(generator, discriminator)

    sizes: Any = {"channel_base": base, "channel_max": most}
    return Workload(
        "ProGAN, 32²",
        LatentGame(
            progan.Generator(**sizes, place_biases=True),
            progan.Discriminator(**sizes),
            LATENT,
        ),
        recipes.progan(decay=0.99),
        16,
        torch,
        train,
        (progan_weights.export_torch,) * 2,
    )


def _stylegan() -> Workload:
    base, most, layers = 512, 64, 2

    def torch():
        import torch_stylegan as networks

        widths = _widths(base, most)
        return (
            networks.Generator(sides(32), widths, LATENT, LATENT, layers),
            networks.Discriminator(widths, features(2, base, most)),
        )

    def train(generator, discriminator):
        from torch_style_line_step import stylegan_step

        return stylegan_step(generator, discriminator)

    sizes: Any = {"channel_base": base, "channel_max": most}
    return Workload(
        "StyleGAN, 32²",
        StyleGame(
            stylegan.Generator(style_size=LATENT, mapping_layers=layers, **sizes),
            stylegan.Discriminator(**sizes),
            LATENT,
        ),
        recipes.stylegan(half_life=5_000.0),
        16,
        torch,
        train,
        (stylegan_weights.export_torch,) * 2,
    )


def _stylegan3(turns: bool) -> Workload:
    base, most, wide = 256, 16, 2 if turns else 1
    decay = 0.5 ** (8 / 20_000)
    generator = stylegan3.Generator(
        (32, 32, 3),
        style_size=LATENT,
        channel_base=wide * base,
        channel_max=wide * most,
        kernel_size=1 if turns else 3,
        radial=turns,
        synthesis_layers=4,
        margin=4,
        magnitude_decay=decay,
    )

    def torch():
        import torch_stylegan2
        import torch_stylegan3 as networks

        size = generator.kernel_size
        how = generator.mapping_layers, size, turns, decay
        return (
            networks.Generator(generator.stages, LATENT, LATENT, *how),
            torch_stylegan2.Discriminator(sides(32), _widths(base, most)),
        )

    def train(generator, discriminator):
        from torch_style_line_step import stylegan3_step

        return stylegan3_step(generator, discriminator)

    return Workload(
        f"StyleGAN3-{'R' if turns else 'T'}, 32²",
        StyleGame(
            generator,
            stylegan3.Discriminator(channel_base=base, channel_max=most),
            LATENT,
            mixing=0.0,
        ),
        recipes.stylegan3(1.0, half_life=2_500.0, ramp_up=None),
        8,
        torch,
        train,
        (
            lambda variables: stylegan3_weights.export_torch(variables, generator),
            stylegan2_weights.export_torch,
        ),
        period=16,
    )


WORKLOADS: dict[str, Workload] = {
    "progan": _progan(),
    "stylegan": _stylegan(),
    "stylegan3-t": _stylegan3(False),
    "stylegan3-r": _stylegan3(True),
}

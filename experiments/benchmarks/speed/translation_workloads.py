"""The networks and recipes that `translation.py` times, in jaxgan and in PyTorch."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from side_by_side import Plays

from jaxgan import recipes
from jaxgan.core import Sample, init_state, make_step, metrics
from jaxgan.core.context import Context, example_keys
from jaxgan.games.paired import PairedGame
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.models import cyclegan, pix2pix, restoration, vgg
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.models.restoration import weights as restoration_weights
from jaxgan.models.vgg import weights as vgg_weights
from jaxgan.terms import perceptual

Pictures = tuple[np.ndarray, np.ndarray]
"""Sources and targets, or both domains: [B, H, W, 3] in [-1, 1]."""


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes:
      title: of the row.
      game: of ours.
      recipe: of ours.
      sizes: pixels per side of sources and targets.
      torch: f(ours or None) -> (f(pictures...) -> loss, generator): PyTorch's step,
        with the variables of ours in it.
      frozen: makes the variables of frozen networks.
      shared_draws: see `make_step`.
      unit: whether PyTorch's pictures are in [0, 1].
      period: of the turns, in steps.
    """

    title: str
    game: Any
    recipe: recipes.Recipe
    sizes: tuple[int, int]
    torch: Callable[[Any], tuple[Any, Any]]
    frozen: Callable[[], Any] = dict
    shared_draws: bool = False
    unit: bool = False
    period: int = 1

    def ours(self, batch: int, apply: bool = True) -> tuple[Plays, Any]:
        """Compiles ours; with the variables that it begins with, on the host."""
        return jax_plays(self, self.pictures(batch), apply)

    def theirs(self, batch: int, begun: Any) -> Plays:
        """The same of PyTorch, with the parameters that ours begins with, or None."""
        return torch_plays(self, self.pictures(batch), begun)

    @property
    def paired(self) -> bool:
        """Whether pictures have partners."""
        return isinstance(self.game, PairedGame)

    def pictures(self, batch: int) -> Pictures:
        """Draws a batch."""
        rng = np.random.default_rng(0)
        first, second = (
            rng.uniform(-1.0, 1.0, (batch, size, size, 3)).astype(np.float32)
            for size in self.sizes
        )
        return first, second

    def batch(self, pictures: Pictures) -> Sample:
        """Brings a batch into the form of the game."""
        first, second = pictures
        if self.paired:
            return Sample(second, first)
        return Sample({"x": first, "y": second})


def jax_plays(
    workload: Workload, pictures: Pictures, apply: bool = True
) -> tuple[Plays, Any]:
    """Compiles ours; with the state that it begins with, on the host."""
    batch = jax.device_put(workload.batch(pictures))
    recipe = workload.recipe
    description = workload.game, recipe.turns, recipe.optimizers
    frozen = workload.frozen()
    first = jax.jit(lambda key: init_state(key, *description, batch, frozen=frozen))
    state = first(jax.random.key(0))
    described = {
        "ema_decay": recipe.ema_decay,
        "shared_draws": workload.shared_draws,
    }
    step = jax.jit(make_step(*description, **described), donate_argnums=0)
    compiled = step.lower(state, batch).compile()
    begun = jax.device_get(state.variables)
    compiled_apply, variables = None, jax.device_put(begun.generator)
    source = pictures[0][:1]
    keys = example_keys(jax.random.key(0), 1)

    def applied(variables, images):
        return workload.game.apply(variables, images, Context(keys)).value

    if apply:
        compiled_apply = jax.jit(applied).lower(variables, source).compile()

    def play():
        nonlocal state
        state, measured = compiled(state, batch)
        return jax.block_until_ready((state, measured))[1]

    def loss():
        return metrics.result(play())["generator/loss"]

    def apply_once():
        assert compiled_apply is not None
        return np.asarray(compiled_apply(variables, source))[0]

    return Plays(play, loss, apply_once, lambda: {"output": apply_once()}), begun


def torch_plays(workload: Workload, pictures: Pictures, begun: Any) -> Plays:
    """The same of PyTorch, with the parameters that ours begins with."""
    import torch

    form = {"memory_format": torch.channels_last}
    step, generator = workload.torch(begun)

    def tensor(images):
        images = 0.5 * images + 0.5 if workload.unit else images
        return torch.from_numpy(images.transpose(0, 3, 1, 2)).to(**form)

    tensors = [tensor(images) for images in pictures]

    def apply():
        with torch.inference_mode():
            made = generator(tensor(pictures[0][:1])).numpy()[0].transpose(1, 2, 0)
        return 2.0 * made - 1.0 if workload.unit else made

    def play():
        return step(*tensors)

    return Plays(play, lambda: play().item(), apply, lambda: {"output": apply()})


def loaded(net: Any, state: dict[str, Any]) -> Any:
    """A network of PyTorch with the arrays of a state dict, if there are any."""
    import torch

    if state:
        arrays = {name: torch.from_numpy(np.array(x)) for name, x in state.items()}
        missing, unexpected = net.load_state_dict(arrays, strict=False)
        spare = ("num_batches_tracked", "mean", "deviation")
        missing = [name for name in missing if not name.endswith(spare)]
        if missing or unexpected:
            raise ValueError(f"{missing} are missing and {unexpected} not expected")
    return net.to(memory_format=torch.channels_last)


def _pix2pix(size: int, halvings: int, dropout: float = 0.5) -> Workload:
    def torch(begun):
        import torch_translation as networks
        from torch_translation_step import pix2pix_step

        export = pix2pix_weights.export_torch
        generator = loaded(
            networks.dcgan_init(networks.UNet(halvings, dropout=dropout)),
            begun and export(begun.generator),
        )
        discriminator = loaded(
            networks.dcgan_init(networks.patch_discriminator(6)),
            begun and export(begun.discriminator),
        )
        return pix2pix_step(generator, discriminator), generator

    return Workload(
        f"pix2pix, U-Net-{2**halvings}, {size}²",
        PairedGame(
            pix2pix.Generator(halvings=halvings, dropout=dropout),
            pix2pix.Discriminator(),
        ),
        recipes.pix2pix(),
        (size, size),
        torch,
        shared_draws=True,
    )


def _cyclegan(size: int, blocks: int) -> Workload:
    def torch(begun):
        import torch_translation as networks
        from torch import nn
        from torch_translation_step import cyclegan_step

        made = []
        for name in ("x_to_y", "y_to_x"):
            net = networks.dcgan_init(networks.cyclegan_generator(blocks))
            params = begun and {"params": begun.generator["params"][name]}
            made.append(loaded(net, params and cyclegan_weights.export_torch(params)))
        for name in ("x", "y"):
            net = networks.patch_discriminator(3, nn.InstanceNorm2d)
            params = begun and {"params": begun.discriminator["params"][name]}
            state = params and pix2pix_weights.export_torch(params)
            made.append(loaded(networks.dcgan_init(net), state))
        return cyclegan_step(*made), made[0]

    translator, critic = cyclegan.Generator(blocks=blocks), cyclegan.Discriminator()
    return Workload(
        f"CycleGAN, ResNet-{blocks}, {size}²",
        UnpairedGame(translator, translator, critic, critic),
        recipes.cyclegan((size, size, 3)),
        (size, size),
        torch,
    )


def _esrgan(size: int, blocks: int, pixels: bool) -> Workload:
    width, growth = 64, 32
    seen = vgg.VGG()
    images = jax.ShapeDtypeStruct((1, 32, 32, 3), np.float32)

    def frozen():
        shapes = jax.eval_shape(seen.init, jax.random.key(0), images)
        rng = np.random.default_rng(0)

        def draw(x):
            if len(x.shape) == 1:
                return np.zeros(x.shape, np.float32)
            scale = np.sqrt(2.0 / np.prod(x.shape[:-1]))
            return (scale * rng.standard_normal(x.shape)).astype(np.float32)

        return {} if pixels else {"vgg": jax.tree.map(draw, shapes)}

    def torch(begun):
        import torch_translation as networks
        import torch_translation_step as steps

        export = restoration_weights.export_torch
        generator = loaded(
            networks.RRDBNet(width, blocks, growth), begun and export(begun.generator)
        )
        if pixels:
            return steps.pixel_step(generator), generator
        discriminator = loaded(
            networks.VGGDiscriminator(4 * size, 64),
            begun and export(begun.discriminator),
        )
        features = loaded(networks.VGG(), vgg_weights.export_torch(frozen()["vgg"]))
        features.requires_grad_(False)
        return steps.esrgan_step(generator, discriminator, features), generator

    def features(variables, pictures) -> Any:
        return seen.apply(variables, pictures)

    content = perceptual(features, {"conv5_4": 1.0})
    recipe = recipes.esrgan(content, pixel_steps=0)
    if pixels:
        only = recipes.esrgan(content).turns[0]._replace(name="generator", stop=None)
        recipe = recipe._replace(turns=(only,))
    return Workload(
        f"{'pixels of ' * pixels}ESRGAN, RRDBNet x4 of {blocks} blocks, {size}²",
        PairedGame(
            restoration.RRDBNet(width=width, blocks=blocks, growth=growth),
            restoration.VGGDiscriminator(4 * size),
            judges_source=False,
        ),
        recipe,
        (size, 4 * size),
        torch,
        frozen,
        unit=True,
    )


WORKLOADS: dict[str, Workload] = {
    "pix2pix": _pix2pix(128, 7),
    "pix2pix-plain": _pix2pix(128, 7, 0.0),
    "cyclegan": _cyclegan(64, 6),
    "esrgan-pixels": _esrgan(32, 6, True),
    "esrgan": _esrgan(32, 6, False),
}

"""The networks and recipes that `peers.py` times, in jaxgan and in PyTorch."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import recipes
from jaxgan.core import Sample, Turn, init_state, make_step
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import dcgan, mlp, r3gan, resnet, stylegan2
from jaxgan.run.devices.compiled_program import operations


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table."""

    game: LatentGame | StyleGame
    recipe: recipes.Recipe
    shape: tuple[int, int, int]
    torch: Callable[[Any], tuple[Any, Any]]
    """Makes PyTorch's networks, given the module that defines them."""
    train: Callable[..., Callable[[Any], None]]
    """Makes PyTorch's step of them, a device, a dtype and whether to compile them."""
    batch_size: int = 64
    differentiates_twice: bool = False
    """Then `torch.compile` does not serve."""

    @property
    def period(self) -> int:
        """Steps after which every turn was played."""
        return max(turn.every for turn in self.recipe.turns)

    def flops(self) -> float:
        """Floating-point operations of an average step, as XLA counts them.

        Of every turn alone, because XLA counts a branch as if it were taken.
        """
        turns = self.recipe.turns
        return sum(self._flops_when_due(turn) / turn.every for turn in turns)

    def _flops_when_due(self, turn: Turn) -> float:
        described = self.game, (turn,), self.recipe.optimizers
        batch = Sample(jax.ShapeDtypeStruct((self.batch_size, *self.shape), np.float32))
        state = jax.eval_shape(
            lambda batch: init_state(jax.random.key(0), *described, batch), batch
        )
        return operations(make_step(*described), state, batch)


def adversarial(
    loss: str,
    latent: int,
    rate: float,
    betas: tuple[float, float],
    every: int = 1,
    penalty: float = 0.0,
) -> Callable[..., Callable[[Any], None]]:
    """PyTorch's step of one loss, see `torch_step.make_step`."""

    def train(generator, discriminator, device, dtype, compiled):
        import torch_step

        where = device, dtype, compiled
        how = latent, loss, rate, betas, every, penalty
        return torch_step.make_step(generator, discriminator, *where, *how)

    return train


def _mlp(dtype: Any) -> Workload:
    return Workload(
        LatentGame(mlp.Generator(dtype=dtype), mlp.Discriminator(dtype=dtype), 100),
        recipes.nonsaturating(),
        (28, 28, 1),
        lambda peer: (peer.dense_generator(), peer.dense_discriminator()),
        adversarial("nonsaturating", 100, 2e-4, (0.5, 0.999)),
    )


def _dcgan(size: int, channels: int, dtype: Any) -> Workload:
    """Of 64 channels, doubled towards the base."""
    shape, width = (size, size, channels), 64
    return Workload(
        LatentGame(
            dcgan.Generator(shape, width, dtype=dtype),
            dcgan.Discriminator(width, dtype=dtype),
            100,
        ),
        recipes.nonsaturating(),
        shape,
        lambda peer: (
            peer.dcgan_generator(size, channels, width, 100),
            peer.dcgan_discriminator(size, channels, width, True),
        ),
        adversarial("nonsaturating", 100, 2e-4, (0.5, 0.999)),
    )


def _wgan_gp(dtype: Any) -> Workload:
    return Workload(
        LatentGame(
            dcgan.Generator((32, 32, 3), 64, dtype=dtype),
            dcgan.Discriminator(64, normalise=False, dtype=dtype),
            100,
        ),
        recipes.wgan_gp(),
        (32, 32, 3),
        lambda peer: (
            peer.dcgan_generator(32, 3, 64, 100),
            peer.dcgan_discriminator(32, 3, 64, False),
        ),
        adversarial("wasserstein", 100, 1e-4, (0.0, 0.9), 5, penalty=10.0),
        differentiates_twice=True,
    )


def _sngan(
    size: int, widths: Sequence[int], judged: Sequence[int], halvings: int, batch: int
) -> Callable[[Any], Workload]:
    """SNGAN's ResNets: channels of the generator's maps, and the discriminator's."""

    def of_dtype(dtype: Any) -> Workload:
        shape = (size, size, 3)
        judge = resnet.Discriminator(judged, halvings, spectral=True, dtype=dtype)
        return Workload(
            LatentGame(resnet.Generator(shape, widths, dtype=dtype), judge, 128),
            recipes.hinge(),
            shape,
            lambda peer: (
                peer.resnet_generator(128, widths),
                peer.resnet_discriminator(judged, halvings),
            ),
            adversarial("hinge", 128, 2e-4, (0.0, 0.9), 5),
            batch_size=batch,
        )

    return of_dtype


def _stylegan2(size: int, batch: int) -> Callable[[Any], Workload]:
    """Maps of 4096 / side channels, at most 128; every penalty of the paper."""

    def of_dtype(dtype: Any) -> Workload:
        most = {"channel_base": 4096, "channel_max": 128, "dtype": dtype}
        shape, sides = (size, size, 3), stylegan2.sides(size)
        widths = [min(4096 // side, 128) for side in sides]
        generator = stylegan2.Generator(shape, style_size=128, **most)
        return Workload(
            StyleGame(generator, stylegan2.Discriminator(**most), 128),
            recipes.stylegan2(),
            shape,
            lambda peer: (
                peer.stylegan2.Generator(sides, widths, 128, 128, layers=8),
                peer.stylegan2.Discriminator(sides, widths),
            ),
            _train_stylegan2,
            batch_size=batch,
            differentiates_twice=True,
        )

    return of_dtype


def _train_stylegan2(generator, discriminator, device, dtype, compiled):
    import torch_stylegan2_step

    del compiled
    return torch_stylegan2_step.make_step(generator, discriminator, device, dtype)


def _r3gan(width: int, batch: int) -> Callable[[Any], Workload]:
    """The published networks for CIFAR-10, without labels, of any width."""

    def of_dtype(dtype: Any) -> Workload:
        widths, groups = (width,) * 4, (width // 8,) * 4
        return Workload(
            LatentGame(
                r3gan.Generator(widths, groups, shape=(32, 32, 3), dtype=dtype),
                r3gan.Discriminator(widths, groups, dtype=dtype),
                64,
            ),
            recipes.r3gan(),
            (32, 32, 3),
            lambda peer: (
                peer.r3gan.Generator(widths, groups, 64),
                peer.r3gan.Discriminator(widths, groups),
            ),
            _train_r3gan,
            batch_size=batch,
            differentiates_twice=True,
        )

    return of_dtype


def _train_r3gan(generator, discriminator, device, dtype, compiled):
    import torch_r3gan_step

    del compiled
    return torch_r3gan_step.make_step(generator, discriminator, device, dtype, 64)


WORKLOADS: dict[str, Callable[[Any], Workload]] = {
    "mlp-mnist": _mlp,
    "dcgan-28": lambda dtype: _dcgan(28, 1, dtype),
    "dcgan-32": lambda dtype: _dcgan(32, 3, dtype),
    "dcgan-64": lambda dtype: _dcgan(64, 3, dtype),
    "sngan-32": _sngan(32, (256,) * 4, (128,) * 4, 2, 16),
    "wgan-gp-32": _wgan_gp,
    "stylegan2-32": _stylegan2(32, 16),
    "stylegan2-64": _stylegan2(64, 8),
    "r3gan-32": _r3gan(128, 16),
    "dcgan-128": lambda dtype: _dcgan(128, 3, dtype),
    "sngan-64": _sngan(
        *(64, (1024, 512, 256, 128, 64), (64, 128, 256, 512, 1024), 5, 64)
    ),
    "sngan-cifar10": _sngan(32, (256,) * 4, (128,) * 4, 2, 64),
    "r3gan-cifar10": _r3gan(768, 512),
}
"""f(dtype) -> workload."""

LARGE = ("dcgan-128", "sngan-64", "sngan-cifar10", "r3gan-cifar10")
"""Too slow for a CPU, unless asked for."""

DTYPES = {"float32": jnp.float32, "bfloat16": jnp.bfloat16}

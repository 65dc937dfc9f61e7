"""The train step of jaxgan, of naive Flax and of PyTorch, side by side.

    python experiments/benchmarks/peers.py
    python experiments/benchmarks/peers.py --only dcgan-64 sngan-32 --rounds 5

Same networks, losses, optimizers and batch; float32; PyTorch eager with channels_last
(pip install jaxgan[parity]; without it its column stays empty). 'naive' is the same
step with every convolution and its gradients left to XLA, as flax.linen's layers do.
One round times each once, whole periods of turns at a time, and the rounds repeat, so
that what else the machine does falls on all. The table shows the median of seconds per
step, the quartiles of jaxgan's, and how many times longer the others take.
"""

import contextlib
import dataclasses
import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import tyro

from jaxgan import recipes
from jaxgan.core import Sample, init_state, make_step
from jaxgan.games.latent import LatentGame
from jaxgan.models import dcgan, mlp, resnet
from jaxgan.nn import convolution


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table."""

    game: LatentGame
    recipe: recipes.Recipe
    shape: tuple[int, int, int]
    torch: Callable[[], Callable]
    """Makes PyTorch's f(real)."""
    batch_size: int = 64

    @property
    def period(self) -> int:
        """Steps after which every turn was played."""
        return max(turn.every for turn in self.recipe.turns)


def _torch_step(networks: Callable, loss: str, **options) -> Callable[[], Callable]:
    """A maker of PyTorch's step."""

    def make():
        import torch_networks as peer
        from torch.nn import functional as F

        losses = {
            "nonsaturating": (
                lambda real, fake: (F.softplus(-real) + F.softplus(fake)).mean(),
                lambda fake: F.softplus(-fake).mean(),
            ),
            "hinge": (
                lambda real, fake: (F.relu(1 - real) + F.relu(1 + fake)).mean(),
                lambda fake: -fake.mean(),
            ),
            "wasserstein": (
                lambda real, fake: (fake - real).mean(),
                lambda fake: -fake.mean(),
            ),
        }
        return peer.make_step(*networks(peer), loss=losses[loss], **options)

    return make


def dcgan_workload(size: int, channels: int, width: int = 64) -> Workload:
    """DCGAN with `width` to 8 `width` channels."""
    shape = (size, size, channels)
    return Workload(
        LatentGame(dcgan.Generator(shape, width), dcgan.Discriminator(width), 100),
        recipes.nonsaturating(),
        shape,
        _torch_step(
            lambda peer: (
                peer.dcgan_generator(size, channels, width, 100),
                peer.dcgan_discriminator(size, channels, width, True),
            ),
            *("nonsaturating",),
            latent=100,
            rates=(2e-4, 2e-4),
            betas=(0.5, 0.999),
            every=1,
            penalty=0.0,
        ),
    )


WORKLOADS: dict[str, Callable[[], Workload]] = {
    "mlp-mnist": lambda: Workload(
        LatentGame(mlp.Generator(), mlp.Discriminator(), 100),
        recipes.nonsaturating(),
        (28, 28, 1),
        _torch_step(
            lambda peer: (peer.dense_generator(), peer.dense_discriminator()),
            *("nonsaturating",),
            latent=100,
            rates=(2e-4, 2e-4),
            betas=(0.5, 0.999),
            every=1,
            penalty=0.0,
        ),
    ),
    "dcgan-28": lambda: dcgan_workload(28, 1),
    "dcgan-32": lambda: dcgan_workload(32, 3),
    "dcgan-64": lambda: dcgan_workload(64, 3),
    "sngan-32": lambda: Workload(
        LatentGame(resnet.Generator(), resnet.Discriminator(spectral=True), 128),
        recipes.hinge(),
        (32, 32, 3),
        _torch_step(
            lambda peer: (peer.resnet_generator(128), peer.resnet_discriminator()),
            *("hinge",),
            latent=128,
            rates=(2e-4, 2e-4),
            betas=(0.0, 0.9),
            every=5,
            penalty=0.0,
        ),
        batch_size=16,
    ),
    "wgan-gp-32": lambda: Workload(
        LatentGame(
            dcgan.Generator((32, 32, 3), 64),
            dcgan.Discriminator(64, normalise=False),
            100,
        ),
        recipes.wgan_gp(),
        (32, 32, 3),
        _torch_step(
            lambda peer: (
                peer.dcgan_generator(32, 3, 64, 100),
                peer.dcgan_discriminator(32, 3, 64, False),
            ),
            *("wasserstein",),
            latent=100,
            rates=(1e-4, 1e-4),
            betas=(0.0, 0.9),
            every=5,
            penalty=10.0,
        ),
    ),
}


def jax_period(workload: Workload, real: np.ndarray, naive: bool) -> Callable[[], None]:
    """A function that plays one period of turns."""
    batch = Sample(jax.device_put(real))
    patch = mock.patch.object(convolution, "choose", convolution.leave_to_xla)
    with patch if naive else contextlib.nullcontext():
        description = workload.game, workload.recipe.turns, workload.recipe.optimizers
        state = jax.jit(lambda key: init_state(key, *description, batch))(
            jax.random.key(0)
        )
        step = jax.jit(make_step(*description), donate_argnums=0)
        compiled = step.lower(state, batch).compile()

    def play():
        nonlocal state
        for _ in range(workload.period):
            state, _ = compiled(state, batch)
        jax.block_until_ready(state)

    return play


def torch_period(workload: Workload, real: np.ndarray) -> Callable[[], None]:
    """The same by PyTorch."""
    import torch

    step = workload.torch()
    images = torch.from_numpy(np.ascontiguousarray(real.transpose(0, 3, 1, 2)))
    images = images.to(memory_format=torch.channels_last)

    def play():
        for _ in range(workload.period):
            step(images)

    return play


def seconds_per_step(workload: Workload, rounds: int) -> dict[str, list[float]]:
    """Interleaved timings of every implementation."""
    shape = (workload.batch_size, *workload.shape)
    real = np.tanh(np.random.default_rng(0).standard_normal(shape, dtype=np.float32))
    plays = {
        name: jax_period(workload, real, name == "naive")
        for name in ("jaxgan", "naive")
    }
    if importlib.util.find_spec("torch"):
        plays["torch"] = torch_period(workload, real)
    timings: dict[str, list[float]] = {name: [] for name in plays}
    for number in range(rounds + 1):
        for name, play in plays.items():
            began = time.perf_counter()
            play()
            if number:  # the first round warms up
                timings[name].append((time.perf_counter() - began) / workload.period)
    return timings


@dataclasses.dataclass(frozen=True)
class Options:
    """Which rows, and how often."""

    only: Sequence[str] = tuple(WORKLOADS)
    """Names of workloads."""
    rounds: int = 9
    """Timed rounds."""


def main(options: Options) -> None:
    """Prints the table, row by row."""
    heads = ["workload", "batch", "jaxgan s/step", "naive", "torch"]
    heads += ["naive / jaxgan", "torch / jaxgan"]
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for name in options.only:
        workload = WORKLOADS[name]()
        timings = seconds_per_step(workload, options.rounds)
        median = {key: statistics.median(values) for key, values in timings.items()}
        low, _, high = statistics.quantiles(timings["jaxgan"])
        cells = [name, str(workload.batch_size)]
        cells += [f"{median['jaxgan']:.4f} ({low:.4f} to {high:.4f})"]
        cells += [
            f"{median[key]:.4f}" if key in median else "-" for key in ("naive", "torch")
        ]
        for key in ("naive", "torch"):
            ratios = [a / b for a, b in zip(timings.get(key, ()), timings["jaxgan"])]
            cells += [f"{statistics.median(ratios):.2f}" if ratios else "-"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    jnp.zeros(()).block_until_ready()
    main(tyro.cli(Options))

"""The train step of jaxgan, of naive Flax and of PyTorch, side by side.

    python experiments/benchmarks/speed/peers.py
    python experiments/benchmarks/speed/peers.py --only dcgan-64 \\
        --dtype bfloat16 --compiled

Same networks, losses, optimizers and batch, on JAX's default device (JAX_PLATFORMS=cpu
chooses the CPU where there is another). PyTorch is eager with channels_last, in
bfloat16 by autocast (pip install jaxgan[parity]; without it its column stays empty);
--compiled adds torch.compile, which cannot differentiate twice and so has no WGAN-GP.
'naive' is the same step with every convolution and its gradients left to XLA, as
flax.linen's layers do; on a GPU jaxgan does so itself. On a GPU there are rows in
bfloat16 too, and larger networks; float32 products are TF32 there, for both libraries.

One round times each once, whole periods of turns at a time, and the rounds repeat, so
that what else the machine does falls on all. The table shows the median of seconds per
step, the quartiles of jaxgan's, how many times longer the others take, and how many
floating-point operations jaxgan does per second, by XLA's count for the naive step;
where the device's peak in bfloat16 is published, the share of it that bfloat16 reaches.
"""

import contextlib
import dataclasses
import importlib.util
import math
import os
from collections.abc import Callable, Sequence
from typing import Literal
from unittest import mock

import jax
import numpy as np
import tyro
from rounds import head, interleaved, median_ratio, quartiles, row
from workloads import DTYPES, LARGE, WORKLOADS, Workload

from jaxgan.core import Sample, init_state, make_step
from jaxgan.nn import convolution
from jaxgan.run.forecast import chips

Dtype = Literal["float32", "bfloat16"]


@dataclasses.dataclass(frozen=True)
class Options:
    """Which rows and columns, and how often."""

    only: Sequence[str] = ()
    """Names of workloads; by default all, the largest only on a GPU."""
    dtype: Sequence[Dtype] = ()
    """By default float32, and on a GPU both."""
    rounds: int = 9
    """Timed rounds."""
    periods: int | None = None
    """Periods of turns in one timing: by default 1, and 20 on a GPU, which lags behind
    the host that gives it work."""
    naive: bool = True
    """Time the naive step, on a CPU, but for SNGAN."""
    naive_sngan: bool = False
    """Time it for SNGAN, too: its kernel gradients in a branch take minutes."""
    compiled: bool = False
    """Time PyTorch's networks by torch.compile, too."""

    def check(self) -> None:
        """Checks names and ranges.

        Raises:
          SystemExit: naming the option.
        """
        for name in self.only:
            if name not in WORKLOADS:
                raise SystemExit(
                    f"--only: saw {name}, wanted of {', '.join(WORKLOADS)}"
                )
        for name in ("rounds", "periods"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SystemExit(f"--{name}: saw {value}, wanted at least 1")


def left_to_xla() -> contextlib.AbstractContextManager:
    """While it lasts, steps are traced with convolutions as XLA has them."""
    return mock.patch.object(convolution, "choose", convolution.leave_to_xla)


def jax_player(workload: Workload, real: np.ndarray) -> Callable[[int], None]:
    """A function that plays so many steps."""
    batch = Sample(jax.device_put(real))
    description = workload.game, workload.recipe.turns, workload.recipe.optimizers
    state = jax.jit(lambda key: init_state(key, *description, batch))(jax.random.key(0))
    step = jax.jit(make_step(*description), donate_argnums=0)
    compiled = step.lower(state, batch).compile()

    def play(steps: int) -> None:
        nonlocal state
        for _ in range(steps):
            state, _ = compiled(state, batch)
        jax.block_until_ready(state)

    return play


def torch_player(
    workload: Workload, real: np.ndarray, dtype: str, compiled: bool
) -> Callable[[int], None]:
    """The same by PyTorch, on the device of JAX's kind."""
    import torch
    import torch_networks

    device = "cuda" if on_gpu() else "cpu"
    networks = workload.torch(torch_networks)
    step = workload.train(*networks, device, getattr(torch, dtype), compiled)
    images = torch.from_numpy(np.ascontiguousarray(real.transpose(0, 3, 1, 2)))
    images = images.to(device, memory_format=torch.channels_last)

    def play(steps: int) -> None:
        for _ in range(steps):
            step(images)
        if device == "cuda":
            torch.cuda.synchronize()

    return play


def players(
    workload: Workload, real: np.ndarray, name: str, dtype: str, options: Options
) -> dict[str, Callable[[int], None]]:
    """Every implementation that is wanted and can be had."""
    plays = {"jaxgan": jax_player(workload, real)}
    slow = name.startswith("sngan") and not options.naive_sngan
    if options.naive and not slow and jax.default_backend() == "cpu":
        with left_to_xla():
            plays["naive"] = jax_player(workload, real)
    if not torch_is_missing():
        plays["torch"] = torch_player(workload, real, dtype, False)
        if options.compiled and not workload.differentiates_twice:
            plays["torch compiled"] = torch_player(workload, real, dtype, True)
    return plays


def on_gpu() -> bool:
    """Whether JAX's default device is a GPU."""
    return jax.default_backend() == "gpu"


def torch_is_missing() -> str:
    """Why there is no PyTorch for JAX's default device; '' if there is."""
    if importlib.util.find_spec("torch") is None:
        return "PyTorch is not installed"
    import torch

    if jax.default_backend() == "cpu" or (on_gpu() and torch.cuda.is_available()):
        return ""
    return "PyTorch does not see JAX's device"


def cells(name: str, dtype: str, options: Options) -> list[str]:
    """One row."""
    workload = WORKLOADS[name](DTYPES[dtype])
    shape = (workload.batch_size, *workload.shape)
    real = np.tanh(np.random.default_rng(0).standard_normal(shape, dtype=np.float32))
    steps = workload.period * (options.periods or (20 if on_gpu() else 1))
    plays = {
        label: lambda play=play: play(steps)
        for label, play in players(workload, real, name, dtype, options).items()
    }
    timings = {
        label: [seconds / steps for seconds in timed]
        for label, timed in interleaved(plays, options.rounds).items()
    }
    low, median, high = quartiles(timings["jaxgan"])
    speed = workload.flops() / median
    peak = chips.published(jax.devices()[:1]).flops
    told = not math.isnan(peak) and dtype == "bfloat16"
    others = [timings.get(label) for label in others_of(options)]
    return [
        *(name, dtype, str(workload.batch_size)),
        f"{median:.4g} ({low:.4g} to {high:.4g})",
        *(f"{quartiles(timed).median:.4g}" if timed else "-" for timed in others),
        *(
            f"{median_ratio(timed, timings['jaxgan']):.2f}" if timed else "-"
            for timed in others
        ),
        f"{speed / 1e9:,.0f}",
        f"{100 * speed / peak:.1f} %" if told else "-",
    ]


def others_of(options: Options) -> list[str]:
    """The implementations that jaxgan is held against."""
    return ["naive", "torch", *["torch compiled"] * options.compiled]


def main(options: Options) -> None:
    """Prints the table, row by row."""
    options.check()
    # PyTorch wants some of the GPU's memory too.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    gpu = on_gpu()
    print(
        f"on {jax.devices()[0].device_kind}"
        if gpu
        else "no GPU: this is the CPU's table"
    )
    if missing := torch_is_missing():
        print(missing)
    others = others_of(options)
    heads = ["workload", "dtype", "batch", "jaxgan, s/step", *others]
    heads += [f"{label} / jaxgan" for label in others]
    print("\n" + head([*heads, "jaxgan, GFLOP/s", "of peak"]))
    names = options.only or [name for name in WORKLOADS if gpu or name not in LARGE]
    for name in names:
        for dtype in options.dtype or (tuple(DTYPES) if gpu else ("float32",)):
            print(row(cells(name, dtype, options)), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))

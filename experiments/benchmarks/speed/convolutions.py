"""GFLOP/s of every formulation of a convolution and its gradients, on this CPU.

    python experiments/benchmarks/speed/convolutions.py

The shapes are those of our models at batch 64. In every cell the formulation that
`jaxgan.nn.convolution.choose` picks is in bold; '(branch)' is the same inside
`lax.cond`, as in a turn that is not always played. GFLOP/s count the products of the
plain convolution, so that Winograd's may exceed the peak of the machine. Medians of
interleaved rounds. Only the ratios within a row mean anything on a machine that does
other things as well.
"""

import dataclasses
import functools
import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import tyro
from jax import lax

from jaxgan.nn import convolution, few_features, formulations, winograd
from jaxgan.nn.formulations import Geometry

SHAPES = (
    *((28, 1, 64, 4, 2), (14, 64, 128, 4, 2)),
    *((64, 3, 64, 4, 2), (32, 64, 128, 4, 2), (16, 128, 256, 4, 2)),
    *((8, 256, 512, 4, 2), (8, 32, 64, 4, 2), (16, 32, 64, 4, 2), (16, 16, 32, 4, 2)),
    *((32, 3, 128, 3, 1), (32, 128, 128, 3, 1), (16, 128, 128, 3, 1)),
    *((8, 128, 128, 3, 1), (16, 256, 256, 3, 1), (8, 256, 256, 3, 1)),
    *((64, 64, 3, 7, 1), (32, 256, 3, 3, 1), (16, 512, 1, 4, 1)),
)
"""Image size, channels, features, kernel size, stride."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How much to measure."""

    batch_size: int = 64
    """Images."""
    rounds: int = 7
    """Timed rounds."""


def in_branch(function: Callable) -> Callable:
    """The function of the same arrays, behind a condition known at run time only."""

    def branch(*arrays):
        zeros = jax.eval_shape(function, *arrays)
        return lax.cond(
            arrays[0].ravel()[0] < 1e6,
            function,
            lambda *_: jnp.zeros(zeros.shape, zeros.dtype),
            *arrays,
        )

    return branch


def speeds(functions: dict[str, Callable], arrays: tuple, rounds: int, flops: float):
    """{name: GFLOP/s}; every round calls each once."""
    compiled = {
        name: jax.jit(function).lower(*arrays).compile()
        for name, function in functions.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in compiled}
    for number in range(rounds + 1):
        for name, call in compiled.items():
            began = time.perf_counter()
            jax.block_until_ready(call(*arrays))
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - began)
    return {name: flops / statistics.median(s) / 1e9 for name, s in seconds.items()}


def candidates(operation: str, geometry: Geometry) -> dict[str, Callable]:
    """All formulations of an operation that serve a geometry."""
    found = {
        name.removeprefix(f"{operation}_by_"): getattr(module, name)
        for module in (formulations, few_features)
        for name in dir(module)
        if name.startswith(f"{operation}_by_")
    }
    if geometry.stride > 1 and not geometry.folds:
        found.pop("phases", None)
    for tile in (2, 4):
        if winograd.serves(geometry, tile):
            choice = convolution.by_winograd(tile)
            found[f"winograd {tile}"] = getattr(choice, operation)
    return {
        name: functools.partial(function, geometry) for name, function in found.items()
    }


def main(options: Options) -> None:
    """Prints the table."""
    rng = np.random.default_rng(0)

    def draw(*shape):
        return jax.device_put(rng.standard_normal(shape, dtype=np.float32))

    print("| shape | forward | image gradient | kernel gradient |\n|---|---|---|---|")
    for size, channels, features, kernel, stride in SHAPES:
        pads = ((1, 1), (1, 1))
        geometry = Geometry((size, size), (kernel, kernel), stride, pads)
        image = draw(options.batch_size, size, size, channels)
        weights = draw(kernel, kernel, channels, features)
        maps = draw(options.batch_size, *geometry.maps, features)
        flops = 2.0 * maps.size * kernel**2 * channels
        cells = [f"{size}² {channels} → {features}, {kernel}×{kernel}/{stride}"]
        arrays = ((image, weights), (maps, weights), (image, maps))
        for operation, pair in zip(convolution.Choice._fields, arrays):
            found = candidates(operation, geometry)
            choice = convolution.choose(geometry, channels, features)
            chosen = getattr(choice, operation)
            best = next(name for name, f in found.items() if f.func is chosen)
            table = {**found, f"{best} (branch)": in_branch(found[best])}
            seen = speeds(table, pair, options.rounds, flops)
            cells.append(
                ", ".join(
                    f"**{name} {speed:.0f}**" if name == best else f"{name} {speed:.0f}"
                    for name, speed in seen.items()
                )
            )
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))

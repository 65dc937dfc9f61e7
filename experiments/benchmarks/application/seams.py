"""How far what is made in tiles is from what is made at once, by tile and overlap.

    python experiments/benchmarks/application/seams.py PICTURE --runs RUN ...

Of every run, and of SRVGGNetCompact with random weights: the peak signal-to-noise ratio
between both in decibels, as of pictures of 8 bits, the largest difference of 255, and
how many times the pixels of the picture are gone through. Tiles are blended as
`jaxgan apply --tile N --overlap M` does.
"""

import dataclasses
import pathlib
import types
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import tyro
from PIL import Image

from jaxgan.core import Context, Sample, example_keys
from jaxgan.core.types import Players
from jaxgan.models.restoration import SRVGGNetCompact
from jaxgan.run.application import tiles
from jaxgan.run.application.application import Application
from jaxgan.run.runs import load


@dataclasses.dataclass(frozen=True)
class Options:
    """What is mapped."""

    picture: Annotated[pathlib.Path, tyro.conf.Positional]
    """A photograph."""
    runs: Sequence[pathlib.Path] = ()
    """Folders of runs whose generators map pictures."""
    size: tuple[int, int] = (288, 352)
    """Rows and columns of the middle of the picture, which are mapped."""
    tiles: Sequence[int] = (64, 128, 256)
    """Sides of tiles."""
    overlaps: Sequence[int] = (0, 8, 16, 32, 64)
    """Of neighbouring tiles; those of half a tile or more are left out."""
    random: bool = True
    """Map by SRVGGNetCompact with random weights, too."""


GAIN = (6.0 / (1.0 + 0.25**2)) ** 0.5
"""By which PyTorch's kernels keep the variance through rectifiers of slope 1/4."""


class Untrained:
    """SRVGGNetCompact of 16 blocks as a game that maps pictures."""

    module = SRVGGNetCompact(width=32)

    def init(self) -> Any:
        """Draws weights that neither dampen nor amplify, but at the end a tenth."""
        images = jnp.zeros((1, 8, 8, 3))
        context = Context(example_keys(jax.random.key(0), 1))
        variables = self.module.init(jax.random.key(1), images, (), context)

        def scaled(path: Any, x: jax.Array) -> jax.Array:
            last = any("conv_last" in str(part) for part in path)
            return x * (0.1 if last else GAIN if x.ndim > 3 else 1.0)

        return jax.tree_util.tree_map_with_path(scaled, variables)

    def apply(self, variables: Any, given: Any, context: Context) -> Sample:
        """Enlarges pictures by 4."""
        return Sample(self.module.apply(variables, given, (), context))


def applications(options: Options) -> dict[str, Application]:
    """Whatever maps pictures, by name."""
    found = {}
    if options.random:
        game = Untrained()
        variables = game.init()
        experiment: Any = types.SimpleNamespace(game=game)
        state: Any = types.SimpleNamespace(
            ema=variables, variables=Players(variables, {}), step=jnp.int32(0)
        )
        found["SRVGGNetCompact, random"] = Application(experiment, state)
    for path in options.runs:
        run = load(path)
        network = type(run.experiment.game).__name__
        found[f"{path.name} ({network})"] = Application(run.experiment, run.state)
    return found


def middle(path: pathlib.Path, size: tuple[int, int]) -> np.ndarray:
    """The middle of a picture, float32 [H, W, 3] in [-1, 1]."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), np.float32) / 127.5 - 1.0
    top, left = ((side - wanted) // 2 for side, wanted in zip(pixels.shape, size))
    if min(top, left) < 0:
        raise SystemExit(f"--size: saw {size}, wanted at most {pixels.shape[:2]}")
    return pixels[top : top + size[0], left : left + size[1]]


def cells(
    apply: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    whole: np.ndarray,
    tile: int,
    overlap: int,
) -> list[str]:
    """Of one tile and overlap."""
    scale, seen = len(whole) // len(image), []

    def counted(part: np.ndarray) -> np.ndarray:
        seen.append(part[..., 0].size)
        return apply(part)

    box = min(tile, image.shape[0]), min(tile, image.shape[1])
    made = np.concatenate([*tiles.blended(image, box, overlap, scale, counted)])
    apart = np.abs(np.clip(made, -1.0, 1.0) - whole) * 127.5
    squares = float(np.mean(np.square(apart)))
    ratio = 10 * np.log10(255**2 / squares) if squares else float("inf")
    work = sum(seen) / image[..., 0].size
    numbers = f"{ratio:.1f}", f"{apart.max():.1f}", f"{work:.2f}"
    return [str(tile), str(overlap), *numbers]


def main(options: Options) -> None:
    """Prints the table."""
    image = middle(options.picture, options.size)
    print("| generator | tile | overlap | dB | largest of 255 | work |")
    print("|---|---|---|---|---|---|")
    for name, application in applications(options).items():
        whole = application(image)
        for tile in options.tiles:
            for overlap in options.overlaps:
                if 2 * overlap < tile:
                    found = cells(application, image, whole, tile, overlap)
                    print(f"| {name} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))

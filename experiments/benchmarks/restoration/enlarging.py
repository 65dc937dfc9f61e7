"""How near enlarged pictures are to the large ones: PSNR, SSIM and a distance.

    python experiments/benchmarks/restoration/enlarging.py RUN --path BSDS500.zip

A run may be RUN:STEP, for an earlier checkpoint. Whole pictures, cropped to multiples
of the scale, become small ones by MATLAB's bicubic, of bytes; each run enlarges these,
and so does bicubic. PSNR and SSIM are of Y of BT.601 (16 to 235), of pictures rounded
to bytes, without a border as wide as the scale, averaged over pictures: the protocol of
papers on super-resolution. The distance is LPIPS where its files are given, else that
of a small network that is trained here first. `--out FOLDER` writes the first pictures:
by bicubic, by each run, and as they were.
"""

import dataclasses
import functools
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np
import tyro
from PIL import Image

import jaxgan
from jaxgan import data
from jaxgan.degradation import bicubic_degradation, imresize
from jaxgan.evaluation import PerceptualDistance, psnr, ssim
from jaxgan.evaluation.lpips import lpips
from jaxgan.models import lpips as networks
from jaxgan.run import feature_networks

Enlarge = Callable[[np.ndarray], np.ndarray]
"""f(bytes [H, W, 3]) -> bytes [scale · H, scale · W, 3]."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is compared, and of which pictures."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional]
    """Folders of runs, or RUN:STEP for an earlier checkpoint."""
    path: str
    """The folder or zip of large pictures."""
    side: str = "images"
    """The name of the folder that they are in; '' for all below the path."""
    split: str | None = "val"
    """The split; B100 is 'val' of BSDS500."""
    scale: int = 4
    """How many times smaller they are made."""
    limit: int = 100
    """So many of them."""
    trunk: str = ""
    """torchvision's AlexNet, and"""
    heads: str = ""
    """the official alex.pth: for LPIPS. With neither, the network trained here."""
    trained_on: str = "cifar10"
    """What that is trained on."""
    current: bool = False
    """The generator as it is, not its running average."""
    out: pathlib.Path | None = None
    """Where to write pictures."""
    show: int = 6
    """How many of them."""


def bicubic(scale: int) -> Enlarge:
    """Enlarges by MATLAB's bicubic."""

    @functools.partial(jax.jit, static_argnums=1)
    def enlarged(small: jax.Array, scale: float) -> jax.Array:
        return jnp.round(jnp.clip(imresize(small.astype(jnp.float32), scale), 0, 255))

    return lambda small: np.asarray(enlarged(small, float(scale))).astype(np.uint8)


def of_run(name: str, current: bool = False) -> Enlarge:
    """Enlarges by the generator of a run, or RUN:STEP."""
    folder, _, step = name.partition(":")
    run = jaxgan.load(folder, step=int(step)) if step else jaxgan.load(folder)
    return run.apply(current=current)


def pairs(options: Options) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Small and large pictures, as bytes."""
    source = data.pictures(
        options.path, 8 * options.scale, side=options.side, split=options.split
    )
    small_of = bicubic_degradation(options.scale)
    for index in range(min(source.size, options.limit)):
        large = source.value.picture(index)
        height, width = (n // options.scale * options.scale for n in large.shape[:2])
        large = np.array(large[:height, :width])
        key = jax.random.split(jax.random.key(0), 1)
        small = small_of(key, jnp.asarray(large[None], jnp.float32) / 127.5 - 1.0)
        yield np.rint((np.asarray(small[0]) + 1.0) * 127.5).astype(np.uint8), large


def distance(options: Options) -> PerceptualDistance:
    """What tells how different pictures look."""
    if options.trunk:
        network = networks.alexnet()
        return feature_networks.lpips_distance(network, options.trunk, options.heads)
    return feature_networks.content_distance("trained", options.trained_on)


@dataclasses.dataclass
class Scores:
    """Of one way to enlarge pictures: one number per picture."""

    rgb: list[float] = dataclasses.field(default_factory=list)
    luma: list[float] = dataclasses.field(default_factory=list)
    similar: list[float] = dataclasses.field(default_factory=list)
    apart: list[float] = dataclasses.field(default_factory=list)
    seconds: list[float] = dataclasses.field(default_factory=list)

    def row(self, name: str) -> str:
        """One row of the table."""
        return (
            f"| {name} | {np.mean(self.rgb):.3f} | {np.mean(self.luma):.3f} | "
            f"{np.mean(self.similar):.4f} | {np.mean(self.apart):.4f} | "
            f"{np.median(self.seconds):.3f} |"
        )


def measure(options: Options, ways: Mapping[str, Enlarge]) -> dict[str, Scores]:
    """Enlarges all pictures in all ways, and compares them with the large ones."""
    apart = distance(options)
    found = {name: Scores() for name in ways}
    protocol = {"bounds": (0.0, 255.0), "crop": options.scale}
    for place, (small, large) in enumerate(pairs(options)):
        shown = [large]
        for name, enlarge in ways.items():
            began = time.perf_counter()
            made = enlarge(small)
            scores = found[name]
            scores.seconds.append(time.perf_counter() - began)
            both = made[None], large[None]
            scores.rgb.append(float(psnr(*both, **protocol)[0]))
            scores.luma.append(float(psnr(*both, luma=True, **protocol)[0]))
            scores.similar.append(float(ssim(*both, luma=True, **protocol)[0]))
            scores.apart.append(float(lpips(*both, apart, (0.0, 255.0))[0]))
            shown.insert(-1, made)
        if options.out is not None and place < options.show:
            options.out.mkdir(parents=True, exist_ok=True)
            strip = np.concatenate(shown, axis=1)
            Image.fromarray(strip).save(options.out / f"{place:03d}.png")
    return found


def main(options: Options) -> None:
    """Prints the table."""
    ways = {"bicubic": bicubic(options.scale)}
    ways |= {name: of_run(name, options.current) for name in options.runs}
    found = measure(options, ways)
    count = len(found["bicubic"].luma)
    print(f"{count} pictures, × {options.scale}; distance: {distance(options).title()}")
    print("| | PSNR, RGB | PSNR, Y | SSIM, Y | distance | s a picture |")
    print("|---|---|---|---|---|---|")
    for name, scores in found.items():
        print(scores.row(name))


if __name__ == "__main__":
    main(tyro.cli(Options))

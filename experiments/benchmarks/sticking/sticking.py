"""Whether texture moves with what it is on: StyleGAN3 beside StyleGAN2.

    python experiments/benchmarks/sticking/sticking.py --path radiographs.zip

Trains both (`walking_networks.py`), alike in all but the generator, as far as they are
not trained yet in --out. Then the input of both is moved: StyleGAN3's waves, and the
4 × 4 constant of StyleGAN2, looked up linearly at the moved places.

Prints how far images move as the input does, in decibels (EQ-T, EQ-T_frac and EQ-R of
Karras et al. 2021, arXiv 2106.12423, appendix E). `sticking.png` has a row for each:
an image; the mean of images that were moved by the input and then moved back, which is
sharp if texture moves along; and, as figure 1 there, one column of pixels over time
while the input moves up and down: of texture that sticks to the pixels there are
horizontal lines. `sticking.webp` is a walk in w that circles and tilts, side by side.
`README.md` beside it has what came of it.
"""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import tyro
import walking_networks
from jax.scipy.ndimage import map_coordinates

import jaxgan
from jaxgan.core import Context, example_keys
from jaxgan.evaluation.equivariance import equivariance
from jaxgan.evaluation.movements import rotation_matrix, translated, translation_matrix
from jaxgan.run import pictures
from jaxgan.run.kinds.drawing import walks
from jaxgan.run.sampling import stored_run

Draw = Callable[[Any, Any, np.ndarray], np.ndarray]
"""f(w [B, L, W], (), matrices [B, 3, 3] or one [3, 3]) -> images [B, H, W, C]."""
BATCH = 8
"""Images that are drawn at once, so that there is one program of each network."""
TALL = 4
"""How often pixels are repeated in pictures."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is trained, and how it moves."""

    path: str
    """The folder or zip of images."""
    channels: int = 1
    """Of them: 1 for grey, 3 for colour."""
    steps: int = 1_000
    """Of each training."""
    frames: int = 72
    """Of the walk."""
    shift: float = 0.125
    """The furthest, in sides of the image."""
    degrees: float = 12.0
    """By which images are tilted, at most."""
    num: int = 32
    """Images that decibels are the mean of."""
    seed: int = 0
    """Of latents."""
    out: pathlib.Path = pathlib.Path("runs/sticking")
    """The folder for runs and pictures."""

    def __post_init__(self):
        """Checks the ranges."""
        for name, least in (("steps", 1), ("frames", 8), ("num", 4)):
            if (seen := getattr(self, name)) < least:
                raise SystemExit(f"--{name}: saw {seen}, wanted at least {least}")


def drawer(loaded: Any) -> tuple[Draw, Callable[[int], jax.Array]]:
    """How a run draws moved images of styles, and f(count) -> styles."""
    game, variables = loaded.experiment.game, loaded.state.ema
    moved = game.transformed if game.transformable else moved_constant

    def context(count: int) -> Context:
        return Context(example_keys(jax.random.key(1), count), train=False)

    @jax.jit
    @jax.vmap
    def drawn(w, matrix):
        latent = jaxgan.Sample(w[None], ())
        made, _ = game.generate(moved(variables, matrix), latent, context(1))
        return made.value[0]

    def draw(w, given, matrices):
        del given
        w, count = np.asarray(w), len(w)
        matrices = np.broadcast_to(matrices, (count, 3, 3))
        images = []
        for start in range(0, count, BATCH):
            places = np.arange(start, start + BATCH) % count
            images.append(np.asarray(drawn(w[places], matrices[places])))
        return np.concatenate(images)[:count]

    def styles(count: int) -> jax.Array:
        return game.latent(variables, context(count))[0].value

    return draw, styles


def moved_constant(variables: Any, matrix: jax.Array) -> Any:
    """StyleGAN2's variables with its constant moved as `transformed` moves waves."""
    params = variables["params"]
    block = params["synthesis"]["block4"]
    constant = block["constant"]
    side = constant.shape[0]
    places = (jnp.arange(side) + 0.5) / side - 0.5
    y, x = jnp.meshgrid(places, places, indexing="ij")
    at = jnp.einsum("ij,jhw->ihw", matrix, jnp.stack([x, y, jnp.ones_like(x)]))
    rows, columns = ((at[axis] + 0.5) * side - 0.5 for axis in (1, 0))

    def channel(c):
        return map_coordinates(c, [rows, columns], 1, "nearest")

    constant = jax.vmap(channel, -1, -1)(constant)
    synthesis = {**params["synthesis"], "block4": {**block, "constant": constant}}
    return {**variables, "params": {**params, "synthesis": synthesis}}


def around(count: int) -> np.ndarray:
    """Angles of a whole turn."""
    return 2 * np.pi * np.arange(count) / count


def still_panel(draw: Draw, w: jax.Array, options: Options) -> np.ndarray:
    """An image, the mean of those moved and moved back, and a column over time."""
    shifts = options.shift * np.stack([np.cos(around(16)), np.sin(around(16))], -1)
    ways = np.stack([translation_matrix(-shift) for shift in shifts])
    images = draw(jnp.repeat(w, len(ways), axis=0), (), ways)
    back = [translated(one[None], -s).images[0] for one, s in zip(images, shifts)]
    heights = options.shift * np.sin(2 * around(options.frames))
    ways = np.stack([translation_matrix((0.0, -height)) for height in heights])
    columns = draw(jnp.repeat(w, len(ways), axis=0), (), ways)
    column = columns[:, :, columns.shape[2] // 2].swapaxes(0, 1)
    still = draw(w, (), np.eye(3, dtype=np.float32))[0]
    gap = np.ones((len(still), 1, still.shape[-1]))
    parts = [still, gap, np.mean(back, axis=0), gap, column]
    return shown(np.concatenate(parts, axis=1))


def shown(values: np.ndarray) -> np.ndarray:
    """Bytes of three channels, of values in [-1, 1], with pixels repeated."""
    rounded = np.clip(np.rint(127.5 * (np.asarray(values) + 1.0)), 0, 255)
    colours = np.broadcast_to(rounded, (*rounded.shape[:-1], 3)).astype(np.uint8)
    return colours.repeat(TALL, axis=-3).repeat(TALL, axis=-2)


def walk(draw: Draw, w: jax.Array, options: Options) -> np.ndarray:
    """Frames of a way through styles and back, which circles and tilts once."""
    turn = around(options.frames)
    place = len(w) * turn / (2 * np.pi)
    ends, first = np.asarray(w), place.astype(int)
    share = (place % 1.0)[:, None, None]
    styles = (1 - share) * ends[first] + share * ends[(first + 1) % len(ends)]
    tilt = np.deg2rad(options.degrees) * np.sin(turn)
    x, y = options.shift * np.cos(turn), options.shift * np.sin(turn)
    ways = [
        # Of an image that is tilted and then moved: the way back.
        rotation_matrix(-angle) @ translation_matrix((-right, -down))
        for angle, right, down in zip(tilt, x, y)
    ]
    return shown(draw(styles.astype(np.float32), (), np.stack(ways)))


def main(options: Options) -> None:
    """Trains what is not trained, measures, prints and draws."""
    panels, films = [], []
    print("| | EQ-T | EQ-T_frac | EQ-R |\n|---|---|---|---|")
    for name in walking_networks.VARIANTS:
        folder = options.out / name
        said = {"path": options.path, "channels": options.channels}
        jaxgan.train(
            walking_networks,
            variant=name,
            steps=options.steps,
            run_dir=folder,
            **said,
        )
        draw, styles = drawer(stored_run.load(folder))
        w = styles(max(options.num, 3))
        found = equivariance(draw, w[: options.num], batch=BATCH, seed=options.seed)
        print(f"| {name} | {' | '.join(f'{x:.1f}' for x in found)} |", flush=True)
        panels.append(still_panel(draw, w[options.seed % len(w)][None], options))
        films.append(walk(draw, w[:3], options))
    gap = np.full((TALL, panels[0].shape[1], 3), 255, np.uint8)
    pictures.save_png(
        options.out / "sticking.png", np.concatenate([panels[0], gap, panels[1]])
    )
    apart = np.full((*films[0].shape[:2], TALL, 3), 255, np.uint8)
    frames = np.concatenate([films[0], apart, films[1]], axis=2)
    walks.write_frames(options.out / "sticking.webp", list(frames), 18.0)


if __name__ == "__main__":
    main(tyro.cli(Options))

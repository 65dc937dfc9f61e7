"""A generator that maps pictures, applied to pictures of any size."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from jaxgan.core.abilities import Applicable, directed
from jaxgan.core.context import Context
from jaxgan.core.seeds import key_of
from jaxgan.core.types import State, Tree
from jaxgan.run.application import input_sizes, memory, tiles
from jaxgan.run.application.whole_picture import reads_whole
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment

TILE = 256
"""Pixels per side of the tiles of pictures that are too large for the memory."""
BAND = 256
"""Rows that are handed on at once."""
SHARE = 0.8
"""Of the memory that is left, which one picture may take."""


class Application:
    """Maps pictures by the generator of a run.

    A picture's output depends on the picture and the seed alone. Pictures that do not
    fit are extended by their own pixels, mirrored, on the right and below, and what is
    made of these is cut off.

    Attributes:
      sizes: that the generator takes, and makes of them.
    """

    def __init__(
        self,
        experiment: Experiment,
        state: State,
        *,
        direction: str | None = None,
        ema: bool = True,
        seed: int = 0,
        tile: int | None = None,
        overlap: int | None = None,
        say: Callable[[str], None] = lambda line: None,
    ):
        """Finds out what the generator takes; nothing is computed.

        Args:
          experiment: whose game is applied.
          state: with the generator's variables.
          direction: of a game that maps both ways; by default the first.
          ema: use the running average of the generator, not the current one.
          seed: of what it draws, such as dropout.
          tile: side of the squares that larger pictures are gone through in; by default
            pictures are mapped whole, as long as there is memory for it.
          overlap: of neighbouring tiles; by default a quarter, at most 32.
          say: tells of pictures that have to be gone through in tiles.

        Raises:
          RunError: if the game maps no pictures, or an argument does not fit.
        """
        game = _applicable(experiment.game, direction)
        self._variables = state.ema if ema else state.variables.generator
        self._step, self._say, self._tile = state.step, say, tile
        try:
            self._key = key_of(seed)
        except ValueError as error:
            raise RunError(str(error)) from None
        self._apply = jax.jit(functools.partial(_apply, game))
        self.sizes = input_sizes.find(self._shape)
        self._overlap = _overlap(tile or TILE) if overlap is None else overlap
        self._check_tile(tile)
        self._told = False
        self._programs: dict[tuple[int, ...], tuple[jax.stages.Compiled, int]] = {}

    def __call__(
        self,
        image: np.ndarray,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> np.ndarray:
        """Maps a picture.

        Args:
          image: float32 [H, W, C] in [-1, 1].
          tell: f(done, total) after every tile.

        Returns:
          float32 [H', W', C'] in [-1, 1].

        Raises:
          RunError: if it is no such picture.
        """
        bands = self.bands(image, tell)
        made = np.empty(self.shape_of(*image.shape[:2]), np.float32)
        top = 0
        for band in bands:
            made[top : top + len(band)] = band
            top += len(band)
        return made

    def shape_of(self, height: int, width: int) -> tuple[int, int, int]:
        """Tells the shape of what is made of a size, [H', W', C']."""
        sizes = self.sizes
        return sizes.made_of(height), sizes.made_of(width), sizes.made

    def bands(
        self,
        image: np.ndarray,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Iterator[np.ndarray]:
        """Maps a picture as a call does, and hands on a few rows at a time.

        So that of what is made of a large picture not all has to be held as floats.

        Yields:
          float32 [h, W', C'] in [-1, 1], from top to bottom.

        Raises:
          RunError: at once, if it is no such picture.
        """
        height, width, channels = self._checked(image)
        sides = self._fitting(height, width)
        tile = self._tile
        if tile is None and not self._fits((*sides, channels)):
            tile = self._least_tile(TILE)
            self._say(
                f"{width} x {height} pixels at once take more memory than is left: in "
                f"tiles of {tile}"
            )
        whole, scale = _extended(image, sides), self.sizes.scale
        if tile is None or max(sides) <= tile or scale is None:
            parts = self._in_one(whole, tell)
        else:
            self._tell_of_norms((*sides, channels))
            box = min(sides[0], tile), min(sides[1], tile)
            overlap = min(self._overlap, (min(box) - 1) // 2)
            parts = tiles.blended(whole, box, overlap, scale, self._whole, tell)
        return _cut(parts, *self.shape_of(height, width)[:2])

    def _tell_of_norms(self, shape: tuple[int, ...]) -> None:
        """Says once if tiles are not parts of what is made of the whole."""
        if self._told:
            return
        self._told = True
        images = jax.ShapeDtypeStruct((1, *shape), np.float32)
        if reads_whole(self._apply, self._variables, self._step, self._keys, images):
            self._say(
                "this generator normalises every picture by itself, and in tiles every "
                "tile: colours differ from those of the whole, and from tile to tile"
            )

    def _in_one(
        self, image: np.ndarray, tell: Callable[[int, int], None]
    ) -> Iterator[np.ndarray]:
        made = self._whole(image)
        tell(1, 1)
        for top in range(0, len(made), BAND):
            yield made[top : top + BAND]

    def _checked(self, image: np.ndarray) -> tuple[int, int, int]:
        wanted = self.sizes.channels
        if image.ndim != 3 or image.shape[2] != wanted or 0 in image.shape:
            raise RunError(
                f"picture: saw shape {list(image.shape)}, wanted [H, W, {wanted}]"
            )
        if image.dtype != np.float32:
            raise RunError(f"picture: saw {image.dtype}, wanted float32 in [-1, 1]")
        if not (np.abs(image) <= 1.0).all():
            raise RunError("picture: saw values outside [-1, 1]")
        return image.shape

    def _check_tile(self, tile: int | None) -> None:
        if self._overlap < 0:
            raise RunError(f"--overlap: saw {self._overlap}, wanted at least 0")
        if tile is None:
            return
        if self.sizes.scale is None:
            raise RunError(
                "--tile: this generator makes pictures smaller: leave it out"
            )
        least = self._least_tile(tile)
        if least != tile:
            raise RunError(
                f"--tile: saw {tile}, wanted a side that the generator takes: {least}"
            )
        if 2 * self._overlap >= tile:
            raise RunError(
                f"--overlap: saw {self._overlap}, wanted less than half of --tile "
                f"{tile}"
            )

    def _least_tile(self, tile: int) -> int:
        return max(self._fitting(tile, tile))

    @functools.lru_cache(maxsize=1024)  # noqa: B019  one object of a command
    def _fitting(self, height: int, width: int) -> tuple[int, int]:
        """Finds the least size that the generator takes."""
        find = functools.partial(input_sizes.fitting, self._shape, self.sizes)
        return find(height, width), find(width, height)

    @functools.lru_cache(maxsize=1024)  # noqa: B019
    def _shape(self, height: int, width: int, channels: int) -> tuple[int, ...] | None:
        """Asks for the shape that comes out, without the batch."""
        images = jax.ShapeDtypeStruct((1, height, width, channels), np.float32)
        try:
            made = jax.eval_shape(
                self._apply, self._variables, self._step, self._keys, images
            )
        except Exception:  # whatever layers raise at what they do not take
            return None
        return made.shape[1:] if hasattr(made, "shape") else None

    @property
    def _keys(self) -> jax.Array:
        return self._key[None]

    def _program(self, shape: tuple[int, ...]) -> tuple[jax.stages.Compiled, int]:
        """Compiles for a shape; with the bytes that it takes."""
        if shape not in self._programs:
            images = jax.ShapeDtypeStruct((1, *shape), np.float32)
            compiled = self._apply.lower(
                self._variables, self._step, self._keys, images
            ).compile()
            self._programs[shape] = compiled, memory.needed(compiled)
        return self._programs[shape]

    def _fits(self, shape: tuple[int, ...]) -> bool:
        if self.sizes.scale is None or max(shape) <= TILE:
            return True
        return self._program(shape)[1] < SHARE * memory.available()

    def _whole(self, image: np.ndarray) -> np.ndarray:
        compiled, _ = self._program(image.shape)
        made = compiled(self._variables, self._step, self._keys, image[None])
        return np.asarray(jax.device_get(made))[0].astype(np.float32, copy=False)


def _cut(parts: Iterator[np.ndarray], height: int, width: int) -> Iterator[np.ndarray]:
    """Leaves out what was made of an image's extension."""
    left = height
    for part in parts:
        band = part[:left, :width]
        left -= len(band)
        if len(band):
            yield np.clip(band, -1.0, 1.0)


def _overlap(tile: int) -> int:
    return min(32, tile // 4)


def _applicable(game: Any, direction: str | None) -> Applicable:
    """Finds the game that maps pictures, in a direction if it has several.

    Raises:
      RunError: if it maps none, or not in this direction.
    """
    if not isinstance(game, Applicable):
        raise RunError(
            f"a {type(game).__name__} makes pictures of noise and not of pictures: it "
            "cannot be applied",
            "jaxgan sample RUN makes samples",
        )
    try:
        return directed(game, direction)  # type: ignore[return-value]
    except ValueError as error:
        raise RunError(f"--{error}") from None


def _apply(
    game: Applicable, variables: Tree, step: jax.Array, keys: jax.Array, images: Tree
) -> Tree:
    return game.apply(variables, images, Context(keys, step=step)).value


def _extended(image: np.ndarray, sides: tuple[int, int]) -> np.ndarray:
    """Extends an image to a size, on the right and below."""
    edges = [side - length for side, length in zip(sides, image.shape)]
    for axis, edge in enumerate(edges):
        widths = [(0, edge if axis == other else 0) for other in range(3)]
        inner = image.shape[axis] > edge
        image = np.pad(image, widths, "reflect" if inner else "symmetric")
    return image

"""Directions along which what a generator makes changes most: SeFa and GANSpace."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import jax
import numpy as np

from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.first_maps import FirstMaps, Generate
from jaxgan.run.errors import RunError

Method = Literal["sefa", "ganspace"]
SOME = 2_000
"""Codes whose first outputs are looked at, of which each may be large."""
POINTS = 64
"""Codes that maps are linearised at; linear maps are the same at all of them."""


class Directions(NamedTuple):
    """Directions of a code, the first of which changes most.

    Attributes:
      vectors: [K, N], of length 1.
      steps: [K], a standard deviation of codes along each.
      strengths: [K]: of SeFa eigenvalues, of GANSpace variances.
    """

    vectors: np.ndarray
    steps: np.ndarray
    strengths: np.ndarray

    def moved(
        self, code: Any, number: int, amount: Any, layers: Sequence[int] | None = None
    ) -> Any:
        """Moves codes [B, L, N] by an amount [B], in standard deviations.

        Args:
          code: of latents.
          number: of the direction, from 0.
          amount: one for all, or one for each.
          layers: that are moved; None is all.

        Raises:
          RunError: if there is no such direction or layer, or codes are of another
            generator.
        """
        if not 0 <= number < len(self.vectors):
            raise RunError(
                f"--direction: saw {number}, wanted 0 to {len(self.vectors) - 1}"
            )
        _, count, size = code.shape
        if self.vectors.shape[1] != size:
            raise RunError(
                f"--directions: saw vectors of {self.vectors.shape[1]} numbers, wanted "
                f"{size}: they are of another generator"
            )
        layers = range(count) if layers is None else layers
        for layer in layers:
            if layer not in range(count):
                raise RunError(f"--layers: saw {layer}, wanted 0 to {count - 1}")
        chosen = np.isin(np.arange(count), layers)
        way = np.asarray(self.steps[number] * self.vectors[number], np.float32)
        far = np.broadcast_to(np.asarray(amount, np.float32), len(code))
        return code + far[:, None, None] * chosen[None, :, None] * way[None, None]


def sefa(maps: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The eigenvectors of AᵀA, A all maps' rows one below the other.

    Shen and Zhou 2021 (arXiv 2007.06600), equations 4 to 6: the directions n of length
    1 with the largest |A n|². The official code brings every row of A to length 1
    before; the paper does not, nor is it done here.

    Args:
      maps: [F, N] each, of any F.

    Returns:
      Vectors [N, N], one a row, and eigenvalues [N], the largest first.
    """
    gram = sum(np.asarray(a, np.float64).T @ np.asarray(a, np.float64) for a in maps)
    values, vectors = np.linalg.eigh(gram)
    return _signed(vectors.T[::-1]), np.maximum(values[::-1], 0.0)


def principal(codes: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions of codes along the principal components of what is seen of them.

    Härkönen et al. 2020 (arXiv 2004.02546), section 3.1: coordinates x of the
    components, and U of the least Σ |U x - code|². Where codes themselves are seen, U
    are their components.

    Args:
      codes: [D, N].
      seen: [D, F], of each code.

    Returns:
      Vectors [K, N] of length 1, one a row, and variances [K], K at most N.
    """
    codes, seen = (np.asarray(x, np.float64) for x in (codes, seen))
    codes, seen = codes - codes.mean(0), seen - seen.mean(0)
    left, singular = _left(seen)
    kept = min(codes.shape[1], int(np.sum(singular > 1e-6 * singular[:1])))
    vectors = left[:, :kept].T @ codes
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return _signed(vectors), np.square(singular[:kept]) / len(codes)


def _left(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left singular vectors and singular values, by the smaller of the two products."""
    wide = x.shape[1] > x.shape[0]
    squares, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
    singular = np.sqrt(np.maximum(squares[::-1], 0.0))
    vectors = vectors[:, ::-1]
    return vectors if wide else x @ vectors / np.maximum(singular, 1e-30), singular


def _signed(vectors: np.ndarray) -> np.ndarray:
    """Turns vectors so that the largest number of each is positive."""
    largest = np.argmax(np.abs(vectors), axis=1)[:, None]
    return vectors * np.sign(np.take_along_axis(vectors, largest, axis=1))


def find(
    codes: Codes,
    method: Method = "sefa",
    layers: Sequence[int] | None = None,
    count: int | None = None,
) -> Directions:
    """Finds the directions of a run's codes.

    Args:
      codes: of the run.
      method: 'sefa', or 'ganspace': the principal components of codes, or, where codes
        lie evenly, of the first outputs. Of a linear first layer both are the same, but
        for what is drawn.
      layers: whose maps count; None is all. GANSpace has no use for them.
      count: how many, at most; None is all.

    Raises:
      RunError: if there is no such method.
    """
    if method not in ("sefa", "ganspace"):
        raise RunError(f"method: saw {method!r}, wanted sefa or ganspace")
    spread = codes.spread
    if method == "sefa" or codes.game.even:
        first = spread.codes[:SOME, None]
        first = np.repeat(first, codes.layers, axis=1)
        maps = FirstMaps(generate_of(codes), codes.variables, first[:1])
    if method == "sefa":
        chosen = range(codes.layers) if layers is None else layers
        vectors, strengths = sefa(_rows(maps, codes, first, chosen))
    elif codes.game.even:
        seen = maps.outputs(codes.variables, first)
        vectors, strengths = principal(first[:, 0], np.asarray(seen))
    else:
        vectors, strengths = principal(spread.codes, spread.codes)
    vectors = vectors[:count].astype(np.float32)
    strengths = strengths[:count].astype(np.float32)
    return Directions(vectors, np.std(spread.codes @ vectors.T, axis=0), strengths)


def _rows(
    maps: FirstMaps, codes: Codes, first: np.ndarray, layers: Sequence[int]
) -> list[np.ndarray]:
    """The maps of some layers, at one code, or at several where they differ."""
    one, other, *_ = (maps(codes.variables, first[at : at + 1]) for at in (0, 1))
    if all(np.allclose(a, b, rtol=1e-3, atol=1e-6) for a, b in zip(one, other)):
        return [one[layer] for layer in layers]
    every = [maps(codes.variables, first[at : at + 1]) for at in range(POINTS)]
    return [each[layer] for each in every for layer in layers]


def generate_of(codes: Codes) -> Generate:
    """Makes the run's generator a function of variables and codes."""

    def generate(variables: Any, code: jax.Array) -> Any:
        keys = jax.random.split(jax.random.key(0), len(code))
        return codes.generate(variables, codes.like(code), keys)

    return generate

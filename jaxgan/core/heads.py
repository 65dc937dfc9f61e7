"""What auxiliary heads of a discriminator say, and the codes that they may read."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.core.types import Verdict


@dataclasses.dataclass(frozen=True)
class Codes:
    """The last numbers of a latent, where they are to mean something: InfoGAN's c.

    Chen et al. 2016 (arXiv 1606.03657), section 3. First the one-hot categories, each
    uniform over its values, then the continuous codes, uniform in [-1, 1].

    Attributes:
      categories: for every categorical code, how many values it has.
      continuous: how many continuous codes there are.

    Raises:
      ValueError: if there is no code, or a category of fewer than 2 values.
    """

    categories: tuple[int, ...] = ()
    continuous: int = 0

    def __post_init__(self):
        if any(count < 2 for count in self.categories):
            raise ValueError(
                f"categories: saw {self.categories}, wanted at least 2 values each"
            )
        if self.continuous < 0 or not self.size:
            raise ValueError(
                f"codes: saw categories {self.categories} and {self.continuous} "
                "continuous codes, wanted at least one code"
            )

    @property
    def size(self) -> int:
        """How many numbers of the latent they are."""
        return sum(self.categories) + self.continuous

    def draw(self, key: jax.Array) -> jax.Array:
        """One example's codes [size]."""
        key_continuous, *keys = jax.random.split(key, len(self.categories) + 1)
        parts = [
            jax.nn.one_hot(jax.random.randint(key, (), 0, count), count)
            for key, count in zip(keys, self.categories)
        ]
        shape = (self.continuous,)
        parts.append(jax.random.uniform(key_continuous, shape, minval=-1.0, maxval=1.0))
        return jnp.concatenate(parts)

    def split(self, latent: jax.Array) -> tuple[list[jax.Array], jax.Array]:
        """One-hot categories, each [B, values], and continuous codes [B, continuous].

        Args:
          latent: [B, Z], or an array of the codes alone.

        Raises:
          ValueError: if the latent has fewer numbers than there are codes.
        """
        start = self._start(latent)
        categories = []
        for count in self.categories:
            categories.append(latent[:, start : start + count])
            start += count
        return categories, latent[:, start:]

    def with_category(
        self, latent: jax.Array, values: jax.Array, place: int = 0
    ) -> jax.Array:
        """The latent [B, Z] with a categorical code set to integer values [B]."""
        _check_place("categorical", place, len(self.categories))
        start, count = self._start(latent), self.categories[place]
        start += sum(self.categories[:place])
        one_hot = jax.nn.one_hot(values, count, dtype=latent.dtype)
        return latent.at[:, start : start + count].set(one_hot)

    def with_continuous(
        self, latent: jax.Array, values: jax.Array, place: int = 0
    ) -> jax.Array:
        """The latent [B, Z] with a continuous code set to numbers [B]."""
        _check_place("continuous", place, self.continuous)
        start = self._start(latent) + sum(self.categories)
        return latent.at[:, start + place].set(values)

    def _start(self, latent: jax.Array) -> int:
        if latent.ndim != 2 or latent.shape[1] < self.size:
            raise ValueError(
                f"latent: saw {list(latent.shape)}, wanted [B, Z] with Z of at least "
                f"{self.size}, the size of the codes"
            )
        return latent.shape[1] - self.size


def _check_place(what: str, place: int, count: int) -> None:
    if not 0 <= place < count:
        raise ValueError(f"place: saw {place}, wanted one of the {count} {what} codes")


class CodePosterior(NamedTuple):
    """What a head believes of the codes of an example: Q(c | x).

    Attributes:
      logits: of every categorical code, [B, values].
      mean: of the continuous codes, [B, continuous].
      log_variance: likewise; zeros where the variance is fixed at 1.
    """

    logits: tuple[jax.Array, ...]
    mean: jax.Array
    log_variance: jax.Array


class ClassEmbedding(NamedTuple):
    """An example and its class as points of a sphere.

    Attributes:
      example: unit vectors [B, D].
      proxy: those of the examples' own classes, [B, D].
    """

    example: jax.Array
    proxy: jax.Array


def named_head(verdict: Verdict, name: str) -> Any:
    """What the head of this name says, in float32.

    Raises:
      ValueError: if the discriminator has no such head.
    """
    heads = verdict.features
    if not isinstance(heads, dict) or name not in heads:
        names = sorted(heads) if isinstance(heads, dict) else "none"
        raise ValueError(
            f"heads: saw {names}, wanted {name!r}: give the discriminator heads with "
            "jaxgan.nn.Headed"
        )
    return jax.tree.map(lambda x: x.astype(jnp.float32), heads[name])

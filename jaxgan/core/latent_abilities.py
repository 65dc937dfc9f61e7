"""What games may be able to do with the numbers in their latents, and with noise.

As `core.abilities`, of which these are more: whoever edits asks for them.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import jax

from jaxgan.core.types import Tree, Variables


@runtime_checkable
class Editable(Protocol):
    """A game whose latents hold numbers that can be moved: its code.

    It is z of a game of noise, and w of one whose noise is mapped first.
    """

    @property
    def even(self) -> bool:
        """Whether codes lie evenly to all sides, so that only what a network makes of
        them has main directions."""
        ...

    def code(self, latent: Tree) -> jax.Array:
        """Takes the code [B, L, N] of a latent: N numbers for each of L layers."""
        ...

    def with_code(self, latent: Tree, code: jax.Array) -> Tree:
        """Makes the latent with another code [B, L, N]; conditions stay."""
        ...


@runtime_checkable
class Noisy(Protocol):
    """A game whose generator adds noise to its maps, beside the latent."""

    def noise_maps(self, variables: Variables) -> Sequence[jax.Array]:
        """Lists its constant maps [H, W], from the smallest on."""
        ...

    def with_noise_maps(
        self, variables: Variables, maps: Sequence[jax.Array]
    ) -> Variables:
        """Makes a generator's variables with other maps, as `noise_maps` lists them.

        They may be [B, H, W], one for each example.
        """
        ...

    def noise_in(self, variables: Variables, layers: Sequence[int]) -> Variables:
        """Makes a generator's variables that add noise in some layers only.

        Args:
          variables: of the generator.
          layers: numbers from 0, the smallest, on.

        Raises:
          ValueError: if there is no such layer.
        """
        ...

"""BigGAN's orthogonal regularisation."""

import re

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term


def orthogonal(
    weight: float | Schedule = 1e-4, *, without: str = "shared|embedding"
) -> Term:
    """½ Σ ‖WᵀW ⊙ (1 - I)‖² over the mover's kernels W [rest, features].

    Brock et al. 2019 (arXiv 1809.11096), equation 3: features are to be orthogonal, of
    whatever length. The ½, which the paper does not write, makes the gradient that of
    the authors' code, 2 W (WᵀW ⊙ (1 - I)).

    Args:
      weight: β.
      without: a regular expression; kernels with a match in their path are left out.
        The authors' code leaves out the shared class embedding.

    Raises:
      ValueError: when traced, if no kernel is left.
    """

    def apply(state, play: Play):
        params = getattr(play.params, play.player)
        leaves = jax.tree_util.tree_leaves_with_path(params)
        squares = []
        for path, leaf in leaves:
            name = jax.tree_util.keystr(path, simple=True, separator="/")
            if leaf.ndim > 1 and not re.search(without, name):
                matrix = leaf.reshape(-1, leaf.shape[-1])
                products = matrix.T @ matrix
                off = products * (1.0 - jnp.eye(len(products), dtype=products.dtype))
                squares.append(0.5 * jnp.sum(jnp.square(off)))
        if not squares:
            raise ValueError(
                f"orthogonal: saw no kernel without {without!r}, wanted at least one"
            )
        return sum(squares[1:], squares[0]), state

    return Term("orthogonal", apply, weight=weight)

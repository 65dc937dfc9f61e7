"""Distances between what is made and what it should be, pixel by pixel."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term, Tree
from jaxgan.terms.adversarial import mean_per_example
from jaxgan.terms.criteria import Criterion, Pair, fake_and_real, mean_absolute


def pixel(
    weight: float | Schedule = 1.0,
    *,
    criterion: Criterion = mean_absolute,
    pair: Pair = fake_and_real,
) -> Term:
    """criterion(G(s), t): how far fakes are from the targets of their sources.

    With absolute differences |G(s) - t|, averaged: Isola et al. 2017 (arXiv
    1611.07004), equation 3. Images in [-1, 1] differ by twice as much as in [0, 1]:
    weights of papers that count so are halved, with squares quartered.

    Args:
      weight: of the term.
      criterion: `mean_absolute`, `mean_squared` or `charbonnier()`; of trees the mean
        of its values for the leaves.
      pair: finds values and targets; by default fakes, and the real examples.

    Raises:
      ValueError: when traced, on the discriminator's turn, or if the shapes differ.
    """

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("pixel: saw it on D's turn, wanted the generator's")
        values, targets = pair(play)
        leaves = [
            criterion(*_alike(value, target), play.context)
            for value, target in zip(
                jax.tree.leaves(values), jax.tree.leaves(targets), strict=True
            )
        ]
        return sum(leaves[1:], leaves[0]) / len(leaves), state

    return Term("pixel", apply, weight=weight)


def charbonnier(epsilon: float = 1e-3) -> Criterion:
    """√((v - t)² + ε²), averaged over all but the examples: [B].

    Lai et al. 2017 (arXiv 1710.01992, section 3.3), a smooth L1. BasicSR's ε is 1e-6,
    in [0, 1].

    Raises:
      ValueError: if ε is not positive.
    """
    check_number("epsilon", epsilon, above=0)

    def criterion(values, targets, context):
        del context
        difference = (values - targets).astype(jnp.float32)
        return mean_per_example(jnp.sqrt(jnp.square(difference) + epsilon**2))

    return criterion


def against(change: Callable[[Tree], Tree]) -> Pair:
    """Makes the pair of fakes and changed real examples, such as sharpened ones.

    Args:
      change: f(real values) -> targets.
    """

    def pair(play: Play) -> tuple[Tree, Tree]:
        return play.fake.value, change(play.real.value)

    return pair


def _alike(value: jax.Array, target: jax.Array) -> tuple[jax.Array, jax.Array]:
    if value.shape != target.shape:
        raise ValueError(
            f"pixel: saw values {list(value.shape)}, wanted {list(target.shape)}, as "
            "the targets are"
        )
    return value, target

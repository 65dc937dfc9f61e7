"""ACGAN's classifier of real and fake examples."""

import jax
import jax.numpy as jnp

from jaxgan.core.heads import named_head
from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Sample, Schedule, Term, Verdict


def auxiliary_classifier(
    weight: float | Schedule = 1.0, *, fake: float = 1.0, head: str = "classes"
) -> Term:
    """-log P(c | x) - log P(c | G(z, c)); on the generator's turn the latter alone.

    Odena et al. 2017 (arXiv 1610.09585), equation 3: both players want L_C to be large.
    It stands beside `adversarial` on both turns. Labels are `given`; the discriminator
    has a `jaxgan.nn.ClassHead` and does not look at them otherwise.

    Args:
      weight: of both, 1 in the paper.
      fake: weight of the fakes on the discriminator's turn. The paper's is 1; later
        work, such as StudioGAN's code, teaches the classifier by real examples alone,
        which is 0.
      head: the name of a `jaxgan.nn.ClassHead`.

    Raises:
      ValueError: if the weight of the fakes is negative; when traced, if there is no
        such head, or no labels.
    """

    check_number("fake", fake, least=0)

    def apply(state, play: Play):
        if play.player == "generator":
            return _cross_entropy(play.fake, play.fake_verdict, head), state
        value = _cross_entropy(play.real, play.real_verdict, head)
        if fake:
            fakes = _cross_entropy(play.fake, play.fake_verdict, head)
            value = value + fake * fakes
        return value, state

    return Term("auxiliary_classifier", apply, weight=weight)


def _cross_entropy(sample: Sample, verdict: Verdict, head: str) -> jax.Array:
    """-log P(given) [B]."""
    logits = named_head(verdict, head)
    labels = class_labels(sample, len(logits))
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    return -chosen[:, 0]


def class_labels(sample: Sample, count: int) -> jax.Array:
    """The labels [B] that a sample is given.

    Raises:
      ValueError: if it is given anything else.
    """
    given = sample.given
    shape, dtype = getattr(given, "shape", None), getattr(given, "dtype", None)
    integers = dtype is not None and jnp.issubdtype(dtype, jnp.integer)
    if shape != (count,) or not integers:
        seen = given if shape is None else f"{dtype}{list(shape)}"
        raise ValueError(f"given: saw {seen}, wanted int labels [{count}]")
    return given

"""Adaptive augmentation's transformations, of a probability that is known before."""

from jaxgan.augment.ada import of_samples
from jaxgan.augment.ada_strengths import Strengths
from jaxgan.core.growth import traced_span
from jaxgan.core.types import Augment, Schedule


def scheduled(strengths: Strengths, probability: Schedule, first: int = 0) -> Augment:
    """Augments what the discriminator sees by a schedule, rather than by how it fares.

    The transformations of Karras et al. 2020 (arXiv 2006.06676), with a p that grows
    along half a cosine, are R3GAN's (Huang et al. 2024, arXiv 2501.05441, appendix).

    Args:
      strengths: what is done, see `jaxgan.augment.ada_strengths`.
      probability: p, a function of the step.
      first: the step before which p is 0: no part of the programs of levels of growth
        that end before it.

    Raises:
      ValueError: when traced, for images of other than 1 or 3 colours.
    """
    augmented = of_samples(strengths)

    def apply(state, sample, context):
        del state
        span = traced_span()
        if span is not None and span.stop is not None and span.stop <= first:
            return sample
        return augmented(sample, context, probability(context.step))

    return Augment(apply=apply)

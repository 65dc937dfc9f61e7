"""Adaptive augmentation's transformations, of a probability that is known before."""

from jaxgan.augment.ada import transform
from jaxgan.augment.ada_draws import Draws
from jaxgan.augment.ada_strengths import Strengths
from jaxgan.core.types import Augment, Schedule


def scheduled(strengths: Strengths, probability: Schedule) -> Augment:
    """Augments what the discriminator sees by a schedule, rather than by how it fares.

    The transformations of Karras et al. 2020 (arXiv 2006.06676), with a p that grows
    along half a cosine, are R3GAN's (Huang et al. 2024, arXiv 2501.05441, appendix).

    Args:
      strengths: what is done, see `jaxgan.augment.ada_strengths`.
      probability: p, a function of the step.

    Raises:
      ValueError: when traced, for images of other than 1 or 3 colours.
    """

    def apply(state, sample, context):
        del state
        draws = Draws(context, probability(context.step))
        return sample._replace(value=transform(sample.value, strengths, draws))

    return Augment(apply=apply)

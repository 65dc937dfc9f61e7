"""MoCoGAN."""

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Turn
from jaxgan.optimizers import LearningRate, decayed_adam
from jaxgan.terms import adversarial, auxiliary_classifier

CRITICS = 2.0
"""Their losses are added up, where `adversarial` has the mean of them."""


def mocogan(
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    weight_decay: float = 1e-5,
    categories: bool = False,
) -> Recipe:
    """MoCoGAN, Tulyakov et al. 2018 (arXiv 1707.04993), section 4.

    The non-saturating loss of frames and that of clips, added up; Adam 2e-4, betas
    (0.5, 0.999), with 1e-5 of every weight added to its gradient, one update each, the
    discriminators first. With categories the discriminator of clips also learns those
    of real clips, and the generator minimises the cross-entropy of its own, as in the
    authors' code: clips are of given classes, and the discriminator has a head
    'classes', as `mocogan.Discriminator` has.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      weight_decay: the share of a weight that is added to its gradient.
      categories: whether clips have categories.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    terms = (adversarial(losses.nonsaturating, CRITICS),)
    if categories:
        terms = (*terms, auxiliary_classifier(fake=0.0))
    optimizer = decayed_adam(learning_rate, b1, 0.999, weight_decay)
    turns = Turn("discriminator", terms), Turn("generator", terms)
    return Recipe(turns, Players(optimizer, optimizer))

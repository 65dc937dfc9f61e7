"""Adversarially learned inference: a generator and an encoder against one critic."""

from jaxgan import losses
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, alternating


def ali(
    learning_rate: LearningRate = 1e-4,
    b1: float = 0.5,
    discriminator_rate: LearningRate | None = None,
) -> Recipe:
    """ALI, Dumoulin et al. 2017 (arXiv 1606.00704), and BiGAN (arXiv 1605.09782).

    `losses.bidirectional`, Adam 1e-4 with betas (0.5, 0.999), one update each; ALI's
    batches are of 100. For `games.joint.JointGame`. Algorithm 1 of ALI moves both
    players at once, on the same draws; here the generator and the encoder answer to the
    discriminator as it has just become, as they do in other recipes.

    Args:
      learning_rate: Adam's, for both players.
      b1: Adam's first beta.
      discriminator_rate: for the discriminator instead, if not None.
    """
    return alternating(losses.bidirectional, learning_rate, b1, discriminator_rate)

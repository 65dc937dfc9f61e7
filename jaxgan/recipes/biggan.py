"""BigGAN."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.recipes.alternation import LearningRate, adams, versus
from jaxgan.terms import orthogonal


def biggan(
    generator_rate: LearningRate = 5e-5,
    discriminator_rate: LearningRate = 2e-4,
    critic_steps: int = 2,
    orthogonality: float = 0.0,
    average_from: int = 40_000,
    b1: float = 0.0,
    decay: float = 0.9999,
) -> Recipe:
    """BigGAN, Brock et al. 2019 (arXiv 1809.11096), section 3 and appendix C.

    Hinge loss; Adam 5e-5 and 2e-4, betas (0, 0.999), ε 1e-6; 2 discriminator updates
    per generator update; the generator's average decays by 0.9999. The defaults are
    those of ImageNet at 128×128 with batches of 2048; on CIFAR-10 the authors' code has
    rates of 2e-4, 4 discriminator updates and batches of 50, and StudioGAN's, whose
    scores are better, β₁ 0.5, 5 discriminator updates and batches of 64.

    Args:
      generator_rate: Adam's, for the generator.
      discriminator_rate: Adam's, for the discriminator.
      critic_steps: discriminator updates per generator update.
      orthogonality: weight of `orthogonal` on the generator's turn; the paper's is
        1e-4, and 0 leaves it out.
      average_from: the step at which averaging begins: 20 000 generator updates.
      b1: Adam's first beta.
      decay: weight that the old average keeps at an update of the generator.
    """
    critic, generator = versus(losses.hinge, critic_steps)
    if orthogonality:
        terms = (*generator.terms, orthogonal(orthogonality))
        generator = generator._replace(terms=terms)

    # The average moves on every step, the generator on every `critic_steps`th.
    check_number("decay", decay, least=0, below=1)
    each = decay ** (1.0 / critic_steps)
    return Recipe(
        (critic, generator),
        adams(generator_rate, discriminator_rate, b1, eps=1e-6),
        schedules.constant_decay(each, average_from),
    )

"""CUT and FastCUT."""

from jaxgan import losses
from jaxgan.core.ranges import check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Turn
from jaxgan.recipes.alternation import LearningRate, adams
from jaxgan.terms import adversarial, identity_patch_nce, patch_nce
from jaxgan.terms.patch_nce import Project


def cut(
    project: Project,
    learning_rate: LearningRate = 2e-4,
    b1: float = 0.5,
    nce_weight: float = 1.0,
    identity: bool = True,
    patches: int = 256,
    temperature: float = 0.07,
    adversarial_weight: float = 1.0,
    all_examples: bool = False,
) -> Recipe:
    """CUT, Park et al. 2020 (arXiv 2007.15651), section 4.1.

    Least squares, and the contrast of 256 patches of five layers, half of it between x
    and G(x), half between y and G(y); Adam 2e-4 with betas (0.5, 0.999), batches of 1.
    The critic moves first. FastCUT has a weight of 10, no identity, and mirrors half of
    the pictures: `cut(game.project, **FASTCUT)` and a game with `mirrored=0.5`.

    Official rates fall to nothing at the end, CUT's over the second half of 400 epochs,
    FastCUT's over the last 50 of 200: `schedules.linear_decay(2e-4, 150, 50, every=n)`,
    with n steps per epoch. The official code shows both players the same fakes. So it
    is here, but for what the translator draws, such as dropout: train with
    `--shared-draws` then.

    Args:
      project: of the `games.contrastive.ContrastiveGame`.
      learning_rate: Adam's, for the critic, the translator and its projection: a
        number, or a schedule.
      b1: Adam's first beta.
      nce_weight: λ of the contrast, of both halves together.
      identity: whether one half of it is between y and G(y).
      patches: of every map.
      temperature: τ.
      adversarial_weight: of the translator's adversarial loss.
      all_examples: whether patches are told from those of all pictures of the batch.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    # Without the ½ of `least_squares`, which the critic's loss has.
    terms = [adversarial(losses.least_squares, 2.0 * adversarial_weight)]
    options = {
        "patches": patches,
        "temperature": temperature,
        "all_examples": all_examples,
    }
    contrasts = (patch_nce, identity_patch_nce) if identity else (patch_nce,)
    terms += [
        contrast(project, nce_weight / len(contrasts), **options)
        for contrast in contrasts
    ]
    return Recipe(
        (
            Turn("discriminator", (adversarial(losses.least_squares),)),
            Turn("generator", tuple(terms)),
        ),
        adams(learning_rate, learning_rate, b1),
    )


FASTCUT = {"nce_weight": 10.0, "identity": False}
"""What FastCUT has other than CUT, beside mirrored pictures: arguments of `cut`."""

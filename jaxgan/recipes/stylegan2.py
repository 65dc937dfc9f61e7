"""StyleGAN2."""

from jaxgan import losses
from jaxgan.core import schedules
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.recipe import Recipe
from jaxgan.core.types import Players, Turn
from jaxgan.optimizers import lazy_adam
from jaxgan.terms import adversarial, path_length, r1


def stylegan2(
    gamma: float = 10.0,
    path_weight: float = 2.0,
    learning_rate: float = 0.002,
    half_life: float = 10_000.0,
    ramp_up: float | None = None,
    penalty_every: int = 16,
    path_every: int = 4,
    path_shrink: int = 2,
) -> Recipe:
    """StyleGAN2, Karras et al. 2020 (arXiv 1912.04958), and its configurations.

    The non-saturating loss; R1 on every 16th step and path length regularisation on
    every 4th, each weighted by its interval and an update of its own; Adam with betas
    (0, 0.99), corrected for those updates (`lazy_adam`). The defaults are those of the
    paper at 1024×1024, where batches are 32. The official PyTorch code (arXiv
    2006.06676) has other configurations:

    - FFHQ at 256×256: gamma 1, learning rate 0.0025, half-life 20 000, batch 64;
    - FFHQ at 512×512: gamma 0.5, otherwise likewise;
    - CIFAR-10: gamma 0.01, no path lengths (`path_weight` 0; and no style mixing in the
      game), learning rate 0.0025, half-life 500 000 with a ramp-up of 0.05, batch 64.

    Args:
      gamma: of R1, ½γ‖∇D(real)‖².
      path_weight: of path length regularisation; 0 leaves the turn out, and keeps the
        correction of Adam, as the official code does.
      learning_rate: Adam's before the correction, for both players.
      half_life: of the generator's average, in images.
      ramp_up: the half-life is at most this share of the images seen; None: not so.
      penalty_every: steps between penalties of the discriminator.
      path_every: steps between path length regularisations of the generator.
      path_shrink: they generate every so many-th example; it divides the batch.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("gamma", gamma, least=0)
    check_number("path_weight", path_weight, least=0)
    check_count("penalty_every", penalty_every)
    check_count("path_every", path_every)
    play = adversarial(losses.nonsaturating)
    turns = [
        Turn("discriminator", (play,)),
        Turn("discriminator", (r1(penalty_every * gamma),), every=penalty_every),
        Turn("generator", (play,)),
    ]
    if path_weight:
        lazy = path_length(path_every * path_weight, shrink=path_shrink)
        turns.append(Turn("generator", (lazy,), every=path_every))
    return Recipe(
        tuple(turns),
        Players(
            lazy_adam(learning_rate, 0.0, 0.99, path_every),
            lazy_adam(learning_rate, 0.0, 0.99, penalty_every),
        ),
        schedules.half_life(half_life, ramp_up),
    )

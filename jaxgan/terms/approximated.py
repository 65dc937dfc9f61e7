"""R1 and R2 without second derivatives: differences along one random direction."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.types import Play, Sample, Schedule, Term, Tree, Verdict
from jaxgan.terms.adversarial import mean_per_example
from jaxgan.terms.step_share import PerExample


def approximated_r1(
    weight: float | Schedule,
    *,
    epsilon: float = 0.01,
    shrink: int = 1,
    share: PerExample | None = None,
) -> Term:
    """½ ((D(x + ε n) - D(x)) / ε)² at real x, with n ~ N(0, 1) of the shape of x.

    Lin et al. 2025 (arXiv 2501.08316); as here, divided by ε², in Hyun et al. 2025
    (arXiv 2509.24935) and Lin et al. 2025 (arXiv 2511.22475). Its mean over n
    is `r1`'s ½ ‖∇D(x)‖² where D is straight over ε, but needs no second derivative: any
    fused attention will do. `weight` is γ. Both passes draw the same, so that an
    augmentation is the same in both; gradients flow through both.

    Args:
      weight: γ, of half the square.
      epsilon: how far the other point is, in numbers of the data.
      shrink: only every so many-th example is judged twice: AFM does with a quarter.
        The official code takes the first of the batch instead, which would depend on
        the number of devices.
      share: by what each example's penalty is multiplied: `terms.step_share` of a step
        that goes but a part of the way from noise to data; 1 by default.

    Raises:
      ValueError: if an argument is out of range; when traced, if shrink does not divide
        the batch, or examples are judged in packs and there is one.
    """
    return _approximated("approximated_r1", "real", weight, epsilon, shrink, share)


def approximated_r2(
    weight: float | Schedule,
    *,
    epsilon: float = 0.01,
    shrink: int = 1,
    share: PerExample | None = None,
) -> Term:
    """½ ((D(x + ε n) - D(x)) / ε)² at fake x: see `approximated_r1`."""
    return _approximated("approximated_r2", "fake", weight, epsilon, shrink, share)


def _approximated(name, stream, weight, epsilon, shrink, share):
    check_number("epsilon", epsilon, above=0)
    check_count("shrink", shrink)

    def apply(state, play: Play):
        sample = play.real if stream == "real" else play.fake
        verdict = play.real_verdict if stream == "real" else play.fake_verdict
        sample, verdict = thinned(sample, verdict, shrink, play.context.keys.shape[0])
        keys = play.context.draw(name)[::shrink]
        directions = normal_like(keys, sample.value)
        slope = slope_along(play, sample, verdict, directions, stream, epsilon)
        penalty = 0.5 * mean_per_example(jax.tree.map(jnp.square, slope))
        return penalty if share is None else penalty * share(play)[::shrink], state

    return Term(name, apply, weight=weight)


def slope_along(
    play: Play,
    sample: Sample,
    verdict: Verdict,
    directions: Tree,
    stream: str,
    epsilon: float,
) -> Tree:
    """(D(x + ε n) - D(x)) / ε, a tree like that of the logits.

    Args:
      play: whose discriminator judges.
      sample: x.
      verdict: D(x), of a pass under the same stream.
      directions: n, a tree like x.
      stream: of both passes.
      epsilon: how far.
    """
    moved = jax.tree.map(lambda x, n: x + epsilon * n, sample.value, directions)
    other = play.discriminate(sample._replace(value=moved), stream)
    return jax.tree.map(lambda a, b: (a - b) / epsilon, other.logits, verdict.logits)


def normal_like(keys: jax.Array, value: Tree) -> Tree:
    """Draws N(0, 1) for every leaf [B, ...] of a value, each example's from its key."""
    leaves, structure = jax.tree.flatten(value)

    def of_leaf(place, leaf):
        own = jax.vmap(jax.random.fold_in, in_axes=(0, None))(keys, place)
        return jax.vmap(lambda key: jax.random.normal(key, leaf.shape[1:]))(own).astype(
            leaf.dtype
        )

    return structure.unflatten(of_leaf(*pair) for pair in enumerate(leaves))


def thinned(
    sample: Sample, verdict: Verdict, shrink: int, count: int
) -> tuple[Sample, Verdict]:
    """Every so many-th of `count` examples, and its verdict.

    Raises:
      ValueError: if it does not divide them, or they are judged in packs.
    """
    if shrink == 1:
        return sample, verdict
    logits = jax.tree.leaves(verdict.logits)[0].shape[0]
    if count % shrink or logits != count:
        raise ValueError(
            f"batch: saw {count} examples (per device and microbatch) and {logits} "
            f"verdicts, wanted one each, of a multiple of shrink={shrink}"
        )
    return jax.tree.map(lambda x: x[::shrink], (sample, verdict))

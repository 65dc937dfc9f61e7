"""CycleGAN's cycle consistency."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Sample, Schedule, Term, Tree
from jaxgan.terms.adversarial import mean_per_example


def cycle(weight: float | Schedule = 10.0, *, x: float = 1.0, y: float = 1.0) -> Term:
    """|F(G(x)) - x| + |G(F(y)) - y|: there and back leads to where it began.

    Zhu et al. 2017 (arXiv 1703.10593), equation 2. Each is a mean over pixels and
    channels. For `games.unpaired`, on the generator's turn.

    Args:
      weight: λ.
      x: of the cycle that begins in x, beside the weight: λ_A of the official code is
        `weight * x`.
      y: of the one that begins in y, likewise.

    Raises:
      ValueError: if a number is negative; when traced, on the discriminator's turn, or
        if fakes and pictures are not of the same domains.
    """
    check_number("x", x, least=0)
    check_number("y", y, least=0)

    def apply(state, play: Play):
        _check(play, "cycle")
        back = play.generate(Sample(play.fake.value), "cycle")
        return distances(back, play.real, x, y), state

    return Term("cycle", apply, weight=weight)


def identity(weight: float | Schedule = 5.0, *, x: float = 1.0, y: float = 1.0) -> Term:
    """|F(x) - x| + |G(y) - y|: what is there already stays as it is.

    Zhu et al. 2017 (arXiv 1703.10593), section 5.2, which keeps colours: G is given
    what it should make. The official weight is half of that of the cycle. Means,
    `weight`, `x`, `y` and errors are as of `cycle`: F(x) counts by x.
    """
    check_number("x", x, least=0)
    check_number("y", y, least=0)

    def apply(state, play: Play):
        _check(play, "identity")
        value = play.real.value
        _check_alike(value)
        swapped = Sample({"x": value["y"], "y": value["x"]})
        return distances(play.generate(swapped, "identity"), play.real, x, y), state

    return Term("identity", apply, weight=weight)


def distances(made: Sample, wanted: Sample, x: float, y: float) -> jax.Array:
    """Sums, [B], the mean absolute differences of both domains with their weights."""

    def apart(side):
        pair = (sample.value[side].astype(jnp.float32) for sample in (made, wanted))
        first, second = pair
        return mean_per_example(jnp.abs(first - second))

    return x * apart("x") + y * apart("y")


def _check(play: Play, name: str) -> None:
    if play.player != "generator":
        raise ValueError(f"{name}: saw it on the discriminator's turn, wanted G's")
    for what, value in (("fake", play.fake.value), ("real", play.real.value)):
        if not isinstance(value, dict) or set(value) != {"x", "y"}:
            seen = sorted(value) if isinstance(value, dict) else jnp.shape(value)
            raise ValueError(
                f"{name}: saw {what} pictures {seen}, wanted those of two domains, "
                "{'x': ..., 'y': ...}, as games.unpaired makes them"
            )


def _check_alike(value: Tree) -> None:
    shapes = {side: jnp.shape(pictures) for side, pictures in value.items()}
    if shapes["x"] != shapes["y"]:
        raise ValueError(
            f"identity: saw x {list(shapes['x'])} and y {list(shapes['y'])}, wanted "
            "pictures of one size, that both translators take"
        )

"""A generator tuned to some pictures, around the codes that were found of them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from jaxgan.core.types import Variables
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.picture_distance import Distance, pixels
from jaxgan.run.errors import RunError

RATE = 3e-4
"""Adam's."""
AT_ONCE = 25
"""Steps that are compiled together."""


class Tuned(NamedTuple):
    """What tuning made.

    Attributes:
      variables: of the generator.
      pictures: what it makes of the codes, [B, H, W, C].
      distance: from the pictures that it was tuned to, [B].
    """

    variables: Variables
    pictures: np.ndarray
    distance: np.ndarray


def tuned(
    codes: Codes,
    code: np.ndarray,
    targets: np.ndarray,
    distance: Distance = pixels,
    *,
    steps: int = 350,
    rate: float = RATE,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Tuned:
    """Tunes all parameters so that the codes become the pictures.

    Roich et al. 2021 (arXiv 2106.05744), equation 4: the mean over pictures of the
    distance, and of the mean square beside it where that is another; noise maps are the
    generator's own, as in the official code. Its stop at a distance of 0.06 and its
    regularisation of the surroundings, which it does without unless asked, are left
    out.

    Args:
      codes: of the run whose generator is tuned.
      code: pivots [B, L, N].
      targets: pictures [B, H, W, C] in [-1, 1].
      distance: that is made smaller.
      steps: of Adam.
      rate: its learning rate.
      tell: f(done, total), of steps.

    Raises:
      RunError: if there are no steps.
    """
    if steps < 1:
        raise RunError(f"--pivotal: saw {steps}, wanted at least 1")
    optimizer = optax.adam(rate)
    others = {name: x for name, x in codes.variables.items() if name != "params"}
    latent, images = codes.like(jnp.asarray(code)), jnp.asarray(targets)
    keys = jax.random.split(jax.random.key(0), len(images))

    def loss(params: Any, others: Any, weights: Any, latent: Any, images: Any) -> Any:
        made = codes.generate({**others, "params": params}, latent, keys)
        apart = distance.compute(weights, made, images)
        if distance is not pixels:
            apart = apart + pixels.compute((), made, images)
        return jnp.mean(apart)

    @jax.jit
    def walk(params: Any, moments: Any, count: Any, *rest: Any) -> Any:
        def step(_: Any, carried: Any) -> Any:
            params, moments = carried
            slopes = jax.grad(loss)(params, *rest)
            with jax.numpy_dtype_promotion("standard"):
                moves, moments = optimizer.update(slopes, moments)
            return optax.apply_updates(params, moves), moments

        return jax.lax.fori_loop(0, count, step, (params, moments))

    params = codes.variables["params"]
    moments = optimizer.init(params)
    for done in range(0, steps, AT_ONCE):
        count = min(AT_ONCE, steps - done)
        rest = (others, distance.weights, latent, images)
        params, moments = walk(params, moments, np.int32(count), *rest)
        tell(done + count, steps)
    variables = {**others, "params": params}
    made = codes.render(variables, latent, keys)
    apart = jax.jit(distance.compute)(distance.weights, made, images)
    return Tuned(variables, np.asarray(made), np.asarray(apart))

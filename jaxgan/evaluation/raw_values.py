"""Values as their own features: for small examples that need no network to compare."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.extractor import Extractor, Outputs


class RawValues(Extractor):
    """An extractor that hands on what it is given; see `raw_values`."""

    def check(self, images: np.ndarray) -> None:
        """Checks that values are finite numbers [B, *shape].

        Raises:
          ValueError: naming what was seen and wanted, if they are not.
        """
        shape = self.shape or ()
        if images.shape[1:] != shape or not images.size:
            wanted = ", ".join(map(str, shape))
            raise ValueError(
                f"values: saw shape {list(images.shape)}, wanted [B, {wanted}]"
            )
        checks.numeric("values", images)


def _flattened(weights: Any, values: Any) -> Outputs:
    del weights
    rows = values.astype(jnp.float32).reshape(len(values), -1)
    return Outputs(rows, jnp.zeros((len(values), 0)))


def raw_values(shape: tuple[int, ...]) -> RawValues:
    """Makes an extractor whose features [B, N] are the numbers of values [B, *shape].

    Measures by it have '(values)' behind their names. It knows no classes.
    """
    return RawValues(
        name="values",
        published=False,
        description="the numbers themselves",
        fingerprint="",
        feature_count=math.prod(shape),
        class_count=0,
        classes=(),
        shape=tuple(shape),
        weights=(),
        compute=_flattened,
    )

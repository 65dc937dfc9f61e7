"""Layers that let a discriminator see the variety of a batch."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.conv import Initializer, normal_init


class MinibatchDiscrimination(nn.Module):
    """Appends each example's closeness to the others of its group.

    Salimans et al. 2016 (arXiv 1606.03498), section 3.2: with M_i = T f(x_i), a matrix
    [features, kernels], o(x_i)_b = Σ_j exp(-‖M_ib - M_jb‖₁) over the *other* examples j
    of the group (the paper's sum includes j = i, which adds the constant 1).

    Attributes:
      features: closenesses appended per example.
      kernels: length of the vectors compared.
      group: examples per group of neighbours; 0 means the whole batch of the device
        and microbatch. Groups are contiguous, so that devices do not split them.
      kernel_init: initializer of T.
      dtype: of the computation; T is float32.
    """

    features: int = 100
    kernels: int = 5
    group: int = 0
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, C] to [B, C + features].

        Raises:
          ValueError: if the batch is not a multiple of the group.
        """
        shape = (x.shape[-1], self.features * self.kernels)
        kernel = self.param("kernel", self.kernel_init, shape, jnp.float32)
        size = check_group(x.shape[0], self.group)
        x = x.astype(self.dtype)

        def closeness(rows):
            m = rows.reshape(-1, size, self.features, self.kernels)
            distance = jnp.sum(jnp.abs(m[:, :, None] - m[:, None]), axis=-1)
            near = jnp.sum(jnp.exp(-distance), axis=2) - 1.0
            return near.reshape(-1, self.features)

        near = along_batch(closeness, x @ kernel.astype(self.dtype))
        return jnp.concatenate([x, near], axis=-1)


def minibatch_deviation(
    x: jax.Array, group: int = 4, channels: int = 1, epsilon: float = 1e-8
) -> jax.Array:
    """Appends the deviation within groups of examples as constant feature maps.

    Karras et al. 2018 (arXiv 1710.10196), section 3: the standard deviation of every
    feature at every place over the group, averaged over places and over equal slices of
    the channels. It is √(Σ(x - mean)²/n + ε), so a group of one example appends √ε,
    where some official code appends 0. Groups are contiguous examples, where the
    official code strides over the batch: a device boundary never splits one, and
    trained weights do not care.

    Args:
      x: [B, H, W, C].
      group: examples per group, a divisor of the batch; 0 means the whole batch of
        the device and microbatch.
      channels: maps to append; divides C.
      epsilon: added to the variance.

    Returns:
      [B, H, W, C + channels].

    Raises:
      ValueError: if a size does not divide.
    """
    b, h, w, c = x.shape
    size = check_group(b, group)
    if channels < 1 or c % channels:
        raise ValueError(f"channels: saw {channels}, wanted a divisor of {c}")

    def append(x):
        y = x.astype(jnp.float32).reshape(-1, size, h, w, channels, c // channels)
        deviation = jnp.sqrt(jnp.var(y, axis=1) + epsilon)
        maps = jnp.mean(deviation, axis=(1, 2, 4))
        maps = jnp.repeat(maps, size, axis=0).reshape(b, 1, 1, channels)
        maps = jnp.broadcast_to(maps, (b, h, w, channels)).astype(x.dtype)
        return jnp.concatenate([x, maps], axis=-1)

    return along_batch(append, x)


def group_size(batch: int, most: int = 4) -> int:
    """The size of the groups that a batch of any size splits into.

    It is the largest divisor of the batch that is at most `most`; if that is 1, because
    the batch has no such, its smallest other one: groups of one would see no variety.
    The official code takes min(batch, `most`), and fails where that does not divide.

    Args:
      batch: examples per step, over all devices: the same groups on any number of them.
      most: examples per group that are wanted.

    Raises:
      ValueError: if either is not positive.
    """
    for name, value in (("batch", batch), ("most", most)):
        if value < 1:
            raise ValueError(f"{name}: saw {value}, wanted at least 1")
    divisors = [size for size in range(1, batch + 1) if not batch % size]
    largest = max(size for size in divisors if size <= most)
    return divisors[1] if 1 == largest < min(batch, most) else largest


def check_group(batch: int, group: int) -> int:
    """The size of the groups that a batch splits into.

    Raises:
      ValueError: if it does not split evenly.
    """
    size = group or batch
    if size < 1 or batch % size:
        raise ValueError(
            f"group: saw {group}, wanted a divisor of the batch of {batch} (per device "
            f"and microbatch), such as {group_size(max(batch, 1), max(group, 1))}"
        )
    return size

"""The blocks of FID's InceptionV3, named as its ports to PyTorch name them."""

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax


class Convolution(nn.Module):
    """A convolution with its batch normalisation folded in, and a ReLU."""

    features: int
    kernel_size: tuple[int, int] = (1, 1)
    stride: int = 1
    padding: str = "VALID"

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] to [B, H', W', features]."""
        shape = (*self.kernel_size, x.shape[-1], self.features)
        kernel = self.param("kernel", nn.initializers.he_normal(), shape)
        bias = self.param("bias", nn.initializers.zeros_init(), (self.features,))
        y = lax.conv_general_dilated(
            x,
            kernel,
            (self.stride, self.stride),
            self.padding,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            # Else GPUs and TPUs round the factors to fewer bits, and FID moves.
            precision=lax.Precision.HIGHEST,
        )
        return nn.relu(y + bias.reshape(1, 1, 1, -1))


def _run(x: jax.Array, *layers: tuple[str, int, tuple[int, int]]) -> jax.Array:
    """Layers (name, features, kernel size) that keep the size."""
    for name, features, kernel_size in layers:
        x = Convolution(features, kernel_size, padding="SAME", name=name)(x)
    return x


def _mean_pool(x: jax.Array) -> jax.Array:
    """3×3 means of what is in the image: TensorFlow's, which count no padding."""
    return nn.avg_pool(x, (3, 3), (1, 1), "SAME", count_include_pad=False)


def halved(x: jax.Array) -> jax.Array:
    """3×3 maxima at every other place: [B, H, W, C] to [B, (H-1)//2, (W-1)//2, C]."""
    return nn.max_pool(x, (3, 3), (2, 2), "VALID")


class BlockA(nn.Module):
    """Figure 5 of the paper: 5×5 as 3×3 twice. 35×35."""

    pool_features: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, 35, 35, C] to [B, 35, 35, 224 + pool_features]."""
        one = _run(x, ("branch1x1", 64, (1, 1)))
        five = _run(x, ("branch5x5_1", 48, (1, 1)), ("branch5x5_2", 64, (5, 5)))
        double = _run(
            x,
            ("branch3x3dbl_1", 64, (1, 1)),
            ("branch3x3dbl_2", 96, (3, 3)),
            ("branch3x3dbl_3", 96, (3, 3)),
        )
        pool = _run(_mean_pool(x), ("branch_pool", self.pool_features, (1, 1)))
        return jnp.concatenate([one, five, double, pool], axis=-1)


class BlockB(nn.Module):
    """A reduction from 35×35 to 17×17."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, 35, 35, C] to [B, 17, 17, 480 + C]."""
        three = Convolution(384, (3, 3), 2, name="branch3x3")(x)
        double = _run(x, ("branch3x3dbl_1", 64, (1, 1)), ("branch3x3dbl_2", 96, (3, 3)))
        double = Convolution(96, (3, 3), 2, name="branch3x3dbl_3")(double)
        return jnp.concatenate([three, double, halved(x)], axis=-1)


class BlockC(nn.Module):
    """Figure 6: 7×7 as 1×7 and 7×1. 17×17."""

    inner: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, 17, 17, C] to [B, 17, 17, 768]."""
        flat, tall, inner = (1, 7), (7, 1), self.inner
        one = _run(x, ("branch1x1", 192, (1, 1)))
        seven = _run(
            x,
            ("branch7x7_1", inner, (1, 1)),
            ("branch7x7_2", inner, flat),
            ("branch7x7_3", 192, tall),
        )
        double = _run(
            x,
            ("branch7x7dbl_1", inner, (1, 1)),
            ("branch7x7dbl_2", inner, tall),
            ("branch7x7dbl_3", inner, flat),
            ("branch7x7dbl_4", inner, tall),
            ("branch7x7dbl_5", 192, flat),
        )
        pool = _run(_mean_pool(x), ("branch_pool", 192, (1, 1)))
        return jnp.concatenate([one, seven, double, pool], axis=-1)


class BlockD(nn.Module):
    """A reduction from 17×17 to 8×8."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, 17, 17, C] to [B, 8, 8, 512 + C]."""
        three = _run(x, ("branch3x3_1", 192, (1, 1)))
        three = Convolution(320, (3, 3), 2, name="branch3x3_2")(three)
        seven = _run(
            x,
            ("branch7x7x3_1", 192, (1, 1)),
            ("branch7x7x3_2", 192, (1, 7)),
            ("branch7x7x3_3", 192, (7, 1)),
        )
        seven = Convolution(192, (3, 3), 2, name="branch7x7x3_4")(seven)
        return jnp.concatenate([three, seven, halved(x)], axis=-1)


class BlockE(nn.Module):
    """Figure 7: 3×3 widened to 1×3 beside 3×1. 8×8.

    Attributes:
      largest: pool by maxima. The network's last block does, against the paper.
    """

    largest: bool = False

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, 8, 8, C] to [B, 8, 8, 2048]."""
        flat, tall = (1, 3), (3, 1)
        one = _run(x, ("branch1x1", 320, (1, 1)))
        three = _run(x, ("branch3x3_1", 384, (1, 1)))
        double = _run(
            x, ("branch3x3dbl_1", 448, (1, 1)), ("branch3x3dbl_2", 384, (3, 3))
        )
        largest = nn.max_pool(x, (3, 3), (1, 1), "SAME")
        pooled = largest if self.largest else _mean_pool(x)
        parts = [
            one,
            _run(three, ("branch3x3_2a", 384, flat)),
            _run(three, ("branch3x3_2b", 384, tall)),
            _run(double, ("branch3x3dbl_3a", 384, flat)),
            _run(double, ("branch3x3dbl_3b", 384, tall)),
            _run(pooled, ("branch_pool", 192, (1, 1))),
        ]
        return jnp.concatenate(parts, axis=-1)

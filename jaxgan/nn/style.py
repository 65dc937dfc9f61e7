"""What style-based generators are made of: the mapping, noise, and synthesis layers."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from jaxgan.core.context import Context
from jaxgan.nn.activation import activate, leaky_relu, linear
from jaxgan.nn.equalized import EqualizedDense
from jaxgan.nn.modulated import modulated_conv, unit_second_moment
from jaxgan.nn.noise import normal
from jaxgan.nn.upfirdn import resample_filter

Noise = Callable[[Context, str, jax.Array], jax.Array | None]
"""f(context, stream, constant [H, W]) -> noise [B or 1, H, W, 1], or None for none."""

TAPS = (1.0, 3.0, 3.0, 1.0)
"""The binomial filter that StyleGAN2 changes sizes with."""


def random_noise(context: Context, stream: str, constant: jax.Array) -> jax.Array:
    """N(0, 1), drawn anew for every example."""
    return normal(context.draw(stream), constant.shape)[..., None]


def constant_noise(context: Context, stream: str, constant: jax.Array) -> jax.Array:
    """The same for all examples: what was drawn when the network was made.

    Or, where somebody has put such a constant there, one [B, H, W] for each.
    """
    del context, stream
    return constant.reshape(-1, *constant.shape[-2:], 1)


def no_noise(context: Context, stream: str, constant: jax.Array) -> None:
    """None at all."""
    del context, stream, constant


def training_noise(context: Context, stream: str, constant: jax.Array) -> jax.Array:
    """Random in training and constant in evaluation, as the official code has it."""
    choice = random_noise if context.train else constant_noise
    return choice(context, stream, constant)


class MappingNetwork(nn.Module):
    """z -> w: dense layers of leaky ReLUs, on latents of unit second moment.

    Karras et al. 2019 (arXiv 1812.04948), section 2; the learning rate is lower by
    `multiplier`. A condition is embedded linearly, brought to unit second moment as z
    is, and joined to it (Karras et al. 2020, arXiv 2006.06676, appendix B). Computed in
    float32.

    Attributes:
      layers: how many.
      features: of w.
      classes: of the condition; 0 ignores it.
      decay: of the running mean of w: the variable 'mean' of the collection
        'style_average', which changes in training; None keeps none.
      multiplier: of the learning rate.
      layer_features: of the layers between; None is as many as of w.
      embed_features: of the condition's embedding; None is as many as of w.
    """

    layers: int = 8
    features: int = 512
    classes: int = 0
    decay: float | None = 0.995
    multiplier: float = 0.01
    layer_features: int | None = None
    embed_features: int | None = None

    @nn.compact
    def __call__(
        self, value: jax.Array | None, given: Any, context: Context
    ) -> tuple[jax.Array, jax.Array | None]:
        """Maps z [B, Z] (or None) and labels [B] or vectors [B, classes].

        Returns:
          w [B, features], and its running mean [features] before this pass, or None.

        Raises:
          ValueError: if there is neither z nor a condition, or labels do not fit.
        """
        parts = [] if value is None else [unit_second_moment(value)]
        if self.classes:
            embed = EqualizedDense(self.embed_features or self.features, name="embed")
            parts.append(unit_second_moment(embed(vectors(given, self.classes))))
        if not parts:
            raise ValueError("value: saw None and no classes, wanted one of them")
        x = jnp.concatenate(parts, axis=-1)
        between = self.layer_features or self.features
        for place in range(self.layers):
            dense = EqualizedDense(
                between if place < self.layers - 1 else self.features,
                activation=leaky_relu,
                multiplier=self.multiplier,
                name=f"dense{place}",
            )
            x = dense(x)
        return x, None if self.decay is None else self._average(x, context, self.decay)

    def _average(self, w, context, decay):
        shape = (self.features,)
        stored = self.variable("style_average", "mean", jnp.zeros, shape)
        average = stored.value
        mutable = self.is_mutable_collection("style_average")
        if context.train and mutable and not self.is_initializing():
            new = context.mean(lax.stop_gradient(w))
            stored.value = decay * average + (1.0 - decay) * new
        return average


def vectors(given: jax.Array, classes: int) -> jax.Array:
    """A condition as vectors [B, classes]: labels [B] become one-hot.

    Raises:
      ValueError: if it is neither.
    """
    if not isinstance(given, tuple):
        if given.ndim == 1 and jnp.issubdtype(given.dtype, jnp.integer):
            return jax.nn.one_hot(given, classes)
        if given.ndim == 2 and given.shape[1] == classes:
            return given.astype(jnp.float32)
    seen = given if isinstance(given, tuple) else f"{given.dtype}{list(given.shape)}"
    raise ValueError(f"given: saw {seen}, wanted labels [B] or vectors [B, {classes}]")


def truncated(
    w: jax.Array, average: jax.Array, share: float, cutoff: int | None = None
) -> jax.Array:
    """average + share · (w - average) in the first `cutoff` of w's layers [B, L, W].

    Karras et al. 2019 (arXiv 1812.04948), appendix B: share is ψ; None is all layers.
    The average is [W], or [B, W] where every example has its own.
    """
    average = average.reshape(-1, 1, w.shape[-1])
    near = average + share * (w - average)
    return (
        near
        if cutoff is None
        else jnp.concatenate([near[:, :cutoff], w[:, cutoff:]], axis=1)
    )


def for_layers(
    w: jax.Array,
    average: jax.Array | None,
    layers: int,
    share: float = 1.0,
    cutoff: int | None = None,
) -> jax.Array:
    """Repeats w [B, W] for every layer, [B, L, W], truncated: see `truncated`.

    With a share of 1, or without an average, nothing is truncated.
    """
    w = jnp.repeat(w[:, None], layers, axis=1)
    if share == 1.0 or average is None:
        return w
    return truncated(w, average, share, cutoff)


class SynthesisLayer(nn.Module):
    """activate(modulated_conv(x, style(w)) + strength · noise + bias).

    Karras et al. 2020 (arXiv 1912.04958), figure 2. The kernel is stored and used
    unscaled: demodulation takes its scale out.

    Attributes:
      features: of the output.
      up: the output is so many times as large.
      noise: what is added; its constant is the collection 'noise'.
      clamp: bound of the result, or None; it scales with `gain`.
      size: of the square kernel.
      dtype: of the computation; parameters and styles are float32.
      taps: the filter for changes of size, see `resample_filter`.
    """

    features: int
    up: int = 1
    noise: Noise = training_noise
    clamp: float | None = None
    size: int = 3
    dtype: Any = jnp.float32
    taps: Sequence[float] = TAPS

    @nn.compact
    def __call__(
        self, x: jax.Array, w: jax.Array, context: Context, gain: float = 1.0
    ) -> jax.Array:
        """Maps [B, H, W, C] and w [B, W]; `gain` multiplies the activation's."""
        channels = x.shape[-1]
        place = tuple(side * self.up for side in x.shape[1:3])
        shape = (self.size, self.size, channels, self.features)
        kernel = self.param("kernel", nn.initializers.normal(1.0), shape, jnp.float32)
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (self.features,), jnp.float32)
        strength = self.param("noise_strength", zeros, (), jnp.float32)
        constant = self.variable(
            "noise", "constant", lambda: jax.random.normal(self.make_rng(), place)
        )
        added = self.noise(
            context, "/".join(("noise", *map(str, self.path))), constant.value
        )
        y = modulated_conv(
            x.astype(self.dtype),
            kernel,
            EqualizedDense(channels, bias_init=1.0, name="affine")(w),
            noise=None if added is None else strength * added,
            taps=resample_filter(self.taps),
            up=self.up,
        )
        return activate(
            y,
            bias.astype(self.dtype),
            gain=gain * leaky_relu.gain,
            clamp=None if self.clamp is None else gain * self.clamp,
        )


class ToRGB(nn.Module):
    """A modulated 1×1 convolution to colours, without demodulation or noise.

    Attributes:
      colors: of the image.
      clamp: bound of the result, or None.
      dtype: of the computation; parameters and styles are float32.
    """

    colors: int = 3
    clamp: float | None = None
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, w: jax.Array) -> jax.Array:
        """Maps [B, H, W, C] and w [B, W] to [B, H, W, colors], in float32."""
        channels = x.shape[-1]
        shape = (1, 1, channels, self.colors)
        kernel = self.param("kernel", nn.initializers.normal(1.0), shape, jnp.float32)
        zeros = nn.initializers.zeros_init()
        bias = self.param("bias", zeros, (self.colors,), jnp.float32)
        styles = EqualizedDense(channels, bias_init=1.0, name="affine")(w)
        styles = styles / math.sqrt(channels)
        y = modulated_conv(x.astype(self.dtype), kernel, styles, demodulate=False)
        y = activate(y, bias.astype(self.dtype), linear, clamp=self.clamp)
        return y.astype(jnp.float32)

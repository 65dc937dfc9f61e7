"""Auxiliary heads for any discriminator that gives the features of its logit."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.heads import ClassEmbedding, CodePosterior, Codes
from jaxgan.core.types import Verdict
from jaxgan.nn.conv import Dense
from jaxgan.nn.embedding import Embedding
from jaxgan.nn.network import Network
from jaxgan.nn.norm import BatchNorm

SLOPE = 0.1


class Headed(Network):
    """A discriminator with further heads beside its logit, on the same features.

    Attributes:
      discriminator: any module whose verdict has one array of features [B, ...], as
        those of `jaxgan.models` do.
      heads: {name: module}. Each is called as `head(features [B, F], given, context)`;
        terms find what it returns in `Verdict.features[name]`, which then has nothing
        else.
    """

    discriminator: nn.Module
    heads: Mapping[str, nn.Module]

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Judges values [B, ...]; the features of the verdict are {name: head}.

        Raises:
          ValueError: if the discriminator gives no array of features.
        """
        verdict = self.discriminator(value, given, context)
        features = verdict.features if isinstance(verdict, Verdict) else ()
        if not isinstance(features, jax.Array | np.ndarray):
            raise ValueError(
                f"features: saw {jax.tree.structure(features)}, wanted a discriminator "
                "whose Verdict has one array [B, ...]"
            )
        x = features.reshape(features.shape[0], -1)
        said = {name: head(x, given, context) for name, head in self.heads.items()}
        return verdict._replace(features=said)


class ClassHead(nn.Module):
    """Class logits: ACGAN's second output (Odena et al. 2017, arXiv 1610.09585).

    Attributes:
      classes: how many.
      use_bias: whether the logits have a bias.
      spectral: normalise the kernel's spectrum, as the discriminators of later work do.
      dtype: of the computation.
    """

    classes: int
    use_bias: bool = True
    spectral: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps features [B, F] to logits [B, classes]."""
        del given
        options = {"spectral": self.spectral, "dtype": self.dtype}
        dense = Dense(self.classes, use_bias=self.use_bias, **options)
        return dense(x, context.train)


class CodeHead(nn.Module):
    """[Dense, BatchNorm, LeakyReLU 0.1]* -> Q(c | x): InfoGAN's recognition network.

    Chen et al. 2016 (arXiv 1606.03657), appendix C.1: it shares all layers with the
    discriminator but the last ones.

    Attributes:
      codes: what the latent ends with.
      hidden: features of its own layers before the output.
      learned_variance: of the continuous codes. The official code for MNIST fixes it
        at 1.
      dtype: of the computation.
    """

    codes: Codes
    hidden: Sequence[int] = (128,)
    learned_variance: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, context: Context) -> CodePosterior:
        """Maps features [B, F] to a posterior of the codes."""
        del given
        for features in self.hidden:
            x = Dense(features, use_bias=False, dtype=self.dtype)(x)
            x = nn.leaky_relu(BatchNorm(dtype=self.dtype)(x, context), SLOPE)
        codes = self.codes
        numbers = codes.size + self.learned_variance * codes.continuous
        said = Dense(numbers, dtype=self.dtype)(x)
        logits, mean = codes.split(said[:, : codes.size])
        log_variance = said[:, codes.size :]
        if not self.learned_variance:
            log_variance = jnp.zeros_like(mean)
        return CodePosterior(tuple(logits), mean, log_variance)


class ProxyHead(nn.Module):
    """Examples and their classes as points of a sphere.

    For `data_to_data_cross_entropy` (ReACGAN, Kang et al. 2021, arXiv 2111.01118,
    section 3) and `conditional_contrastive` (ContraGAN, Kang and Park 2020, arXiv
    2006.12681, section 3). The official code normalises the spectra of both kernels.

    Attributes:
      classes: how many.
      features: of a point.
      spectral: normalise the spectra of the projection and of the proxies.
      dtype: of the projection; points are normalised in float32.
    """

    classes: int
    features: int = 512
    spectral: bool = True
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, given: Any, context: Context) -> ClassEmbedding:
        """Maps features [B, F] and labels [B] to unit vectors [B, features]."""
        options = {"spectral": self.spectral, "dtype": self.dtype}
        example = Dense(self.features, **options)(x, context.train)
        proxy = Embedding(self.classes, self.features, **options)(given, context.train)
        return ClassEmbedding(_unit(example), _unit(proxy))


def _unit(x: jax.Array) -> jax.Array:
    x = x.astype(jnp.float32)
    squares = jnp.sum(jnp.square(x), axis=-1, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-24))

"""Adversarial losses: pairs of elementwise functions of logits, real `r` and fake `f`.

All are finite, with finite gradients, for logits of ±10⁴ and far beyond; the logarithms
of the papers are written with softplus(x) = log(1 + eˣ) = -log σ(-x).
"""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Loss

softplus = jax.nn.softplus


def _relu(x: jax.Array) -> jax.Array:
    return jnp.maximum(x, 0.0)


def _binary_cross_entropy(real: jax.Array, fake: jax.Array) -> jax.Array:
    return softplus(-real) + softplus(fake)


minimax = Loss(
    generator=lambda real, fake: -softplus(fake),
    discriminator=_binary_cross_entropy,
)
"""The zero-sum game. D: softplus(-r) + softplus(f); G: -softplus(f).

Goodfellow et al. 2014 (arXiv 1406.2661), equation 1: G minimises log(1 - σ(f)). Its
gradient vanishes where the discriminator is sure; see `nonsaturating`.
"""

nonsaturating = Loss(
    generator=lambda real, fake: softplus(-fake),
    discriminator=_binary_cross_entropy,
)
"""The one that trains. D: softplus(-r) + softplus(f); G: softplus(-f).

Goodfellow et al. 2014 (arXiv 1406.2661), section 3: G maximises log σ(f).
"""

least_squares = Loss(
    generator=lambda real, fake: 0.5 * (fake - 1.0) ** 2,
    discriminator=lambda real, fake: 0.5 * (real - 1.0) ** 2 + 0.5 * fake**2,
)
"""LSGAN. D: ½(r - 1)² + ½f²; G: ½(f - 1)².

Mao et al. 2017 (arXiv 1611.04076), equation 9: targets a = 0, b = c = 1.
"""

wasserstein = Loss(
    generator=lambda real, fake: -fake,
    discriminator=lambda real, fake: fake - real,
)
"""The Kantorovich dual. D: f - r; G: -f.

Arjovsky et al. 2017 (arXiv 1701.07875), equation 3. The critic must be kept Lipschitz:
by clipping its weights, a gradient penalty or spectral normalisation.
"""

hinge = Loss(
    generator=lambda real, fake: -fake,
    discriminator=lambda real, fake: _relu(1.0 - real) + _relu(1.0 + fake),
)
"""The margin loss. D: relu(1 - r) + relu(1 + f); G: -f.

Lim and Ye 2017 (arXiv 1705.02894); Miyato et al. 2018 (arXiv 1802.05957), equations 16
and 17.
"""

relativistic = Loss(
    generator=lambda real, fake: softplus(real - fake),
    discriminator=lambda real, fake: softplus(fake - real),
)
"""The paired relativistic loss, RpGAN. D: softplus(f - r); G: softplus(r - f).

Jolicoeur-Martineau 2018 (arXiv 1807.00734), section 4.1; with R1 and R2 the loss of
R3GAN (arXiv 2501.05441), equation 2. Real i is paired with fake i.
"""


def _swapped_labels(real: jax.Array, fake: jax.Array) -> jax.Array:
    return softplus(-fake) + softplus(real)


bidirectional = Loss(
    generator=_swapped_labels,
    discriminator=_binary_cross_entropy,
)
"""Non-saturating in both directions, where the generator's side makes real pairs too.

D: softplus(-r) + softplus(f); G: softplus(-f) + softplus(r). Dumoulin et al. 2017
(arXiv 1606.00704), section 2 and algorithm 1 (ALI); Donahue et al. 2017 (arXiv
1605.09782), section 3.4 (BiGAN): the generator and the encoder minimise the cross-
entropy of the swapped labels.
"""


def _against_averages(real, fake, mean):
    return real - mean(fake), fake - mean(real)


def _against_constants(real, fake, mean):
    return _against_averages(real, fake, lambda x: jax.lax.stop_gradient(mean(x)))


relativistic_average = Loss(
    generator=_swapped_labels,
    discriminator=_binary_cross_entropy,
    compare=_against_averages,
)
"""RaGAN: every logit is judged against the mean of the other side.

With r' = r - mean(f), f' = f - mean(r): D: softplus(-r') + softplus(f'); G:
softplus(-f') + softplus(r'). Jolicoeur-Martineau 2018 (arXiv 1807.00734), section 4.2;
the loss of ESRGAN, whose official code halves both. The means run over all devices, and
over one microbatch at a time.
"""

relativistic_average_of_constants = Loss(
    generator=_swapped_labels,
    discriminator=_binary_cross_entropy,
    compare=_against_constants,
)
"""RaGAN whose averages are constants to the gradient.

So BasicSR trains ESRGAN's discriminator (arXiv 1809.00219, equation 1): real and fake
examples are passed back one after the other, and the mean of the others is detached.
"""

"""Distances in the features of a frozen network: content, and style."""

import math
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term, Variables
from jaxgan.terms.criteria import Criterion, Pair, fake_and_real, mean_absolute

Features = Callable[[Variables, jax.Array], Mapping[str, jax.Array]]
"""f(variables, images [B, H, W, C]) -> maps [B, H', W', C'] by layer; pure."""


def perceptual(
    features: Features,
    layers: Mapping[str, float],
    weight: float | Schedule = 1.0,
    *,
    frozen: str = "vgg",
    criterion: Criterion = mean_absolute,
    scale: float = 1.0,
    pair: Pair = fake_and_real,
) -> Term:
    """Σ_l w_l criterion(s φ_l(v), s φ_l(t)) of the features φ of a frozen network.

    Johnson et al. 2016 (arXiv 1603.08155), equation 2. Gradients reach the values v,
    not their targets t.

    - ESRGAN (arXiv 1809.00219, section 3.3), as BasicSR has it: {'conv5_4': 1.0},
      which is before the activation, absolute differences, weight 1.
    - Real-ESRGAN (arXiv 2107.10833, section 4.1): {'conv1_2': 0.1, 'conv2_2': 0.1,
      'conv3_4': 1.0, 'conv4_4': 1.0, 'conv5_4': 1.0}, weight 1.
    - SRGAN (arXiv 1609.04802, section 2.2.1): {'relu5_4': 1.0} (its VGG54), squared
      differences, and a scale of 1 / 12.75, or a weight of 0.006 instead. The paper's
      equation 5 does not say how channels are taken together; here by their mean.

    Args:
      features: f(variables, images) -> maps by layer, such as
        `models.vgg.VGG(tuple(layers)).apply`.
      layers: the weight w of each.
      weight: of the whole.
      frozen: the name of the network's variables in `Context.frozen`.
      criterion: `mean_absolute`, `mean_squared` or `frobenius`.
      scale: s, that features are multiplied by.
      pair: finds values and targets; by default fakes, and the real examples.

    Raises:
      ValueError: if a layer's weight is negative, there are none, or the scale is not
        positive; when traced, on the discriminator's turn, or if there is no such
        frozen network, or layer.
    """
    check_layers(layers)
    check_number("scale", scale, above=0)

    def apply(state, play: Play):
        maps = frozen_maps("perceptual", features, layers, frozen, pair, play)
        parts = [
            layers[name] * criterion(scale * values, scale * targets, play.context)
            for name, (values, targets) in maps.items()
        ]
        return sum(parts[1:], parts[0]), state

    return Term("perceptual", apply, weight=weight)


def style(
    features: Features,
    layers: Mapping[str, float],
    weight: float | Schedule = 1.0,
    *,
    frozen: str = "vgg",
    criterion: Criterion = mean_absolute,
    pair: Pair = fake_and_real,
) -> Term:
    """Σ_l w_l criterion(Gram(φ_l(v)), Gram(φ_l(t))), as BasicSR has it.

    Gram(φ)_cd = Σ_hw φ_hwc φ_hwd / (C H W): Johnson et al. 2016 (arXiv 1603.08155),
    equation 3; the paper then sums squares. Beside `perceptual` with the same layers,
    features are computed once.

    Args:
      features, layers, weight, frozen, criterion, pair: as for `perceptual`.

    Raises:
      ValueError: as `perceptual`.
    """
    check_layers(layers)

    def apply(state, play: Play):
        maps = frozen_maps("style", features, layers, frozen, pair, play)
        parts = [
            layers[name] * criterion(_gram(values), _gram(targets), play.context)
            for name, (values, targets) in maps.items()
        ]
        return sum(parts[1:], parts[0]), state

    return Term("style", apply, weight=weight)


def _gram(maps: jax.Array) -> jax.Array:
    """[B, H, W, C] to [B, C, C]."""
    size = math.prod(maps.shape[1:])
    return jnp.einsum("bhwc,bhwd->bcd", maps, maps) / jnp.float32(size)


def check_layers(layers: Mapping[str, float]) -> None:
    """Checks that there are layers, and what they weigh.

    Raises:
      ValueError: naming the layer, if not.
    """
    if not layers:
        raise ValueError("layers: saw none, wanted the weight of one by its name")
    for name, weight in layers.items():
        check_number(f"layers: {name}", weight, least=0)


def frozen_maps(
    term: str,
    features: Features,
    layers: Mapping[str, float],
    frozen: str,
    pair: Pair,
    play: Play,
) -> dict[str, tuple[jax.Array, jax.Array]]:
    """The maps of values, and those of targets as constants, by layer.

    Raises:
      ValueError: if it is the discriminator's turn, or something is not there.
    """
    variables = frozen_variables(term, frozen, play)
    values, targets = pair(play)
    seen = features(variables, values)
    wanted = jax.lax.stop_gradient(features(variables, targets))
    missing = [name for name in layers if name not in seen]
    if missing:
        raise ValueError(
            f"layers: saw {missing[0]!r}, wanted some of {', '.join(seen)}, which the "
            "features have"
        )
    return {name: (seen[name], wanted[name]) for name in layers}


def frozen_variables(term: str, name: str, play: Play) -> Variables:
    """The variables of a frozen network, for a term of the generator.

    Raises:
      ValueError: if it is the discriminator's turn, or there is no such network.
    """
    if play.player != "generator":
        raise ValueError(f"{term}: saw it on D's turn, wanted G's")
    return play.context.frozen[name]

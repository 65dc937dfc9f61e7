"""Regularisers and objectives: what players minimise besides, or with, each other."""

from jaxgan.terms.adversarial import adversarial
from jaxgan.terms.dragan import dragan
from jaxgan.terms.drift import drift
from jaxgan.terms.gradient_penalty import gradient_penalty
from jaxgan.terms.path_length import path_length
from jaxgan.terms.r1 import r1
from jaxgan.terms.r2 import r2
from jaxgan.terms.real_sign import real_sign
from jaxgan.terms.unrolled import unrolled

__all__ = [
    "adversarial",
    "dragan",
    "drift",
    "gradient_penalty",
    "path_length",
    "r1",
    "r2",
    "real_sign",
    "unrolled",
]

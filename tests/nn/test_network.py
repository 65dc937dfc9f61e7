"""Networks say what a call of other arguments lacks, and are Flax modules else."""

import jax
import jax.numpy as jnp
import pytest
from flax import linen as nn

from jaxgan.core import Context, example_keys
from jaxgan.models import (
    ali,
    biggan,
    dcgan,
    gat,
    mlp,
    progan,
    r3gan,
    resnet,
    stylegan,
    stylegan2,
    toy,
)
from jaxgan.models.biggan import deep
from jaxgan.nn import Headed, Network, Packed

FAMILIES = (
    *(ali, biggan, deep, dcgan, gat, mlp, progan),
    *(r3gan, resnet, stylegan, stylegan2, toy),
)


def test_every_model_is_one():
    players = [
        found
        for family in FAMILIES
        for name in ("Generator", "Discriminator", "Encoder")
        if (found := getattr(family, name, None)) is not None
    ]
    assert len(players) == 2 * len(FAMILIES)
    for kind in (*players, Headed, Packed):
        assert issubclass(kind, Network), kind


class Doubled(mlp.Generator):
    """Inherits the call."""


@pytest.mark.parametrize("kind", [mlp.Generator, Doubled])
def test_calls(kind):
    module, z = kind((2, 2, 1), (3,)), jnp.ones((2, 4))
    context = Context(example_keys(jax.random.key(0), 2))
    variables = module.init(jax.random.key(0), z, (), context)
    # Names of layers are Flax's own.
    assert set(variables["params"]) == {"Dense_0", "BatchNorm_0", "Dense_1"}
    assert module.apply(variables, z, (), context=context).shape == (2, 2, 2, 1)
    message = (
        rf"{kind.__name__}: saw a call with 1 arguments.*'given'; wanted \(value, "
    )
    with pytest.raises(
        TypeError, match=message + r"given, context\): given is \(\) wh"
    ):
        module(z)
    with pytest.raises(TypeError, match=message):
        module.apply(variables, z)
    with pytest.raises(TypeError, match="saw a call with 4 arguments, too many"):
        module.apply(variables, z, (), context, True)


def test_errors_inside_are_left_alone():
    class Broken(Network):
        @nn.compact
        def __call__(self, value, given, context):
            raise TypeError("from within")

    with pytest.raises(TypeError, match=r"^from within\b"):
        Broken().init(jax.random.key(0), 0, (), None)


def test_packs_of_nothing():
    judge = mlp.Discriminator(widths=(2,))
    for size in (0, -2):
        with pytest.raises(ValueError, match=f"size: saw {size}, wanted a whole num"):
            Packed(judge, size)


def test_no_shared_embedding_is_a_choice():
    assert biggan.Generator(shared=0, hierarchical=False).shared == 0

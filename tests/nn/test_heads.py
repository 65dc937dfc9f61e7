"""Auxiliary heads: what they compute, on every discriminator of ours."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, Verdict, example_keys
from jaxgan.core.heads import Codes
from jaxgan.nn import ClassHead, CodeHead, Headed, ProxyHead
from tests.models.test_laws import DISCRIMINATORS

B, F, CLASSES = 5, 4, 3
CONTEXT = Context(example_keys(jax.random.key(0), B))
X = np.asarray(jax.random.normal(jax.random.key(1), (B, F)))
LABELS = jnp.array([0, 2, 1, 2, 2])
CODES = Codes((3, 2), 2)


def dense(params):
    """X through a dense layer's parameters, in numpy."""
    return X @ np.asarray(params["kernel"]) + np.asarray(params["bias"])


def applied(module, x=X, given=LABELS, context=CONTEXT):
    variables = module.init(jax.random.key(2), x, given, context)
    return module.apply(variables, x, given, context), variables["params"]


def test_class_head_is_linear():
    logits, params = applied(ClassHead(CLASSES))
    np.testing.assert_allclose(logits, dense(params["Dense_0"]), rtol=1e-5, atol=1e-6)
    logits, params = applied(ClassHead(CLASSES, use_bias=False, spectral=True))
    assert list(params["Dense_0"]) == ["kernel"]
    kernel = np.asarray(params["Dense_0"]["kernel"], np.float64)
    wanted = X @ kernel / np.linalg.norm(kernel, 2)
    np.testing.assert_allclose(logits, wanted, rtol=1e-4, atol=1e-5)


def test_proxy_head_gives_unit_vectors_of_examples_and_their_classes():
    said, params = applied(ProxyHead(CLASSES, 6, spectral=False))
    point = dense(params["Dense_0"])
    proxy = np.asarray(params["Embedding_0"]["kernel"])[LABELS]
    for seen, wanted in ((said.example, point), (said.proxy, proxy)):
        wanted = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
        np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-6)
    # A kernel's length has no part in the points: neither has its spectral norm.
    module = ProxyHead(CLASSES, 6)
    variables = module.init(jax.random.key(2), X, LABELS, CONTEXT)
    assert set(variables["spectral"]) == {"Dense_0", "Embedding_0"}
    normed = module.apply(variables, X, LABELS, CONTEXT)
    np.testing.assert_allclose(normed.proxy, said.proxy, rtol=1e-4, atol=1e-6)


def test_a_point_at_the_origin_has_a_gradient():
    module = ProxyHead(CLASSES, 6, spectral=False)
    variables = module.init(jax.random.key(2), X, LABELS, CONTEXT)

    def first(x):
        return module.apply(variables, x, LABELS, CONTEXT).example[0, 0]

    assert np.all(np.isfinite(jax.grad(first)(jnp.zeros_like(X))))


def test_code_head_splits_one_dense_layer():
    said, params = applied(CodeHead(CODES, hidden=()))
    parts = [said.logits[0], said.logits[1], said.mean]
    np.testing.assert_allclose(
        jnp.concatenate(parts, axis=1), dense(params["Dense_0"]), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_array_equal(said.log_variance, np.zeros((B, 2)))
    said, params = applied(CodeHead(CODES, hidden=(8,), learned_variance=True))
    assert params["Dense_1"]["kernel"].shape == (8, CODES.size + 2)
    assert said.log_variance.shape == (B, 2)
    assert np.all(np.std(said.log_variance, axis=0) > 0)


HEADS = {"classes": ClassHead(CLASSES), "codes": CodeHead(CODES, hidden=())}


PATCHES = {"cut", "pix2pix", "pixels", "restoration spectral", "mocogan", "dvdgan"}
"""Discriminators of patches or frames, which have no features of a whole example."""


@pytest.mark.parametrize("name", sorted(PATCHES))
def test_discriminators_of_patches_take_none(name):
    module, shape, given = DISCRIMINATORS[name]
    context = Context(example_keys(jax.random.key(0), 4), train=True)
    init = Headed(module, HEADS).init
    with pytest.raises(ValueError, match="features"):
        jax.eval_shape(init, jax.random.key(0), jnp.zeros((4, *shape)), given, context)


@pytest.mark.parametrize("name", sorted(DISCRIMINATORS.keys() - PATCHES))
def test_every_discriminator_takes_heads(name):
    """The logits are its own; the heads have one row per example."""
    module, shape, given = DISCRIMINATORS[name]
    value = jnp.zeros((4, *shape))
    context = Context(example_keys(jax.random.key(0), 4), train=True)

    def judged(module):
        return jax.eval_shape(
            module.init_with_output, jax.random.key(0), value, given, context
        )

    plain, variables = judged(module)
    verdict, with_heads = judged(Headed(module, HEADS))
    assert verdict.logits.shape == plain.logits.shape == (4,)
    assert verdict.features["classes"].shape == (4, CLASSES)
    assert verdict.features["codes"].mean.shape == (4, 2)
    inner = jax.tree.structure(variables["params"])
    assert jax.tree.structure(with_heads["params"]["discriminator"]) == inner


def test_the_features_are_those_of_the_logit():
    class Judge(nn.Module):
        @nn.compact
        def __call__(self, value, given, context):
            del given, context
            return Verdict(value[:, 0], value.reshape(B, 2, 2))

    class Echo(nn.Module):
        @nn.compact
        def __call__(self, x, given, context):
            assert isinstance(context, Context)
            return x, given

    verdict = Headed(Judge(), {"echo": Echo()}).apply({}, X, LABELS, CONTEXT)
    np.testing.assert_array_equal(verdict.logits, X[:, 0])
    np.testing.assert_array_equal(verdict.features["echo"][0], X)
    np.testing.assert_array_equal(verdict.features["echo"][1], LABELS)


def test_a_discriminator_without_features():
    class Bare(nn.Module):
        @nn.compact
        def __call__(self, value, given, context):
            del given, context
            return value[:, 0]

    with pytest.raises(ValueError, match=r"features: saw .* wanted a discriminator"):
        Headed(Bare(), HEADS).init(jax.random.key(0), X, LABELS, CONTEXT)

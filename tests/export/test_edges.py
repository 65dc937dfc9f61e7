"""Primitives at their edges: words that wrap, places outside, wide edges, truths."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from jaxgan.export import Refused, to_onnx
from jaxgan.export.rules import control
from tests.export.same import assert_same, symbolic
from tests.export.test_primitives import floats, seeds, truths, wholes, words

few = settings(max_examples=4, deadline=None, derandomize=True)

WRAPPING = (
    lax.neg,
    lax.square,
    lambda x: lax.integer_pow(x, 5),
    lambda x: lax.reduce_sum(x, (1,)),
    lambda x: lax.cumsum(x, 2),
    lambda x: lax.dot_general(x, x, (((1, 2), (1, 2)), ((), ()))),
    lambda x: x.at[np.array([1, 1])].add(x),
)


@few
@given(seed=seeds)
def test_words_wrap(seed):
    assert_same(
        lambda x: [wrap(x) for wrap in WRAPPING], words(seed, (2, 3, 4)), exact=True
    )


@few
@given(seed=seeds, data=st.data())
def test_places_outside(seed, data):
    """Whatever is asked for of those outside, of one axis looked up, or of two."""
    rows, columns = (
        jnp.asarray(data.draw(st.lists(st.integers(-9, 9), min_size=3, max_size=3)))
        for _ in range(2)
    )
    mode = data.draw(st.sampled_from(["clip", "drop"]))
    asked = data.draw(st.sampled_from(["set", "add"]))
    # Of equal places that are set, any may win: all are given the same.
    value = data.draw(st.sampled_from([2.5, np.inf]))

    def put(x, rows, columns):
        one = getattr(x.at[:, columns], asked)(value, mode=mode)
        return one, getattr(x.at[rows, columns], asked)(value, mode=mode)

    # Of whole numbers sums are exact, in whatever order.
    assert_same(put, jnp.round(floats(seed)), rows, columns, exact=True)


@few
@given(
    start=st.tuples(st.integers(-2, 4), st.integers(-2, 5)),
    mode=st.sampled_from(["clip", "fill"]),
)
def test_parts_of_axes_outside(start, mode):
    """They are moved to lie within, or filled; an axis may begin at 0 always."""
    numbers = lax.GatherDimensionNumbers(
        offset_dims=(0, 1, 2), collapsed_slice_dims=(), start_index_map=(1, 2)
    )
    assert_same(
        lambda x, at: lax.gather(x, at, numbers, (1, 2, 3), mode=mode, fill_value=9.0),
        floats(1),
        jnp.asarray(start),
        exact=True,
    )


@few
@given(seed=seeds, data=st.data())
def test_windows_with_any_edges(seed, data):
    """Edges as wide as windows or wider, and of axes that have no window."""
    edge = st.tuples(st.integers(0, 3), st.integers(0, 3))
    edges = [(0, 0), *(data.draw(edge) for _ in range(3))]
    window = (1, data.draw(st.integers(2, 3)), 2, 1)
    how = window, (1, 1, 2, 1), edges
    assert_same(
        lambda x: (
            # onnxruntime's largest of none is the least finite number.
            lax.max(lax.reduce_window(x, -jnp.inf, lax.max, *how), -9.0),
            lax.reduce_window(x, 0.0, lax.add, *how),
        ),
        floats(seed, (1, 4, 5, 2)),
    )


@few
@given(seed=seeds)
def test_the_largest_of_any_axis(seed):
    assert_same(
        lambda x: [lax.top_k(x, 2, axis=axis) for axis in range(3)],
        floats(seed),
        exact=True,
    )


@few
@given(seed=seeds)
def test_truths_have_an_order(seed):
    assert_same(
        lambda x, y: (
            lax.max(x, y),
            lax.min(x, y),
            jnp.argmax(x, 1),
            jnp.argmin(x, 2),
            jnp.sort(x, 2),
        ),
        truths(seed),
        truths(seed ^ 1),
        exact=True,
    )


@few
@given(
    whole=st.integers(-(2**24), 2**24), nudge=st.sampled_from([-np.inf, 0.0, np.inf])
)
def test_rounding_away_is_exact(whole, nudge):
    """Halves, the numbers beside them, and those so large that all are whole."""
    near = np.nextafter(np.float32(whole / 2), np.float32(nudge), dtype=np.float32)
    numbers = jnp.asarray([near, whole, 0.49999997, -0.49999997], jnp.float32)
    assert_same(lax.round, numbers, exact=True)


def test_any_number_to_the_power_of_none_is_one():
    numbers = jnp.asarray([np.inf, 0.0, -2.0], jnp.float32)
    assert_same(lambda x: lax.integer_pow(x, 0), numbers, exact=True)


@few
@given(seed=seeds)
def test_products_are_summed_in_the_wider_type(seed):
    narrow = wholes(seed, (4, 5), dtype=np.int8)
    assert_same(
        lambda x: lax.dot_general(
            x, x, (((1,), (1,)), ((), ())), preferred_element_type=jnp.int32
        ),
        narrow,
        exact=True,
    )


@pytest.mark.parametrize("batch", [1, 2])
def test_shapes_without_numbers(batch):
    """One fewer than a batch of one are none."""

    def function(x):
        fewer = x[1:].reshape(-1 + x.shape[0], x.shape[1] // 2, 2)
        return fewer, x[:, :0].reshape(0, 3)

    assert_same(function, floats(1, (batch, 4)), likes=[symbolic("b, 2*h")])


def test_loops_of_none_and_of_as_many_as_may_be(monkeypatch):
    monkeypatch.setattr(control, "MOST_ROUNDS", 8)

    def count(x, rounds):
        return lax.while_loop(
            lambda now: now[0] < rounds, lambda now: (now[0] + 1, now[1]), (0, x)
        )

    assert_same(lambda x: lax.scan(lambda c, _: (c, c), x, length=0), floats(1))
    assert_same(lambda x: count(x, 8), floats(1), exact=True)
    with pytest.raises(Refused, match="saw 9 rounds or more"):
        to_onnx(lambda x: count(x, 9), [floats(1)], ["x"], ["n", "y"])


def test_bfloat16_is_fed_as_float32():
    half = floats(1).astype(jnp.bfloat16)
    assert_same(lambda x: 2.0 * x.astype(jnp.float32), half, exact=True)


@pytest.mark.parametrize("kind", ["rbg", "unsafe_rbg"])
def test_other_keys_are_refused(kind):
    def bits(seed):
        return jax.random.bits(jax.random.key(seed, impl=kind))

    with pytest.raises(
        Refused, match=r"keys: saw key<u?rbg>, wanted those of threefry"
    ):
        to_onnx(bits, [jnp.uint32(3)], ["seed"], ["bits"])


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: x.astype(np.uint32).prod(), "reduce_prod: saw uint32 in "),
        (lambda x: lax.reduce(x.astype(int), 0, lax.bitwise_or, (0,)), "saw int32 in "),
        (
            lambda x: lax.reduce_window(
                x[None].astype(int), 0, lax.add, (1, 1, 2, 2), (1,) * 4, "VALID"
            ),
            "reduce_window_sum: saw int32 in ",
        ),
    ],
)
def test_types_without_a_form_are_refused(function, said):
    with pytest.raises(Refused, match=said):
        to_onnx(function, [floats(1)], ["x"], ["y"])


@pytest.mark.parametrize(
    ("inputs", "outputs", "said"),
    [
        (["x"], ["x"], "saw 'x'"),
        (["x", "y"], ["z"], "inputs: saw 2 names, wanted 1"),
        (["x"], [], "outputs: saw 0 names, wanted 1"),
        (["x"], [""], "saw ''"),
        (["t.0"], ["y"], "wanted different words without dots"),
    ],
)
def test_names_that_cannot_be(inputs, outputs, said):
    with pytest.raises(ValueError, match=said):
        to_onnx(lambda x: 2 * x, [floats(1)], inputs, outputs)

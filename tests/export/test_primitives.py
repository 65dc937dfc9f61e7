"""Primitives one by one: whatever the numbers, onnxruntime has what JAX has."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

from jaxgan.export import Refused, to_onnx
from jaxgan.export.rules import CONTROLS, RULES
from tests.export.same import NEEDED, assert_same, exported, symbolic

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8, deadline=None, derandomize=True)
SHAPE = (2, 3, 4)


def floats(seed, shape=SHAPE, low=-3.0, high=3.0):
    numbers = np.random.default_rng(seed).uniform(low, high, shape)
    return jnp.asarray(numbers.astype(np.float32))


def wholes(seed, shape=SHAPE, low=-50, high=50, dtype=np.int32):
    numbers = np.random.default_rng(seed).integers(low, high, shape, dtype=np.int64)
    return jnp.asarray(numbers.astype(dtype))


words = functools.partial(wholes, low=0, high=2**32, dtype=np.uint32)
truths = functools.partial(wholes, low=0, high=2, dtype=np.bool_)
above = functools.partial(floats, low=0.01)
inside = functools.partial(floats, low=-0.999, high=0.999)
near = functools.partial(floats, low=-1e-4, high=1e-4)


def wholes_of_three(seed):
    return wholes(seed, low=-1, high=2).astype(jnp.float32)


ELEMENTWISE = {
    **{name: (getattr(lax, name), (floats,)) for name in ("exp", "tanh", "neg", "abs")},
    **{name: (getattr(lax, name), (floats,)) for name in ("sin", "cos", "erf", "sign")},
    **{name: (getattr(lax, name), (floats,)) for name in ("floor", "ceil", "logistic")},
    **{name: (getattr(lax, name), (floats,)) for name in ("square", "sinh", "cosh")},
    **{name: (getattr(lax, name), (floats,)) for name in ("asinh", "atan", "exp2")},
    **{name: (getattr(lax, name), (above,)) for name in ("log", "sqrt", "rsqrt")},
    **{name: (getattr(lax, name), (inside,)) for name in ("erf_inv", "atanh", "asin")},
    **{name: (getattr(lax, name), (inside,)) for name in ("acos", "log1p", "tan")},
    **{name: (getattr(lax, name), (floats, floats)) for name in ("max", "min", "add")},
    **{name: (getattr(lax, name), (floats, above)) for name in ("sub", "mul", "div")},
    **{name: (getattr(lax, name), (floats, floats)) for name in ("lt", "le", "gt")},
    **{name: (getattr(lax, name), (wholes, wholes)) for name in ("ge", "eq", "ne")},
    "acosh": (lambda x: lax.acosh(x + 1.0), (above,)),
    "erfc": (lax.erfc, (inside,)),
    "atan2": (lax.atan2, (floats, floats)),
    "atan2 on axes": (lax.atan2, (wholes_of_three, wholes_of_three)),
    "log1p of little": (lax.log1p, (near,)),
    "expm1": (lax.expm1, (floats,)),
    "expm1 of little": (lax.expm1, (near,)),
    "pow": (lax.pow, (above, floats)),
    "rem": (lax.rem, (floats, above)),
    "rem of wholes": (lambda x, y: lax.rem(x, y + 51), (wholes, wholes)),
    "div of wholes": (lambda x, y: lax.div(x, y + 51), (wholes, wholes)),
    "round": (lambda x: jnp.round(2 * x), (floats,)),
    "round halves": (lambda x: jnp.round(jnp.round(4 * x) / 2), (floats,)),
    "round away": (lambda x: lax.round(jnp.round(4 * x) / 2), (floats,)),
    "clamp": (lambda x: lax.clamp(-0.5, x, 1.5), (floats,)),
    "is_finite": (lambda x: lax.is_finite(1.0 / jnp.floor(x)), (above,)),
    "select_n": (lax.select_n, (truths, floats, floats)),
    "select of truths": (lax.select_n, (truths, truths, truths)),
    "select of three": (
        lambda n, *x: lax.select_n(lax.rem(n + 51, 3), *x),
        (wholes, floats, floats, floats),
    ),
    **{f"power {n}": (lambda x, n=n: lax.integer_pow(x, n), (above,))
       for n in (-3, 0, 5)},
    **{f"{name} of truths": (getattr(lax, f"bitwise_{name}"), (truths, truths))
       for name in ("and", "or", "xor")},
    **{f"{name} of words": (getattr(lax, f"bitwise_{name}"), (words, words))
       for name in ("and", "or", "xor")},
    **{f"{name} of words": (getattr(lax, name), (words, words))
       for name in ("add", "sub", "mul")},
    "not": (lax.bitwise_not, (truths,)),
    "not of words": (lax.bitwise_not, (words,)),
    **{f"shift by {n}": (
        lambda x, n=n: lax.shift_left(x, jnp.full(x.shape, n, np.uint32))
        ^ lax.shift_right_logical(x, jnp.full(x.shape, n + 1, np.uint32)),
        (words,),
    ) for n in (0, 13, 31, 32)},
    "floats of bits": (
        lambda x: lax.bitcast_convert_type((x >> 9) | np.uint32(127 << 23), np.float32),
        (words,),
    ),
    "floats of any bits": (
        lambda x: lax.bitcast_convert_type(x & np.uint32(0xBFFFFFFF), np.float32),
        (lambda seed: words(seed) | np.uint32(0x00800000),),
    ),
    "words of floats": (lambda x: x.astype(np.uint32), (above,)),
    "words of wholes": (lambda x: x.astype(np.uint32), (wholes,)),
    "wholes of words": (lambda x: x.astype(np.int32), (words,)),
    "floats of truths": (lambda x: x.astype(np.float32), (truths,)),
    "wholes of floats": (lambda x: x.astype(np.int32), (floats,)),
}  # fmt: skip
REDUCED = {
    "reduce_sum": lambda x: x.sum((0, 2)),
    "reduce_max": lambda x: x.max(1),
    "reduce_min": lambda x: x.min(),
    "reduce_prod": lambda x: x.prod(1),
    "reduce_and": lambda x: (x > -1).all(2),
    "reduce_or": lambda x: (x > 1).any((0, 1)),
    "argmax": lambda x: jnp.argmax(x, 1),
    "argmin": lambda x: jnp.argmin(jnp.round(x), 2),
    "cumsum": lambda x: jnp.cumsum(x, 1),
    "cumsum back": lambda x: lax.cumsum(x, 2, reverse=True),
    "sort": lambda x: jnp.sort(x, 1),
    "argsort": lambda x: jnp.argsort(jnp.round(x), axis=2),
    "top_k": lambda x: lax.top_k(x, 2),
    "max_pool": lambda x: lax.reduce_window(
        x[..., None], -jnp.inf, lax.max, (1, 2, 3, 1), (1, 1, 2, 1), "SAME"
    ),
    "sum_pool": lambda x: lax.reduce_window(
        x[..., None], 0.0, lax.add, (1, 2, 2, 1), (1, 1, 2, 1), "VALID"
    ),
}
MOVED = {
    "reshape": lambda x: x.reshape(4, 6),
    "transpose": lambda x: x.transpose(2, 0, 1),
    "squeeze": lambda x: lax.squeeze(x[:, :1], (1,)),
    "broadcast": lambda x: lax.broadcast_in_dim(x, (5, 2, 3, 4), (1, 2, 3)),
    "expand": lambda x: lax.broadcast_in_dim(x[:, :1], SHAPE, (0, 1, 2)) + x,
    "concatenate": lambda x: jnp.concatenate([x, 2 * x], 1),
    "stack": lambda x: jnp.stack([x, -x], 1),
    "tile": lambda x: jnp.tile(x, (1, 2, 1)),
    "slice": lambda x: x[:, 1:, ::2],
    "rev": lambda x: lax.rev(x, (0, 2)),
    "pad": lambda x: lax.pad(x, 7.0, ((1, 0, 0), (-1, 2, 1), (0, -1, 2))),
    "split": lambda x: jnp.split(x, [1, 3], axis=2),
    "iota": lambda x: x + lax.broadcasted_iota(np.float32, SHAPE, 1),
    "dynamic_slice": lambda x: lax.dynamic_slice(
        x, (x[0, 0, 0].astype(int), 9, 1), (1, 2, 2)
    ),
    "dynamic_update": lambda x: lax.dynamic_update_slice(
        x, x[:, :1], (0, jnp.abs(x[0, 0, 0]).astype(int), 0)
    ),
    "one row": lambda x: x[1, jnp.abs(x[0, 0, 0]).astype(int) % 3],
    "reduce_precision": lambda x: lax.reduce_precision(x, 8, 23),
}
LOOKED_UP = {
    "rows": lambda x, i: x[:, i[0, 0] % 3],
    "pairs": lambda x, i: x[i[0, 0] % 2, i[:, 0] % 3],
    "clipped": lambda x, i: jnp.take(x, i[0], axis=1, mode="clip"),
    "filled": lambda x, i: jnp.take(x, i[0], axis=1, mode="fill", fill_value=9.0),
    "along": lambda x, i: jnp.take_along_axis(x, jnp.abs(i) % 4, axis=2),
    "scatter_add": lambda x, i: x.at[:, i[0, 0]].add(1.5, mode="drop"),
    "scatter": lambda x, i: x.at[i[0, 0, 0] % 2].set(x[0]),
    "vmapped": lambda x, i: jax.vmap(lambda x, i: x[i])(x, jnp.abs(i[:, 0]) % 3),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
@few
@given(seed=seeds)
def test_numbers(name, seed):
    function, kinds = ELEMENTWISE[name]
    # Operands differ, as their seeds do.
    arrays = [kind((seed + place) % 2**32) for place, kind in enumerate(kinds)]
    assert_same(function, *arrays)


@pytest.mark.parametrize("name", REDUCED)
@few
@given(seed=seeds)
def test_reductions(name, seed):
    assert_same(REDUCED[name], floats(seed))


@pytest.mark.parametrize("name", MOVED)
@few
@given(seed=seeds)
def test_moves(name, seed):
    assert_same(MOVED[name], floats(seed), exact=True)


@pytest.mark.parametrize("name", LOOKED_UP)
@few
@given(seed=seeds)
def test_look_ups(name, seed):
    assert_same(LOOKED_UP[name], floats(seed), wholes(seed), exact=True)


@few
@given(seed=seeds, data=st.data())
def test_products(seed, data):
    """Any axes in common, any summed over."""
    common, summed, free = (data.draw(st.integers(0, 2)) for _ in range(3))
    letters = "abcdefgh"
    same, sums = letters[:common], letters[2 : 2 + summed]
    first = data.draw(st.permutations(same + sums + "g" * (free > 0)))
    second = data.draw(st.permutations(same + sums + "h" * (free > 1)))
    sides = dict(zip(letters, (2, 3, 4, 2, 3, 2, 3, 2)))
    left, right = ("".join(one) for one in (first, second))
    text = f"{left},{right}->{same}{'g' * (free > 0)}{'h' * (free > 1)}"
    arrays = [
        floats(seed + n, [sides[s] for s in x]) for n, x in enumerate((left, right))
    ]
    assert_same(lambda *x: jnp.einsum(text, *x), *arrays)


@few
@given(seed=seeds, data=st.data())
def test_convolutions(seed, data):
    """Any stride, spread, edge, order of axes, and groups; a kernel known or not."""
    pick = lambda *values: data.draw(st.sampled_from(values))  # noqa: E731
    groups, size = pick(1, 2), pick(1, 3)
    how = {
        "window_strides": (pick(1, 2), 1),
        "padding": [(pick(-1, 0, 2), pick(0, 1)) for _ in range(2)],
        "lhs_dilation": (pick(1, 2), pick(1, 3)),
        "rhs_dilation": (pick(1, 2), 1),
        "feature_group_count": groups,
    }
    orders = pick(("NHWC", "HWIO", "NHWC"), ("CHWN", "IHWO", "HWNC"))
    sides = {"N": 2, "H": 5, "W": 6, "C": 4, "I": 4 // groups, "O": 4}
    image = floats(seed, [sides[side] for side in orders[0]])
    sides |= {"H": size, "W": 2}
    kernel = floats(seed + 1, [sides[side] for side in orders[1]])
    convolve = functools.partial(
        lax.conv_general_dilated, dimension_numbers=orders, **how
    )
    assert_same(convolve, image, kernel)
    assert_same(lambda image: convolve(image, kernel), image)


RANDOM = {
    "bits": lambda key: jax.random.bits(key, (3, 5)),
    "split": lambda key: jax.random.split(key, (2, 3)),
    "fold_in": lambda key: jax.random.fold_in(key, 12345),
    "uniform": lambda key: jax.random.uniform(key, (7,)),
    "randint": lambda key: jax.random.randint(key, (6,), -3, 10),
    "keys that move": lambda key: jnp.stack([*jax.random.split(key, 3)])[::-1, None],
    "many": lambda key: jax.vmap(jax.random.bits)(jax.random.split(key, 4)),
}


@pytest.mark.parametrize("name", RANDOM)
@few
@given(seed=seeds)
def test_random_bits_are_the_same(name, seed):
    assert_same(RANDOM[name], jax.random.key(seed), exact=True)


def test_a_seed_becomes_the_same_key():
    assert_same(lambda n: jax.random.key(n), jnp.uint32(7), exact=True)


@few
@given(seed=seeds)
def test_normal_numbers(seed):
    assert_same(lambda key: jax.random.normal(key, (50,)), jax.random.key(seed))


@pytest.mark.parametrize("which", range(-1, 4))
def test_branches(which):
    """One is computed; a number beyond them takes the nearest."""

    def choose(which, x):
        doubled = 2 * x
        return lax.switch(
            which,
            [lambda x: (x, x), lambda x: (doubled, x + 1), lambda x: (x * x, x)],
            x,
        )

    assert_same(choose, jnp.int32(which), floats(1), exact=True)
    assert_same(lambda x: lax.cond(x.sum() > which, jnp.sin, jnp.cos, x), floats(2))


@pytest.mark.parametrize("back", [False, True])
def test_loops_are_unrolled(back):
    def body(carry, row):
        return carry * 0.5 + row, (carry, row.sum())

    assert_same(lambda x: lax.scan(body, x[0], x, reverse=back), floats(3))
    assert_same(lambda x: lax.fori_loop(0, 3, lambda n, x: x * 1.5 + n, x), floats(4))


def test_what_is_known_is_computed_at_once():
    """A branch that is never taken, a kernel that is scaled, leave nothing."""
    pytest.importorskip("onnx", reason="onnx is not installed: the extra 'export'")
    table = floats(5, (4, 4))

    def known(x):
        scaled = lax.cond(jnp.int32(1) > 0, lambda t: t * 3.0, jnp.linalg.inv, table)
        return x @ scaled.T

    types = [symbolic("b, 4")]
    model = to_onnx(known, types, ["x"], ["y"])
    assert model.nodes == 2  # the product, and the name of the result


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_sides_that_are_not_known(batch):
    """Sums, products, quotients and differences of sides."""
    likes = [symbolic("b, 8*h, 3"), symbolic("b")]

    def function(x, shift):
        half = x.reshape(x.shape[0], x.shape[1] // 2, 6).mean((0, 1))
        count = jnp.arange(x.shape[0]) + x.shape[1]
        flat = x.reshape(-1, 3)[3:]
        last = x[:, x.shape[1] - 2 :].sum((1, 2)) + shift
        return half, count, flat, last, jnp.zeros((x.shape[1], x.shape[0]))

    for height in (8, 24):
        assert_same(
            function, floats(1, (batch, height, 3)), floats(2, (batch,)), likes=likes
        )


def test_half_precision_halves_weights():
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: the extra 'export'")
    weights = floats(1, (64, 64))
    x = floats(2, (3, 64))
    types = [symbolic("b, 64")]
    whole, half = (
        to_onnx(lambda x: x @ weights, types, ["x"], ["y"], half=half)
        for half in (False, True)
    )
    assert len(half.data) < 0.6 * len(whole.data)
    (made,) = exported(lambda x: x @ weights, types, half=True)(x)
    np.testing.assert_allclose(
        made, x @ weights, atol=2e-3 * float(jnp.abs(made).max())
    )


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: jax.scipy.special.digamma(x), "primitive digamma: saw one in "),
        (lambda x: lax.shift_left(x.astype(int), x.astype(int)), "saw int32 in "),
        (
            lambda x: lax.while_loop(lambda x: x.sum() < 9, lambda x: x * 2, x),
            "whose number of rounds is not known",
        ),
        (lambda x: lax.fori_loop(0, 5000, lambda n, x: x * 2, x), "at most 1024"),
        (
            lambda x: lax.reduce_precision(x, 5, 10),
            "saw bits (5, 10), wanted float32's",
        ),
    ],
)
def test_what_has_no_form_is_refused_by_name(function, said):
    pytest.importorskip("onnx", reason="onnx is not installed: the extra 'export'")
    with pytest.raises(
        Refused, match=r"test_primitives.py:\d+|wanted float32"
    ) as error:
        to_onnx(function, [floats(1)], ["x"], ["y"])
    assert said in str(error.value)


def test_no_primitive_has_two_rules():
    assert not set(RULES) & set(CONTROLS)

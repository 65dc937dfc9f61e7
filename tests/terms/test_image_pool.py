"""CycleGAN's pool against the official one, its laws, and what it shows to whom."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P

from jaxgan import losses, make_step
from jaxgan.core import Context, Players, Term, Turn, example_keys, init_state
from jaxgan.terms import adversarial, image_pool, r1
from jaxgan.terms.image_pool import Pool, exchange, swap
from tests.conformance.games import GAMES
from tests.models.golden import images
from tests.terms.scenes import linear, normal, scene

empty = jnp.zeros((), jnp.int32)


def test_official_pool(golden):
    """Query by query, with the official draws, which it makes only where it must."""
    file = np.load(golden / "cyclegan_pool.npz")
    config = json.loads(str(file["config"]))
    size = config["pool_size"]
    every = images(file["in/images"])
    chances, places = iter(file["in/keep64_uniform"]), iter(file["in/randint"])
    pool = Pool(jnp.zeros((size, *every.shape[1:])), empty)
    held, start = [], 0
    for number, count in enumerate(config["batches"]):
        drawn = []
        for example in range(count):
            full = start + example >= size
            swapped = full and next(chances) > 0.5
            drawn.append((swapped, next(places) if swapped else 0))
        swapped, chosen = (jnp.array(x) for x in zip(*drawn))
        batch = every[start : start + count]
        sources, pool = jax.jit(swap)(pool, batch, swapped, chosen.astype(jnp.int32))
        # What has been held by now, by its index among all images.
        known = [*held, *[-1] * (size - len(held)), *range(start, start + count)]
        query = [known[source] for source in sources]
        np.testing.assert_array_equal(file[f"out/pool_index/query{number:02d}"], query)
        held = list(file[f"out/pool_index/buffer_after{number:02d}"])
        assert pool.count == len(held)
        np.testing.assert_array_equal(pool.images[: len(held)], every[np.array(held)])
        start += count
    assert next(chances, None) is next(places, None) is None


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=8, max_size=8),
    st.integers(0, 8),
)
def test_a_batch_is_its_examples_one_after_the_other(size, draws, cut):
    """However it is cut; against a list, as Python would have it."""
    swapped = jnp.array([each[0] for each in draws])
    places = jnp.array([each[1] % size for each in draws], jnp.int32)
    every = jnp.arange(8.0)[:, None]
    start = Pool(jnp.full((size, 1), -1.0), empty)

    held, wanted = [], []
    for number, (moved, place) in enumerate(zip(swapped, places)):
        if len(held) < size:
            held.append(number)
        elif moved:
            held[place], number = number, held[place]
        wanted.append(number)

    pool, seen = start, []
    for part in (slice(0, cut), slice(cut, 8)):
        if not len(every[part]):
            continue
        sources, after = SWAP(pool, every[part], swapped[part], places[part])
        known = np.concatenate([pool.images[:, 0], every[part, 0]])
        seen += list(known[sources])
        pool = after
    assert seen == wanted
    assert pool.count == len(held)
    np.testing.assert_array_equal(pool.images[: len(held), 0], held)


SWAP = jax.jit(swap)
SIZE, N = 3, 16


def fakes(seed):
    return {"x": normal(seed, N, 2), "y": normal(seed + 50, N, 3)}


def exchanged(state, value, key, axis_name=None):
    """What is shown in place of a batch of fakes, and the pools thereafter."""
    keys = example_keys(key, len(value["x"]), axis_name)
    return exchange(state, value, Context(keys, axis_name=axis_name))


alone_exchanged = jax.jit(exchanged)


def pools():
    shape = {"x": (2,), "y": (3,)}
    return image_pool(adversarial(losses.hinge), shape, SIZE).init()


def test_draws():
    """Half are swapped, for any place; the pools of two domains go their own ways."""
    state, seen = pools(), {"x": [], "y": []}
    for step in range(40):
        value = fakes(step)
        shown, state = alone_exchanged(state, value, jax.random.key(step))
        for side, rows in shown.items():
            fresh = np.all(rows[:, None] == value[side][None], axis=-1)
            seen[side].append(np.diag(fresh))
    seen = {side: np.array(rows[1:]) for side, rows in seen.items()}
    for rows in seen.values():
        assert abs(rows.mean() - 0.5) < 0.06
    assert abs(np.corrcoef(seen["x"].ravel(), seen["y"].ravel())[0, 1]) < 0.15
    assert jax.tree.map(lambda pool: int(pool.count), state, is_leaf=is_pool) == {
        "x": SIZE,
        "y": SIZE,
    }


def is_pool(x):
    return isinstance(x, Pool)


@pytest.mark.parametrize("devices", [2, 8])
def test_devices(devices):
    """Every device is shown its own, and all have the same pools."""
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(AxisType.Auto,))
    step = jax.jit(
        jax.shard_map(
            functools.partial(exchanged, axis_name="data"),
            mesh=mesh,
            in_specs=(P(), P("data"), P()),
            out_specs=(P("data"), P()),
        )
    )
    alone = together = pools()
    for seed in range(3):
        value, key = fakes(seed), jax.random.key(seed)
        wanted, alone = alone_exchanged(alone, value, key)
        seen, together = step(together, value, key)
        jax.tree.map(np.testing.assert_array_equal, (wanted, alone), (seen, together))


def test_microbatches():
    """The pools, bit for bit: parts come in the order of the batch."""
    case, sgd = GAMES["unpaired"], optax.sgd(0.0)
    shape = {"x": (2,), "y": (2,)}
    play = adversarial(losses.least_squares)
    turns = (Turn("discriminator", (image_pool(play, shape, 5),)),)
    game, batch, optimizers = case.game(), case.batch(), Players(sgd, sgd)
    first = jax.jit(lambda key: init_state(key, game, turns, optimizers, batch))(
        jax.random.key(0)
    )
    ends = []
    for parts in (1, 4):
        step = jax.jit(make_step(game, turns, optimizers, microbatches=parts))
        state = first
        for _ in range(3):
            state, measured = step(state, batch)
        ends.append((state.terms, measured["discriminator/adversarial"].total))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-5, 1e-6), *ends)


def test_what_is_judged():
    """A linear critic learns from what is shown, not from the newest fakes."""
    term = image_pool(adversarial(losses.wasserstein, 3.0), (3,), 4)
    assert (term.name, term.weight, term.memory) == ("adversarial", 3.0, "kept")
    w, real = normal(1, 3), normal(2, 8, 3)
    state = term.init()
    for step in range(2):
        fake = normal(3 + step, 8, 3)
        keys = example_keys(jax.random.key(step), 8)
        play = scene(linear, w, real, fake, keys=keys)
        shown, pool = exchange(state, fake, play.context)
        value, state = term.apply(state, play)
        np.testing.assert_allclose(value, (shown - real) @ w, rtol=1e-4, atol=1e-5)
        jax.tree.map(np.testing.assert_array_equal, state, pool)
    assert not np.array_equal(shown, fake)


def test_errors():
    play = adversarial(losses.hinge)
    with pytest.raises(TypeError, match="term: saw a Loss, wanted a Term"):
        image_pool(losses.hinge, (3,))
    with pytest.raises(ValueError, match="size: saw 0"):
        image_pool(play, (3,), 0)
    remembers = Term("sum", play.apply, lambda: jnp.zeros(()))
    with pytest.raises(ValueError, match="term: saw sum with memory"):
        image_pool(remembers, (3,))
    assert image_pool(r1(1.0), (3,)).name == "r1"
    term, fake = image_pool(play, (2,)), normal(1, 4, 3)
    told = scene(linear, normal(2, 3), fake, fake)
    with pytest.raises(ValueError, match=r"saw fakes of shape \[3\], wanted \[2\]"):
        term.apply(term.init(), told)
    with pytest.raises(ValueError, match="image_pool: saw it on the generator's turn"):
        term.apply(term.init(), told._replace(player="generator"))
    given_ = told._replace(fake=told.fake._replace(given=jnp.ones(4)))
    with pytest.raises(ValueError, match="image_pool: saw fakes that are conditioned"):
        term.apply(term.init(), given_)

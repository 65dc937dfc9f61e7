"""CycleGAN's pool: the discriminator is shown fakes of earlier generators too."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.ranges import check_count
from jaxgan.core.types import Play, Term, Tree


class Pool(NamedTuple):
    """Fakes that were shown before.

    Attributes:
      images: [size, ...]; zeros where none is yet.
      count: int32 scalar, how many there are.
    """

    images: jax.Array
    count: jax.Array


def image_pool(term: Term, shape: Tree, size: int = 50) -> Term:
    """Plays a discriminator's term on fakes some of which are swapped for earlier ones.

    Shrivastava et al. 2017 (arXiv 1612.07828), section 2.3, as CycleGAN has it (Zhu et
    al. 2017, arXiv 1703.10593, section 4). Every fake is, one after the other in the
    order of the global batch, stored and shown while the pool fills; thereafter, with
    probability ½, stored in place of a random one which is shown instead, and else
    shown only. Every leaf of the value has a pool and draws of its own. The pool is
    kept memory: it is the same on any number of devices.

    The discriminator's main pass, which is measured, is on the newest fakes.

    Args:
      term: without memory, such as `adversarial(losses.least_squares)`.
      shape: of one fake's value: a tuple such as (256, 256, 3), or a tree of such like
        the value, {"x": (256, 256, 3), "y": (256, 256, 3)}.
      size: how many fakes a pool holds.

    Raises:
      TypeError: if the term is none.
      ValueError: if there is no place in the pool, or the term has memory; when traced,
        on the generator's turn, or if fakes have another shape, or are conditioned.
    """
    if not isinstance(term, Term):
        raise TypeError(f"term: saw a {type(term).__name__}, wanted a Term")
    if jax.tree.leaves(term.init()):
        raise ValueError(f"term: saw {term.name} with memory, wanted one without")
    check_count("size", size)

    def init():
        return jax.tree.map(
            lambda each: Pool(jnp.zeros((size, *each)), jnp.zeros((), jnp.int32)),
            shape,
            is_leaf=_is_shape,
        )

    def apply(state, play: Play):
        _check(play, state)
        shown, state = exchange(state, play.fake.value, play.context)
        fake = play.fake._replace(value=shown)
        verdict = play.discriminate(fake, "image_pool")
        value, _ = term.apply((), play._replace(fake=fake, fake_verdict=verdict))
        return value, state

    return term._replace(apply=apply, init=init, memory="kept")


def exchange(pools: Tree, fakes: Tree, context: Context) -> tuple[Tree, Tree]:
    """What is shown in place of fakes, a tree of [B, ...] leaves; the pools then."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(fakes)
    names = jax.random.key_data(context.keys).reshape(context.keys.shape[0], -1)
    # No two examples of the global batch have the same key.
    itself = jnp.all(names[:, None] == context.all_rows(names)[None], axis=-1)
    shown, after = [], []
    for (path, images), pool in zip(leaves, structure.flatten_up_to(pools)):
        leaf = jax.tree_util.keystr(path, simple=True, separator="/")
        keys = context.draw(f"image_pool/{leaf}")
        every = context.all_rows(images.astype(pool.images.dtype))
        sources, swapped = swap(pool, every, *_draws(context.all_rows(keys), pool))
        own = jnp.sum(jnp.where(itself, sources[None], 0), axis=1)
        seen = along_batch(_at, own, pool.images, every)
        shown.append(seen.astype(images.dtype))
        after.append(swapped)
    return structure.unflatten(shown), structure.unflatten(after)


def swap(
    pool: Pool, images: jax.Array, swapped: jax.Array, places: jax.Array
) -> tuple[jax.Array, Pool]:
    """Shows images to a pool, one after the other.

    Args:
      pool: of `size` images.
      images: [N, ...], of all devices.
      swapped: whether each is swapped for one of the pool, if that is full, [N].
      places: for which, [N], from 0 on.

    Returns:
      Where what is shown instead of each comes from, [N]: below `size` it is a place of
      the pool as it was, from there on an image of these. And the pool thereafter.
    """
    size, count = pool.images.shape[0], images.shape[0]

    def show(state, image):
        held, filled = state
        number, swapped, place = image
        filling = filled < size
        place = jnp.where(filling, filled, place)
        shown = jnp.where(swapped & ~filling, held[place], number)
        kept = jnp.where(swapped | filling, number, held[place])
        held = held.at[place].set(kept)
        return (held, filled + filling.astype(filled.dtype)), (shown, place)

    numbers = size + jnp.arange(count)
    (held, filled), (shown, places) = lax.scan(
        show, (jnp.arange(size), pool.count), (numbers, swapped, places)
    )
    # Of the images that were put in one place the last is held; others write nothing.
    places = jnp.where(held[places] == numbers, places, size)
    return shown, Pool(pool.images.at[places].set(images, mode="drop"), filled)


def _draws(keys: jax.Array, pool: Pool) -> tuple[jax.Array, jax.Array]:
    """Whether every image is swapped, and for which place of a full pool: [N] each."""

    def draw(key):
        key_swap, key_place = jax.random.split(key)
        place = jax.random.randint(key_place, (), 0, pool.images.shape[0])
        return jax.random.uniform(key_swap) > 0.5, place

    return jax.vmap(draw)(keys)


def _at(sources: jax.Array, pool: jax.Array, images: jax.Array) -> jax.Array:
    """The images that sources [B] as of `swap` stand for."""
    size = pool.shape[0]
    old = sources < size
    stored = pool[jnp.where(old, sources, 0)]
    new = images[jnp.where(old, 0, sources - size)]
    return jnp.where(old.reshape(-1, *(1,) * (new.ndim - 1)), stored, new)


def _is_shape(x: Tree) -> bool:
    return isinstance(x, tuple) and all(isinstance(size, int) for size in x)


def _check(play: Play, pools: Tree) -> None:
    if play.player != "discriminator":
        raise ValueError("image_pool: saw it on the generator's turn, wanted D's")
    if jax.tree.leaves(play.fake.given):
        raise ValueError(
            "image_pool: saw fakes that are conditioned, wanted values alone: a pool "
            "would part them from what they are given"
        )
    seen = jax.tree.map(lambda x: list(x.shape[1:]), play.fake.value)
    wanted = jax.tree.map(
        lambda pool: list(pool.images.shape[1:]), pools, is_leaf=_is_pool
    )
    if seen != wanted:
        raise ValueError(f"image_pool: saw fakes of shape {seen}, wanted {wanted}")


def _is_pool(x: Tree) -> bool:
    return isinstance(x, Pool)

"""CUT's contrast between patches of a picture."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.context import Context
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.types import Play, Sample, Schedule, Term, Tree
from jaxgan.terms.slopes import safe_root

Project = Callable[[Tree, Tree, Tree, Context], Tree]
"""f(params of the generator's side, maps, positions, context) -> vectors [B, N, C] of
what maps [B, H, W, C] have at positions [B, N]: `ContrastiveGame.project`."""


def patch_nce(
    project: Project,
    weight: float | Schedule = 1.0,
    *,
    patches: int = 256,
    temperature: float = 0.07,
    all_examples: bool = False,
) -> Term:
    """-log(e^{q·k⁺/τ} / (e^{q·k⁺/τ} + Σ e^{q·k⁻/τ})): which patch of x is that of G(x)?

    Park et al. 2020 (arXiv 2007.15651), equations 3 and 4. At N random positions of
    every map of the encoder, q is the projection of what it sees in G(x) and k of what
    it sees in x, both of length 1; k⁺ is at q's position, k⁻ at the others of the same
    picture. The k are constants to the gradient. A mean over positions, then maps.

    Positions of an example come from its own key. The official code draws them once
    for a batch, which is of one.

    Args:
      project: the game's, `ContrastiveGame.project`.
      weight: λ_X of the paper. CUT's is 1, half of it with `identity_patch_nce` in the
        official code, FastCUT's 10.
      patches: N; maps that are smaller give all their positions.
      temperature: τ.
      all_examples: k⁻ are those of the whole batch, on all devices, and of one
        microbatch at a time.

    Raises:
      ValueError: if a number is out of range; when traced, on the discriminator's turn,
        or if the generator says nothing of maps.
    """
    contrast = _contrast(project, patches, temperature, all_examples)

    def apply(state, play: Play):
        _check(play, "patch_nce")
        return contrast(play, "x", play.fake), state

    return Term("patch_nce", apply, weight=weight)


def identity_patch_nce(
    project: Project,
    weight: float | Schedule = 1.0,
    *,
    patches: int = 256,
    temperature: float = 0.07,
    all_examples: bool = False,
) -> Term:
    """`patch_nce` of y and G(y): what is there already keeps its patches.

    Park et al. 2020 (arXiv 2007.15651), section 3: the external loss with λ_Y, which
    CUT has and FastCUT has not. Arguments and errors are those of `patch_nce`.
    """
    contrast = _contrast(project, patches, temperature, all_examples)

    def apply(state, play: Play):
        _check(play, "identity_patch_nce")
        latent = play.latent._replace(value={"x": play.latent.value["y"]})
        made = play.generate(latent, "identity_patch_nce")
        return contrast(play, "y", made), state

    return Term("identity_patch_nce", apply, weight=weight)


def _contrast(
    project: Project, patches: int, temperature: float, all_examples: bool
) -> Callable[[Play, str, Sample], jax.Array]:
    """f(play, domain of the sources, what was made of them) -> losses [B].

    Raises:
      ValueError: if a number is out of range.
    """
    check_count("patches", patches)
    check_number("temperature", temperature, above=0)

    def contrast(play, source, made):
        context = play.context.fork(f"patches_{source}")
        queries = play.generate(
            play.latent._replace(value={"x": made.value["y"]}), "patch_nce"
        ).features
        maps = made.features
        if play.latent.features:  # It was made of pictures some of which were mirrored.
            picture = context.batch.value[source]
            maps = play.generate(Sample({"x": picture}), "patch_nce").features
        positions = random_positions(context, maps, patches)
        query, key = (
            project(play.params.generator, side, positions, context)
            for side in (queries, lax.stop_gradient(maps))
        )
        if all_examples:
            return contrast_of_all(query, key, temperature, context)
        return contrast_of_each(query, key, temperature)

    return contrast


def random_positions(context: Context, maps: Tree, count: int) -> Tree:
    """Draws distinct positions [B, N], of rows one after the other, on every map.

    All of them, in random order, of a map that has no more.
    """
    leaves, structure = jax.tree.flatten(maps)

    def draw(keys, size):
        numbers = jax.vmap(lambda key: jax.random.uniform(key, (size,)))(keys)
        return lax.top_k(numbers, min(count, size))[1]

    return structure.unflatten(
        draw(context.draw(f"positions_{place}"), math.prod(leaf.shape[1:3]))
        for place, leaf in enumerate(leaves)
    )


def contrast_of_each(queries: Tree, keys: Tree, temperature: float) -> jax.Array:
    """The loss [B] of patches [B, N, C] against those of the same example."""

    def leaf(query, key):
        query, key = unit(query), unit(lax.stop_gradient(key))
        positive = jnp.sum(query * key, axis=2)
        others = jnp.einsum("bic,bjc->bij", query, key)
        itself = jnp.eye(query.shape[1], dtype=bool)[None]
        return cross_entropy(positive, others, itself, temperature)

    return _mean(jax.tree.map(leaf, queries, keys))


def contrast_of_all(
    queries: Tree, keys: Tree, temperature: float, context: Context
) -> jax.Array:
    """The loss [B] of patches [B, N, C] against those of every example there is."""
    # No two examples of the global batch have the same key.
    names = jax.random.key_data(context.keys).reshape(context.keys.shape[0], -1)
    same = jnp.all(names[:, None] == context.gather(names)[None], axis=-1)

    def leaf(query, key):
        query, key = unit(query), unit(lax.stop_gradient(key))
        positive = jnp.sum(query * key, axis=2)
        others = jnp.einsum("bic,djc->bidj", query, context.gather(key))
        itself = (
            same[:, None, :, None] & jnp.eye(query.shape[1], dtype=bool)[None, :, None]
        )
        flat = (*positive.shape, -1)
        return cross_entropy(
            positive, others.reshape(flat), itself.reshape(flat), temperature
        )

    return _mean(jax.tree.map(leaf, queries, keys))


def unit(patches: jax.Array) -> jax.Array:
    """Vectors of length 1, [..., C], in float32; nothing stays nothing."""
    patches = patches.astype(jnp.float32)
    length = safe_root(jnp.sum(jnp.square(patches), axis=-1, keepdims=True))
    return patches / (length + 1e-7)


def cross_entropy(
    positive: jax.Array, others: jax.Array, itself: jax.Array, temperature: float
) -> jax.Array:
    """How far the positive [B, N] is from being told among the others [B, N, M].

    Where the other is the positive itself its product is -10 before the division, as in
    the official code: at τ = 0.07 e^-143 of something.
    """
    others = jnp.where(itself, -10.0, others)
    logits = jnp.concatenate([positive[:, :, None], others], axis=2) / temperature
    return jax.nn.logsumexp(logits, axis=2) - logits[:, :, 0]


def _mean(losses: Tree) -> jax.Array:
    """Means [B] over the positions [B, N] of a map, then over maps."""
    means = [jnp.mean(x, axis=1) for x in jax.tree.leaves(losses)]
    return jnp.mean(jnp.stack(means), axis=0)


def _check(play: Play, name: str) -> None:
    if play.player != "generator":
        raise ValueError(f"{name}: saw it on the discriminator's turn, wanted G's")
    if not jax.tree.leaves(play.fake.features):
        raise ValueError(
            f"{name}: saw fakes without features, wanted the maps of a generator's "
            "encoder, as games.contrastive makes them"
        )

"""Small games on which the laws are checked: one row per thing that can go wrong."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import pytest
from flax import linen as nn

from jaxgan import nn as layers
from jaxgan import testing
from jaxgan.core import Context, Game, Sample, Verdict
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.growth import Growing
from jaxgan.core.heads import Codes
from jaxgan.games.chain import ChainGame
from jaxgan.games.contrastive import ContrastiveGame
from jaxgan.games.draws import with_codes
from jaxgan.games.joint import JointGame
from jaxgan.games.latent import LatentGame, as_data, uniform_labels
from jaxgan.games.levels import LevelGame
from jaxgan.games.paired import PairedGame
from jaxgan.games.style import StyleGame
from jaxgan.games.unpaired import UnpairedGame
from jaxgan.models import (
    ali,
    biggan,
    cut,
    dcgan,
    dit,
    dvdgan,
    gat,
    mlp,
    mocogan,
    molgan,
    netgan,
    pix2pix,
    progan,
    r3gan,
    resnet,
    restoration,
    stylegan,
    stylegan2,
    stylegan3,
    toy,
    vgan,
)
from jaxgan.models.biggan import deep as biggan_deep
from jaxgan.nn.growth import as_grown
from tests.run import growing as growth

SIZE = 16


class Case(NamedTuple):
    """A game, a batch for it, whether a layer reads the batch, and its constants."""

    game: Callable[[], Game]
    batch: Callable[[], Sample]
    reads_batch: bool = False
    constants: tuple[str, ...] = ()


def points() -> Sample:
    return Sample(jax.random.normal(jax.random.key(1), (SIZE, 2)))


def images() -> Sample:
    value = jnp.tanh(jax.random.normal(jax.random.key(2), (SIZE, 8, 8, 1)))
    return Sample(value, jnp.arange(SIZE) % 3)


def graphs() -> Sample:
    """Of three atoms: symmetric, one kind for every pair and place."""
    keys = jax.random.split(jax.random.key(6))
    kinds = jax.random.randint(keys[0], (SIZE, 3, 3), 0, 3)
    kinds = jnp.maximum(kinds, jnp.swapaxes(kinds, 1, 2))
    atoms = jax.random.randint(keys[1], (SIZE, 3), 0, 2)
    value = {"adjacency": jax.nn.one_hot(kinds, 3), "nodes": jax.nn.one_hot(atoms, 2)}
    return Sample(value)


class Generator(nn.Module):
    """Smooth and small: two layers and nothing else."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        hidden = jnp.tanh(
            layers.Dense(8, kernel_init=nn.linear.default_kernel_init)(value)
        )
        return layers.Dense(2, kernel_init=nn.linear.default_kernel_init)(hidden)


class Discriminator(nn.Module):
    """Smooth and small. Without a last bias, which some losses cannot feel."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        hidden = jnp.tanh(
            layers.Dense(8, kernel_init=nn.linear.default_kernel_init)(value)
        )
        return layers.Dense(1, use_bias=False)(hidden)[:, 0]


class Featured(nn.Module):
    """A discriminator whose verdict has features. Also without a last bias."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        hidden = jnp.tanh(
            layers.Dense(8, kernel_init=nn.linear.default_kernel_init)(value)
        )
        logits = layers.Dense(1, use_bias=False)(hidden)[:, 0]
        return Verdict(logits, (hidden, value))


class Informed(nn.Module):
    """A generator that knows the label, by a vector beside the latent."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        vectors = layers.Embedding(3, 2)(given)
        return Generator()(jnp.concatenate([value, vectors], axis=1), (), context)


class Mapping(nn.Module):
    """A generator of points from points, with numbers of its own draws and noise."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        drawn = jax.vmap(lambda key: jax.random.normal(key, (2,)))(
            context.draw("dropout")
        )
        parts = [value, 0.1 * drawn, *jax.tree.leaves(given)]
        return Generator()(jnp.concatenate(parts, axis=1), (), context)


class Timely(nn.Module):
    """A generator, or a discriminator, that knows the given times."""

    module: nn.Module

    @nn.compact
    def __call__(self, value, given, context: Context):
        times = [time[:, None] for time in given.times]
        return self.module(jnp.concatenate([value, *times], axis=1), (), context)


class Beside(nn.Module):
    """A discriminator of values beside what they were made from."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        parts = [*jax.tree.leaves(given), value]
        return Discriminator()(jnp.concatenate(parts, axis=1), (), context)


class Restoration(nn.Module):
    """A generator of images from smaller ones, with batch statistics."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given
        x = layers.Conv(4, use_bias=False)(value)
        x = jnp.tanh(layers.BatchNorm()(x, context))
        x = layers.Conv(4, use_bias=False)(x)
        return along_batch(lambda x: x.reshape(x.shape[0], 8, 8, 1), x)


class Attended(nn.Module):
    """A discriminator whose features are one array. Also without a last bias."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        hidden = jnp.tanh(
            layers.Dense(8, kernel_init=nn.linear.default_kernel_init)(value)
        )
        return Verdict(layers.Dense(1, use_bias=False)(hidden)[:, 0], hidden)


class ReadsTheBatch(nn.Module):
    """Minibatch discrimination in groups of two, and a deviation map."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        x = layers.minibatch_deviation(value, group=2)
        x = layers.Dense(8)(x.reshape(x.shape[0], -1))
        x = layers.MinibatchDiscrimination(4, 2, group=2)(jnp.tanh(x))
        return layers.Dense(1, use_bias=False)(x)[:, 0]


def plain() -> LatentGame:
    return LatentGame(Generator(), Discriminator(), latent_size=3)


def chained() -> ChainGame:
    return ChainGame(Timely(Generator()), Timely(Discriminator()), latent_size=2)


class Begun(LatentGame):
    """A while after the start: what begins at 0 hides what lies before it."""

    def init(self, key, batch):
        players = super().init(key, batch)
        return jax.tree.map(
            lambda x: x + 0.2 * jax.random.normal(key, x.shape), players
        )


def transformed() -> LatentGame:
    """Transformers of noise of the pictures' shape."""
    shared = {"width": 8, "depth": 2, "heads": 2, "patch": 4, "classes": 3}
    generator = dit.Generator(**shared, shape=(8, 8, 1), residual=True)
    return Begun(generator, dit.Discriminator(**shared), generator.latent_size, as_data)


def packed() -> LatentGame:
    return LatentGame(Generator(), layers.Packed(Discriminator(), 2), latent_size=3)


def lesson() -> LatentGame:
    return LatentGame(
        mlp.Generator((8, 8, 1), (8, 8)), mlp.Discriminator((8, 8)), latent_size=3
    )


def concatenated() -> LatentGame:
    return LatentGame(
        dcgan.Generator((8, 8, 1), 4, classes=3, embedding=2, hidden=(8,)),
        dcgan.Discriminator(4, classes=3, hidden=(8,)),
        latent_size=3,
        conditioning=as_data,
    )


def projected() -> LatentGame:
    return LatentGame(
        dcgan.Generator((8, 8, 1), 4, classes=3, modulated=True),
        dcgan.Discriminator(4, spectral=True, classes=3, projection=True),
        latent_size=3,
        conditioning=uniform_labels(3),
    )


def grouped() -> LatentGame:
    return LatentGame(mlp.Generator((8, 8, 1), (8,)), ReadsTheBatch(), latent_size=3)


def planar() -> LatentGame:
    return LatentGame(
        toy.Generator((8, 8)), toy.Discriminator((8, 8), 2), latent_size=2
    )


def small_images() -> Sample:
    batch = images()
    return batch._replace(value=batch.value[:, ::2, ::2])


def styled() -> StyleGame:
    """At 4×4: noise, two styles that mix, and groups, without a change of size."""
    sizes = {"mapping_layers": 1, "channel_max": 3}
    return StyleGame(
        stylegan2.Generator((4, 4, 1), style_size=4, **sizes),
        stylegan2.Discriminator(group=2, **sizes),
        latent_size=3,
    )


def levelled() -> LevelGame:
    """Transformers, two levels, a mean of w for every class."""
    sizes = {"classes": 3, "patch": 2, "depth": 2, "width": 8, "heads": 2, "levels": 2}
    return LevelGame(
        gat.Generator((4, 4, 1), embedding=3, **sizes),
        gat.Discriminator(condition_size=4, **sizes),
        latent_size=3,
        conditioning=as_data,
        mixing=0.0,
    )


def growing() -> LatentGame:
    """A level a step: the second fades in on step 1, the third is there from step 3."""
    stages = Growing(2, SIZE, 0, stable=SIZE // 2, fading=SIZE)
    return LatentGame(
        growth.Generator(stages),
        growth.Discriminator(stages),
        latent_size=3,
        shown=as_grown(stages),
    )


def grown() -> LatentGame:
    """ProGAN's networks; the second level fades in on step 1 and is there from 3 on."""
    stages = Growing(1, SIZE, 0, stable=SIZE // 2, fading=SIZE)
    sizes = {"channel_base": 16, "channel_max": 3, "growing": stages}
    return LatentGame(
        progan.Generator((8, 8, 1), **sizes),
        progan.Discriminator(8, group=2, **sizes),
        latent_size=3,
        shown=as_grown(stages),
    )


def grown_styled() -> StyleGame:
    """StyleGAN's, likewise."""
    stages = Growing(1, SIZE, 0, stable=SIZE // 2, fading=SIZE)
    sizes = {"channel_base": 16, "channel_max": 3, "growing": stages}
    return StyleGame(
        stylegan.Generator((8, 8, 1), style_size=4, mapping_layers=1, **sizes),
        stylegan.Discriminator(8, group=2, **sizes),
        latent_size=3,
        shown=as_grown(stages),
    )


def large_images() -> Sample:
    batch = images()
    return batch._replace(value=jnp.repeat(jnp.repeat(batch.value, 2, 1), 2, 2))


def waves() -> StyleGame:
    """StyleGAN3's at 4×4: a cutoff of 2 leaves its waves no band to fade in."""
    return StyleGame(
        stylegan3.Generator(
            (4, 4, 1),
            style_size=4,
            mapping_layers=1,
            channel_base=8,
            channel_max=3,
            synthesis_layers=2,
            critical_layers=1,
            first_cutoff=1.0,
            margin=1,
        ),
        stylegan3.Discriminator(mapping_layers=1, channel_max=3, group=2),
        latent_size=3,
        mixing=0.0,
    )


def modern() -> LatentGame:
    shared = {"blocks": 1, "classes": 3, "embedding": 2}
    return LatentGame(
        r3gan.Generator((4, 2), (2, 1), shape=(8, 8, 1), **shared),
        r3gan.Discriminator((2, 4), (1, 2), **shared),
        latent_size=3,
        conditioning=as_data,
    )


def big() -> LatentGame:
    """Also labels and spectral norms in both."""
    return LatentGame(
        biggan.Generator((8, 8, 1), (4, 2), 3, attention=(), shared=2),
        biggan.Discriminator((4,), 1, 3, attention=()),
        latent_size=4,
        conditioning=uniform_labels(3),
    )


def attentive() -> LatentGame:
    """SAGAN's."""
    shared = {"classes": 3, "spectral": True, "attention": (0,)}
    return LatentGame(
        resnet.Generator((8, 8, 1), (4, 8), **shared),
        resnet.Discriminator((8,), 1, **shared),
        latent_size=4,
        conditioning=uniform_labels(3),
    )


def deep() -> LatentGame:
    """BigGAN-deep's, of one block per change of size."""
    shared = {"depth": 1, "classes": 3, "attention": ()}
    return LatentGame(
        biggan_deep.Generator((8, 8, 1), (8, 4), shared=2, **shared),
        biggan_deep.Discriminator((4, 8), **shared),
        latent_size=4,
        conditioning=uniform_labels(3),
    )


def joint() -> JointGame:
    """With an encoder that draws its codes."""
    return JointGame(
        Generator(),
        ali.PointDiscriminator((8,), 2, kernel_init=nn.linear.default_kernel_init),
        latent_size=3,
        encoder=ali.PointEncoder(
            3, (8,), normalise=False, kernel_init=nn.linear.default_kernel_init
        ),
    )


def joint_images() -> JointGame:
    return JointGame(
        dcgan.Generator((8, 8, 1), 4),
        ali.Discriminator(4, (8,), (8,)),
        latent_size=3,
        encoder=ali.Encoder(3, 4, stochastic=False),
    )


class Translator(nn.Module):
    """Smooth and small, pixel by pixel, with two maps of its encoder."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        hidden = layers.Dense(3)(value)
        return Sample(layers.Dense(1)(jnp.tanh(hidden)), features=(value, hidden))


class Projection(nn.Module):
    """One layer for the patches of every map."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del context
        return tuple(layers.Dense(3)(at(*pair)) for pair in zip(value, given))


def at(maps: jax.Array, positions: jax.Array) -> jax.Array:
    """What maps [B, H, W, C] have at positions [B, N]."""

    def take(maps, positions):
        rows = maps.reshape(len(maps), -1, maps.shape[-1])
        return jnp.take_along_axis(rows, positions[:, :, None], axis=1)

    return along_batch(take, maps, positions)


class Patches(nn.Module):
    """Judges every pixel of a picture. Without a last bias."""

    @nn.compact
    def __call__(self, value, given, context: Context):
        del given, context
        return layers.Dense(1, use_bias=False)(jnp.tanh(value))


def unpaired() -> UnpairedGame:
    return UnpairedGame(Generator(), Generator(), Discriminator(), Discriminator())


def unpaired_points() -> Sample:
    return Sample({"x": points().value, "y": points().value[::-1] * 0.5 + 1.0})


def contrastive(mirrored: float = 0.0) -> ContrastiveGame:
    return ContrastiveGame(Translator(), Patches(), Projection(), mirrored)


def unpaired_images() -> Sample:
    value = small_images().value
    return Sample({"x": value, "y": value[::-1] * 0.5})


def paired() -> PairedGame:
    """With noise, draws of the generator, and a discriminator that sees sources."""
    return PairedGame(Mapping(), Beside(), noise_size=2)


def pairs() -> Sample:
    return points()._replace(given=jax.random.normal(jax.random.key(3), (SIZE, 3)))


def unet_game() -> PairedGame:
    return PairedGame(pix2pix.Generator(1, 2, 3), pix2pix.Discriminator(2, 0))


def molecules(rewarded: bool = False) -> LatentGame:
    """Graphs by straight-through draws, with a network that learns a reward."""
    return LatentGame(
        molgan.Generator(3, 3, 2, (8,)),
        molgan.Discriminator((4,), 5, (6,), rewarded=rewarded),
        latent_size=3,
    )


def strolls() -> Sample:
    """Walks of three nodes among four."""
    nodes = jax.random.randint(jax.random.key(7), (SIZE, 3), 0, 4)
    return Sample(jax.nn.one_hot(nodes, 4))


def walking() -> LatentGame:
    """Recurrent networks on both sides, scanned over the walk."""
    return LatentGame(netgan.Generator(4, 3, 4, 3), netgan.Discriminator(4, 3), 2)


def antialiased_game() -> PairedGame:
    """A generator with dropout, and no aliasing."""
    return PairedGame(
        cut.Generator(1, 2, 1, pix2pix.Norm.BATCH, dropout=0.5),
        cut.Discriminator(2, 1),
    )


def pictures() -> Sample:
    source = jnp.tanh(jax.random.normal(jax.random.key(4), (SIZE, 8, 8, 2)))
    return images()._replace(given=source)


def halved(keys, target):
    """Every second pixel, with noise from the keys."""
    small = target[:, ::2, ::2]
    noise = jax.vmap(lambda key: jax.random.normal(key, small.shape[1:]))(keys)
    return small + 0.1 * noise


def restored() -> PairedGame:
    """Sources made on the device, of which the discriminator knows nothing."""
    return PairedGame(
        Restoration(), mlp.Discriminator((8,)), judges_source=False, degrade=halved
    )


def enlarged() -> PairedGame:
    """Blocks that are scanned over, statistics of the batch, both of σ's vectors."""
    return PairedGame(
        restoration.SRResNet(2, 1, 3, 2),
        restoration.UNetDiscriminator(3),
        judges_source=False,
        degrade=halved,
    )


def videos() -> Sample:
    value = jnp.tanh(jax.random.normal(jax.random.key(5), (SIZE, 7, 8, 8, 1)))
    return Sample(value, jnp.arange(SIZE) % 3)


def even_videos() -> Sample:
    batch = videos()
    return batch._replace(value=batch.value[:, :4])


class Watching(nn.Module):
    """Judges a drawn frame, and the clip."""

    @nn.compact
    def __call__(self, value, given, context):
        del given
        frame = layers.drawn_frames(value, context.draw("frames"), 1)

        def logit(x):
            return nn.Dense(1)(along_batch(lambda x: x.reshape(len(x), -1), x))

        return Verdict({"frame": logit(frame), "clip": logit(value)})


def clips() -> LatentGame:
    return LatentGame(mlp.Generator((7, 8, 8, 1), (4,)), Watching(), latent_size=3)


def moving() -> LatentGame:
    """Categories, a walk of motion, one drawn frame, and the clip."""
    shape = {"content_size": 2, "motion_size": 2, "classes": 3}
    generator = mocogan.Generator((8, 8, 1), 7, 2, **shape)
    return LatentGame(
        generator,
        mocogan.Discriminator(2, 3, frames=1, noise_deviation=0.1),
        generator.latent_size,
        uniform_labels(3),
    )


def masked() -> LatentGame:
    """With streams that are said beside the clip."""
    return LatentGame(
        vgan.Generator(1, 4, (2,)), vgan.Discriminator((2, 3)), latent_size=3
    )


def dual() -> LatentGame:
    return LatentGame(
        dvdgan.Generator((8, 8, 1), 4, (3, 3), 3, embedding=2),
        dvdgan.Discriminator((8, 8), 2, 3, attention=(0,)),
        latent_size=3,
        conditioning=uniform_labels(3),
    )


def predicted() -> PairedGame:
    """Two frames that follow two."""
    return PairedGame(
        dvdgan.Predictor(2, (3, 3)), dvdgan.Discriminator((4,), 1), noise_size=3
    )


def continued() -> Sample:
    value = even_videos().value
    return Sample(value[:, 2:], value[:, :2])


GAMES = {
    "plain": Case(plain, points),
    "chained": Case(chained, points),
    "transformed": Case(transformed, images),
    "packed": Case(packed, points),
    "lesson": Case(lesson, images, reads_batch=True),
    "concatenated": Case(concatenated, images, reads_batch=True),
    # One output: the vector of its spectral norm is ±1.
    "projected": Case(projected, images, True, ("discriminator/spectral/Dense_0/",)),
    "modern": Case(modern, images),
    # One output: the vector of its spectral norm is ±1.
    "big": Case(
        big,
        images,
        True,
        (
            "discriminator/spectral/linear/",
            "spectral/image/",
        ),
    ),
    # One output each, of these convolutions and of the last layers.
    "attentive": Case(
        attentive,
        images,
        True,
        (
            "discriminator/spectral/Dense_0/",
            "spectral/Conv_0/",
            "spectral/SelfAttention_0/(phi|theta)/",
        ),
    ),
    "deep": Case(
        deep,
        images,
        True,
        ("discriminator/spectral/linear/", "spectral/image/"),
    ),
    "molecules": Case(molecules, graphs),
    "walking": Case(walking, strolls),
    "grouped": Case(grouped, images, reads_batch=True),
    "planar": Case(planar, points, reads_batch=True),
    # What has not begun to fade in.
    "growing": Case(growing, large_images, False, ("/level2/",)),
    "grown": Case(grown, images, True),
    "grown_styled": Case(grown_styled, images, True, ("/noise/",)),
    "joint": Case(joint, points),
    "paired": Case(paired, pairs),
    "unet": Case(unet_game, pictures, reads_batch=True),
    # Biases in front of instance norms, which have no effect.
    "antialiased": Case(
        antialiased_game, pictures, True, ("discriminator/params/conv_1/bias",)
    ),
    "restored": Case(restored, images, reads_batch=True),
    "joint_images": Case(joint_images, images, reads_batch=True),
    "unpaired": Case(unpaired, unpaired_points),
    "contrastive": Case(contrastive, unpaired_images),
    "mirrored": Case(lambda: contrastive(0.5), unpaired_images),
    "enlarged": Case(enlarged, images, reads_batch=True),
    "clips": Case(clips, lambda: videos()._replace(given=()), reads_batch=True),
    "moving": Case(moving, videos, reads_batch=True),
    "masked": Case(masked, even_videos, reads_batch=True),
    # One output each, of these layers.
    "dual": Case(
        dual,
        even_videos,
        True,
        ("spectral/(spatial|temporal)/linear/", "spectral/decoder/image/"),
    ),
    "predicted": Case(
        predicted,
        continued,
        True,
        ("spectral/(spatial|temporal)/linear/", "spectral/decoder/image/"),
    ),
    # What constant noise is made of, for those who want it.
    "styled": Case(styled, small_images, True, ("/noise/",)),
    # Classes move their means by the microbatch.
    "levelled": Case(levelled, small_images, reads_batch=True),
    "waves": Case(waves, small_images, True, ("/fourier/",)),
}

HEAVY = (
    *("dual", "dvdgan", "masked", "mocogan", "predicted", "vgan"),
    *("antialiased", "unet"),
    *("attentive", "big", "biggan", "concatenated", "conditional_contrastive", "cut"),
    *("deep", "enlarged", "esrgan", "grouped", "grown", "grown_styled", "hinge"),
    *(
        "infogan",
        "joint_images",
        "least_squares",
        "lesson",
        "levelled",
        "minimax",
        "mirrored",
    ),
    *("modern", "molgan", "netgan", "nonsaturating"),
    *("packed", "planar", "progan", "projected", "r3gan", "reacgan", "relativistic"),
    *(
        "real_esrgan",
        "restored",
        "styled",
        "transformed",
        "srgan",
        "stylegan",
        "stylegan2",
        "stylegan3",
        "walking",
        "waves",
        "wgan",
        "wgan_gp",
    ),
)
"""Rows, of recipes and terms too, that take longest to compile, or whose parts stand in
others: every way of wiring players keeps one that is quick."""


def some_slow(names, quick=None):
    """Parameters, some of them slow tests: `HEAVY`, or all that are not `quick`."""
    return [
        pytest.param(
            name,
            marks=pytest.mark.slow
            if name in HEAVY or (quick is not None and name not in quick)
            else (),
        )
        for name in names
    ]


FEW = ("vmap over seeds", "shard_map", "microbatches")
"""The transformations under which a game or a term goes wrong by itself: by shapes, and
by what it reads of other examples. The others are the step's; one quick row has all."""


def with_transformations(names, quick=None):
    """Parameters (name, transformations): `some_slow` under few, the rest under all."""
    rows = []
    for row in some_slow(names, quick):
        (name,) = row.values
        if not row.marks:
            rows.append(pytest.param(name, FEW, id=name))
        known = name if row.marks else f"{name} under all"
        every = testing.TRANSFORMATIONS
        rows.append(pytest.param(name, every, id=known, marks=pytest.mark.slow))
    return rows


REWARDED = Case(lambda: molecules(True), graphs)
FEATURED = Case(
    lambda: LatentGame(Generator(), Featured(), latent_size=3), points, reads_batch=True
)
"""For terms that look at features."""


def labelled_points() -> Sample:
    return points()._replace(given=jnp.arange(SIZE) % 3)


def with_head(name: str, head: nn.Module) -> Case:
    game = LatentGame(
        Informed(),
        layers.Headed(Attended(), {name: head}),
        latent_size=3,
        conditioning=uniform_labels(3),
    )
    return Case(lambda: game, labelled_points)


CODES = Codes(categories=(3, 2), continuous=2)
CLASSIFIED = with_head("classes", layers.ClassHead(3))
"""For terms that look at class logits."""
RELATED = with_head("proxies", layers.ProxyHead(3, 4))._replace(reads_batch=True)
"""For terms that compare embeddings, with each other too."""
CODED = Case(
    lambda: LatentGame(
        Generator(),
        layers.Headed(
            Attended(), {"codes": layers.CodeHead(CODES, (4,), learned_variance=True)}
        ),
        latent_size=CODES.size + 3,
        draw=with_codes(CODES),
    ),
    points,
    reads_batch=True,
)
"""For terms that look at codes."""

"""Attributes that cannot be meant are refused, by name, before anything is computed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import (
    ali,
    autoencoder,
    biggan,
    cut,
    cyclegan,
    dcgan,
    dit,
    dvdgan,
    efficientnet,
    fastgan,
    gat,
    mlp,
    mocogan,
    molgan,
    pix2pix,
    progan,
    projected,
    r3gan,
    resnet,
    restoration,
    stylegan,
    stylegan2,
    stylegan3,
    toy,
    vgan,
)
from jaxgan.models.attributes import RULES
from jaxgan.models.biggan import deep

LATENT, IMAGE, LABELS = jnp.zeros((2, 6)), jnp.zeros((2, 8, 8, 3)), jnp.array([0, 1])
CLIP = jnp.zeros((2, 7, 8, 8, 3))
GRAPH = {"adjacency": jnp.zeros((2, 3, 3, 4)), "nodes": jnp.zeros((2, 3, 5))}
POINT, NAN = jnp.zeros((2, 2)), float("nan")
STAGES = {"widths": (4, 4), "groups": (2, 2)}
SEEN = {"projection": projected.Projection(efficientnet.EfficientNet())}
CASES = [
    (mlp.Generator, {}, LATENT, "widths", (0, 8)),
    (mlp.Generator, {}, LATENT, "shape", (8, -8, 3)),
    (mlp.Discriminator, {}, IMAGE, "dropout", 1.0),
    (mlp.Discriminator, {}, IMAGE, "widths", (8, 1.5)),
    (dit.Discriminator, {"patch": 4}, IMAGE, "heads", 0),
    (dit.Discriminator, {"patch": 4}, IMAGE, "times", -1),
    (dit.Discriminator, {}, IMAGE, "patch", 0),
    (dit.Generator, {"shape": (8, 8, 3), "patch": 4}, IMAGE, "repetitions", 0),
    (toy.Generator, {}, LATENT, "dimensions", 0),
    (toy.Discriminator, {}, POINT, "pieces", 0),
    (dcgan.Generator, {}, LATENT, "width", 0),
    (dcgan.Generator, {}, LATENT, "max_width", -1),
    (dcgan.Generator, {"classes": 3}, LATENT, "embedding", 0),
    (dcgan.Discriminator, {}, IMAGE, "hidden", (0,)),
    (dcgan.Discriminator, {}, IMAGE, "classes", -1),
    (ali.PointEncoder, {"latent_size": 2}, POINT, "widths", (4, 0)),
    (ali.Encoder, {}, IMAGE, "latent_size", 0),
    (molgan.Generator, {}, LATENT, "bonds", 0),
    (molgan.Generator, {}, LATENT, "atoms", -1),
    (molgan.Generator, {}, LATENT, "temperature", 0.0),
    (molgan.Generator, {}, LATENT, "chance", -1.0),
    (molgan.Discriminator, {}, GRAPH, "convolutions", (4, 0)),
    (molgan.Discriminator, {}, GRAPH, "aggregation", 0),
    (molgan.Discriminator, {}, GRAPH, "widths", ()),
    (resnet.Generator, {}, LATENT, "widths", (0,) * 4),
    (resnet.Generator, {}, LATENT, "widths", ()),
    (biggan.Discriminator, {}, IMAGE, "widths", ()),
    (resnet.Generator, {}, LATENT, "attention", (-1,)),
    (resnet.Discriminator, {}, IMAGE, "halvings", -1),
    (biggan.Generator, {"shape": (8, 8, 3), "widths": (8, 8)}, LATENT, "shared", -1),
    (biggan.Generator, {}, LATENT, "norm_epsilon", 0.0),
    (biggan.Generator, {}, LATENT, "norm_epsilon", NAN),
    (deep.Generator, {}, LATENT, "depth", 0),
    (deep.Discriminator, {}, IMAGE, "depth", True),
    (r3gan.Generator, {**STAGES, "shape": (8, 8, 3)}, LATENT, "expansion", 0),
    (r3gan.Generator, {**STAGES, "shape": (8, 8, 3)}, LATENT, "kernel_size", 4),
    (r3gan.Discriminator, STAGES, IMAGE, "kernel_size", -3),
    (r3gan.Discriminator, STAGES, IMAGE, "groups", (0, 2)),
    (r3gan.Discriminator, STAGES, IMAGE, "blocks", (-1, 2)),
    (r3gan.Discriminator, STAGES, IMAGE, "resampling_filter", (1.0, 1.0)),
    (r3gan.Discriminator, STAGES, IMAGE, "resampling_filter", (1.0, NAN, 1.0)),
    (r3gan.Discriminator, STAGES, IMAGE, "resampling_filter", (1.0, -2.0, 1.0)),
    (pix2pix.Generator, {}, IMAGE, "channels", 0),
    (pix2pix.Generator, {}, IMAGE, "dropout", 1.0),
    (pix2pix.Generator, {}, IMAGE, "halvings", 1),
    (pix2pix.Discriminator, {}, IMAGE, "halvings", -1),
    (cyclegan.Generator, {}, IMAGE, "blocks", -1),
    (cut.PatchMLP, {}, IMAGE, "width", 0),
    (progan.Generator, {}, LATENT, "channel_base", 16),
    (progan.Generator, {}, LATENT, "classes", -1),
    (progan.Discriminator, {"size": 8}, IMAGE, "group", -1),
    (progan.Discriminator, {"size": 8}, IMAGE, "channel_max", 0),
    (progan.Discriminator, {"size": 8}, IMAGE, "blur", (1.0, -1.0)),
    (progan.Discriminator, {}, IMAGE, "size", 0),
    (stylegan.Generator, {}, LATENT, "mapping_layers", 0),
    (stylegan.Generator, {}, LATENT, "average_decay", 1.0),
    (stylegan.Generator, {}, LATENT, "truncation_cutoff", -1),
    (stylegan.Generator, {}, LATENT, "learning_rate_multiplier", 0.0),
    (stylegan.Discriminator, {"size": 8}, IMAGE, "classes", -1),
    (stylegan2.Generator, {}, LATENT, "style_size", 0),
    (stylegan2.Generator, {}, LATENT, "mapping_layers", 0),
    (stylegan2.Generator, {}, LATENT, "channel_base", 16),
    (stylegan2.Generator, {}, LATENT, "layer_features", 0),
    (stylegan2.Generator, {}, LATENT, "embed_features", -2),
    (stylegan2.Generator, {}, LATENT, "learning_rate_multiplier", 0.0),
    (stylegan2.Generator, {}, LATENT, "clamp", -256.0),
    (stylegan2.Generator, {}, LATENT, "truncation", NAN),
    (stylegan2.Generator, {}, LATENT, "taps", (1.0, -1.0)),
    (stylegan2.Discriminator, {}, IMAGE, "condition_size", 0),
    (stylegan2.Discriminator, {}, IMAGE, "group", -4),
    (stylegan2.Discriminator, {}, IMAGE, "deviations", -1),
    (stylegan2.Discriminator, {}, IMAGE, "channel_max", 0),
    (stylegan2.Discriminator, {}, IMAGE, "taps", ()),
    (stylegan3.Generator, {}, LATENT, "style_size", 0),
    (stylegan3.Generator, {}, LATENT, "synthesis_layers", 0),
    (stylegan3.Generator, {}, LATENT, "critical_layers", -1),
    (stylegan3.Generator, {}, LATENT, "critical_layers", 14),
    (stylegan3.Generator, {}, LATENT, "kernel_size", 2),
    (stylegan3.Generator, {}, LATENT, "margin", -1),
    (stylegan3.Generator, {}, LATENT, "filter_size", 0),
    (stylegan3.Generator, {}, LATENT, "oversampling", 0),
    (stylegan3.Generator, {}, LATENT, "first_cutoff", 0.0),
    (stylegan3.Generator, {}, LATENT, "first_stopband", NAN),
    (stylegan3.Generator, {}, LATENT, "last_stopband", -1.0),
    (stylegan3.Generator, {}, LATENT, "output_scale", 0.0),
    (stylegan3.Generator, {}, LATENT, "magnitude_decay", 1.0),
    (stylegan3.Generator, {}, LATENT, "clamp", 0.0),
    (restoration.RRDBNet, {}, IMAGE, "growth", 0),
    (restoration.MSRResNet, {}, IMAGE, "channels", 0),
    (restoration.SRVGGNetCompact, {}, IMAGE, "slope", NAN),
    (restoration.VGGDiscriminator, {"size": 8}, IMAGE, "hidden", 0),
    (restoration.SRGANDiscriminator, {"size": 8}, IMAGE, "width", 0),
    (fastgan.Generator, {}, LATENT, "width", 0),
    (fastgan.Generator, {}, LATENT, "shape", (12, 12, 3)),
    (fastgan.Generator, {"classes": 3}, LATENT, "embedding", 0),
    (projected.Discriminator, SEEN, IMAGE, "classes", -1),
    (projected.Discriminator, {**SEEN, "classes": 3}, IMAGE, "condition_size", 0),
    (projected.Discriminator, {**SEEN, "classes": 3}, IMAGE, "embedding", 0),
    (projected.Discriminator, SEEN, IMAGE, "widths", (0, 4)),
    (efficientnet.EfficientNet, {}, IMAGE, "stem", 0),
    (gat.Generator, {}, LATENT, "patch", 0),
    (gat.Generator, {}, LATENT, "levels", 0),
    (gat.Generator, {}, LATENT, "average_decay", 1.0),
    (gat.Discriminator, {}, IMAGE, "heads", 0),
    (gat.Discriminator, {}, IMAGE, "aligned", -1),
    (gat.Discriminator, {}, IMAGE, "aligned_hidden", 0),
    (mocogan.Generator, {}, LATENT, "content_size", 0),
    (mocogan.Generator, {}, LATENT, "motion_size", -1),
    (mocogan.Generator, {}, LATENT, "frames", 0),
    (mocogan.Discriminator, {}, CLIP, "noise_deviation", -0.1),
    (mocogan.VideoDiscriminator, {}, CLIP, "classes", -1),
    (vgan.Generator, {}, LATENT, "channels", 0),
    (vgan.Generator, {}, LATENT, "frames", 48.5),
    (vgan.Discriminator, {}, CLIP, "norm_epsilon", 0.0),
    (dvdgan.Generator, {}, LATENT, "frames", 0),
    (dvdgan.Generator, {}, LATENT, "widths", ()),
    (dvdgan.Predictor, {}, CLIP, "frames", -1),
    (dvdgan.Discriminator, {}, CLIP, "attention", (-1,)),
    (autoencoder.Encoder, {}, IMAGE, "latent_channels", 0),
    (autoencoder.Encoder, {}, IMAGE, "widths", ()),
    (autoencoder.Decoder, {}, jnp.zeros((2, 2, 2, 4)), "channels", 0),
    (autoencoder.Autoencoder, {}, IMAGE, "groups", 0),
]


def traced(module, value):
    given = LABELS if getattr(module, "classes", 0) else ()
    context = Context(example_keys(jax.random.key(0), 2))
    return jax.eval_shape(module.init, jax.random.key(0), value, given, context)


@pytest.mark.parametrize(
    ("kind", "options", "value", "name", "seen"),
    CASES,
    ids=[f"{case[0].__module__}.{case[0].__name__} {case[3:]}" for case in CASES],
)
def test_what_cannot_be_meant(kind, options, value, name, seen):
    with pytest.raises(ValueError, match=f"{name}: saw .*, wanted "):
        traced(kind(**{**options, name: seen}), value)


def test_every_rule_is_of_some_attribute():
    kinds = {case[0] for case in CASES} | {ali.Discriminator, ali.PointDiscriminator}
    names = {name for kind in kinds for name in kind.__dataclass_fields__}
    assert set(RULES) <= names


def test_whole_numbers_of_numpy_are_whole():
    module = mlp.Discriminator(widths=[np.int64(3)], dropout=np.float32(0.5))
    traced(module, IMAGE)

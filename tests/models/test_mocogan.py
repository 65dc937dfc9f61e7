"""MoCoGAN against the authors' code: its three training steps, with gradients."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import losses
from jaxgan.core import Context, example_keys
from jaxgan.models import mocogan
from jaxgan.models.mocogan import weights
from jaxgan.nn import folded
from tests.models.filled import filled
from tests.models.golden import assert_near, images, under
from tests.models.videos import clips, waves

OUTPUT, GRADIENT = 1e-4, 1e-3
FRAMES, SIZE = 16, 64
GENERATOR = mocogan.Generator((SIZE, SIZE, 3), FRAMES, 4, 5, 4, 3)
IMAGE, VIDEO = mocogan.ImageDiscriminator(3), mocogan.VideoDiscriminator(3, 3)


def context(count, train=True):
    return Context(example_keys(jax.random.key(0), count), train=train)


def passed(module, variables, value, given=()):
    """A training pass: what comes out, and the variables thereafter."""
    output, changed = module.apply(
        variables, value, given, context(len(value)), mutable=["batch_stats"]
    )
    return output, {**variables, **changed}


def networks(npz):
    return [weights.import_torch(under(npz, f"state/{name}/")) for name in NAMES]


NAMES = ("G", "DI", "DV")


def latents(npz):
    """Content, h₀ and what the GRU sees, side by side."""
    steps = np.concatenate([npz["in/h0"][None], npz["in/e"]])
    steps = np.moveaxis(steps, 0, 1).reshape(len(npz["in/h0"]), -1)
    return jnp.asarray(np.concatenate([npz["in/content"], steps], 1))


def entropy(logits, classes):
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), classes[:, None], 1)
    return -jnp.mean(chosen)


def mean(loss, logits):
    """Of one side of a pair of logits."""
    zero = jnp.zeros_like(logits)
    return jnp.mean(loss(logits, zero) - losses.softplus(zero))


def test_training_steps_of_the_official_code(golden):
    npz = np.load(golden / "mocogan.npz")
    variables = networks(npz)
    z, places = latents(npz), jnp.asarray(npz["in/frame_index"])
    classes = jnp.asarray(npz["in/categories"].astype(np.int32))
    real_classes = jnp.asarray(npz["in/real_categories"].astype(np.int32))
    real = waves(npz["in/real_video_coef"], FRAMES, SIZE)
    still = waves(npz["in/real_image_coef"], 1, SIZE)[:, 0]
    seen = clips(npz["in/real_video_stride"])
    np.testing.assert_allclose(real[:, ::3, ::8, ::8], seen, atol=2e-6)

    def frames_of(generator, walk):
        """Chosen frames in a pass of their own, as the official code makes them."""
        content = jnp.repeat(z[:, :5], FRAMES, 0)
        kinds = jnp.repeat(jax.nn.one_hot(classes, 3), FRAMES, 0)
        rows = jnp.concatenate([content, kinds, folded(walk)], 1)[places]
        own = {kind: tree["frame"] for kind, tree in generator.items()
               if "frame" in tree}  # fmt: skip
        module = mocogan.generator.Frame((SIZE, SIZE, 3), 4)
        made, own = module.apply(own, rows, context(4), mutable=["batch_stats"])
        stats = {"frame": own["batch_stats"]}
        return made, {**generator, "batch_stats": stats}

    def both(generator):
        fake, generator = passed(GENERATOR, generator, z, classes)
        gru = mocogan.generator.GRU(4)
        steps = z[:, 5:].reshape(2, FRAMES + 1, 4)
        motion = {"params": generator["params"]["motion"]}
        walk = gru.apply(motion, steps[:, 1:], steps[:, 0])
        made, generator = frames_of(generator, walk)
        return fake, walk, made, generator

    def critic(module, variables, real, fake, classes=None):
        """The loss, its gradient, both verdicts, and the variables thereafter."""

        def loss(params):
            own = {**variables, "params": params}
            of_real, own = passed(module, own, real)
            of_fake, own = passed(module, own, fake)
            logits = [x if classes is None else x.logits for x in (of_real, of_fake)]
            value = jnp.mean(jax.nn.softplus(-logits[0]))
            value += jnp.mean(jax.nn.softplus(logits[1]))
            if classes is not None:
                value += entropy(of_real.features["classes"], classes)
            return value, (of_real, of_fake, own)

        (value, aux), gradient = jax.value_and_grad(loss, has_aux=True)(
            variables["params"]
        )
        return value, gradient, aux

    @jax.jit
    def run(generator, of_images, of_clips):
        fake, walk, made, generator = both(generator)
        first = critic(IMAGE, of_images, still, made)
        second = critic(VIDEO, of_clips, real, fake, real_classes)
        of_images, of_clips = first[2][2], second[2][2]

        def loss(params):
            own = {**generator, "params": params}
            fake, own = passed(GENERATOR, own, z, classes)
            verdict, _ = passed(VIDEO, of_clips, fake)
            steps = z[:, 5:].reshape(2, FRAMES + 1, 4)
            motion = {"params": own["params"]["motion"]}
            walk = mocogan.generator.GRU(4).apply(motion, steps[:, 1:], steps[:, 0])
            made, own = frames_of(own, walk)
            logits, _ = passed(IMAGE, of_images, made)
            parts = (
                jnp.mean(jax.nn.softplus(-logits)),
                jnp.mean(jax.nn.softplus(-verdict.logits)),
                entropy(verdict.features["classes"], classes),
            )
            return sum(parts[1:], parts[0]), (parts, own)

        (value, (parts, after)), gradient = jax.value_and_grad(loss, has_aux=True)(
            generator["params"]
        )
        still_frames = GENERATOR.apply(after, z, classes, context(2, False))
        return fake, walk, made, first, second, (value, parts, gradient), still_frames

    fake, walk, made, first, second, third, frames = run(*variables)
    assert_near(folded(walk), npz["out/G_train/z_motion"], OUTPUT, "motion")
    stride = clips(npz["out/G_train/videos_stride"])
    assert_near(fake[:, ::3, ::8, ::8], stride, OUTPUT, "clips")
    whole = images(npz["out/G_train/video0_frame1"][None])[0]
    assert_near(fake[0, 1], whole, OUTPUT, "a frame")
    stride = images(npz["out/G_train/images_stride"])
    assert_near(made[:, ::8, ::8], stride, OUTPUT, "images")
    evaluated = images(npz["out/G_eval/frames_stride"])
    assert_near(folded(frames)[:, ::8, ::8], evaluated, OUTPUT, "evaluated")

    for place, name, found in ((1, "D_image", first), (2, "D_video", second)):
        value, gradient, (of_real, of_fake, _) = found
        np.testing.assert_allclose(value, npz[f"out/{name}/loss"], rtol=OUTPUT)
        for kind, seen in (("real", of_real), ("fake", of_fake)):
            logits = seen if name == "D_image" else seen.logits
            assert_near(logits, npz[f"out/{name}/logits_{kind}"], OUTPUT, name)
            if name == "D_video":
                wanted = npz[f"out/{name}/categories_{kind}"]
                assert_near(seen.features["classes"], wanted, OUTPUT, name)
        wanted = under(npz, f"grad/{name}/{NAMES[place]}/")
        _near_gradient(gradient, wanted, name)
    value, parts, gradient = third
    np.testing.assert_allclose(value, npz["out/G_step/loss"], rtol=OUTPUT)
    for part, name in zip(parts, ("image", "video", "infogan")):
        np.testing.assert_allclose(part, npz[f"out/G_step/loss_{name}"], rtol=OUTPUT)
    _near_gradient(gradient, under(npz, "grad/G_step/G/"), "G_step")


def _near_gradient(gradient, wanted, what):
    ours = weights.export_torch({"params": gradient})
    assert_near({name: ours[name] for name in wanted}, wanted, GRADIENT, what)


@pytest.mark.parametrize("place", range(3))
def test_state_dicts_come_back(golden, place):
    npz = np.load(golden / "mocogan.npz")
    state = under(npz, f"state/{NAMES[place]}/")
    back = weights.export_torch(weights.import_torch(state))
    state = {k: v for k, v in state.items() if not k.endswith("tracked")}
    assert back.keys() == state.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(back[name], array)


def test_a_discriminator_is_both_networks(golden):
    """On all frames, in their order, its logits are those of either."""
    npz = np.load(golden / "mocogan.npz")
    states = [under(npz, f"state/{name}/") for name in NAMES[1:]]
    variables = weights.import_discriminator(*states)
    module = mocogan.Discriminator(3, 3, frames=FRAMES)
    clip = waves(npz["in/real_video_coef"], FRAMES, SIZE)
    verdict = jax.jit(module.apply)(variables, clip, (), context(2, False))
    assert verdict.logits["frame"].shape == (2, FRAMES, 4, 4)
    image, video = (weights.import_torch(state) for state in states)
    seen = jax.jit(IMAGE.apply)(image, folded(clip), (), context(32, False))
    assert_near(folded(verdict.logits["frame"]), seen, 1e-6)
    seen = jax.jit(VIDEO.apply)(video, clip, (), context(2, False))
    assert_near(verdict.logits["clip"], seen.logits, 1e-6)
    assert_near(verdict.features, seen.features, 1e-6)


def counted(module, value, given=()):
    shapes = jax.eval_shape(
        module.init, jax.random.key(0), value, given, context(len(value))
    )
    return sum(x.size for x in jax.tree.leaves(shapes["params"]))


def test_published_sizes():
    """Of the official defaults, counted by hand: convolutions without biases."""
    generator = mocogan.Generator(classes=6)
    clip, labels = jnp.zeros((2, 16, 64, 64, 3)), jnp.zeros(2, jnp.int32)
    gru = 2 * (3 * 10 * 10 + 3 * 10)
    maps = [66, 512, 256, 128, 64, 3]
    wanted = gru + sum(16 * a * b for a, b in itertools.pairwise(maps))
    wanted += 2 * (512 + 256 + 128 + 64)
    latent = jnp.zeros((2, generator.latent_size))
    assert counted(generator, latent, labels) == wanted
    image = 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256) + 2 * (128 + 256)
    video = 64 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 7)
    video += 2 * (128 + 256 + 512)
    assert counted(mocogan.ImageDiscriminator(), clip[:, 0]) == image
    assert counted(mocogan.Discriminator(classes=6), clip) == image + video


def test_motion_is_exchanged():
    """The content of one latent moves as another one does."""
    module = mocogan.Generator((8, 8, 1), 3, 2, content_size=2, motion_size=1)
    z = jnp.asarray(np.random.default_rng(0).standard_normal((2, 6)), jnp.float32)
    mixed = module.exchanged(z, z[::-1])
    np.testing.assert_array_equal(mixed[:, :2], z[:, :2])
    np.testing.assert_array_equal(mixed[:, 2:], z[::-1, 2:])


def test_noise_is_of_training_and_of_each_frame():
    module = mocogan.Discriminator(2, noise_deviation=1.0, frames=2)
    clip = jnp.zeros((2, 7, 8, 8, 1))
    variables = filled(module, clip, (), context(2))
    seen = [
        jax.jit(module.apply)(variables, clip, (), context(2, train)).logits["frame"]
        for train in (True, False)
    ]
    np.testing.assert_array_equal(seen[1], 0.0)
    rows = np.asarray(seen[0]).reshape(4, -1)
    assert len(np.unique(rows[:, 0])) == 4  # no two frames have the same noise


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 16, 64, 32, 3), "size: saw 64x32, wanted a square of a power of two"),
        ((2, 16, 48, 48, 3), "size: saw 48x48, wanted a square of a power of two"),
        ((2, 12, 64, 64, 3), "frames: saw 12, wanted at least 16: each of 4 layers"),
    ],
)
def test_clips_that_cannot_be_judged(shape, message):
    module, clip = mocogan.Discriminator(2), jnp.zeros(shape)
    with pytest.raises(ValueError, match=message):
        jax.eval_shape(module.init, jax.random.key(0), clip, (), context(2))


def test_latents_of_another_length():
    module = mocogan.Generator((8, 8, 1), 3, 2)
    with pytest.raises(ValueError, match=r"latent: saw \[2, 5\], wanted \[B, 90\]"):
        jax.eval_shape(
            module.init, jax.random.key(0), jnp.zeros((2, 5)), (), context(2)
        )

"""Adversarial flow models on ImageNet at 256×256, from a folder of yours.

Lin et al. 2025 (arXiv 2511.22475): transformers on both sides, noise of the picture's
own shape, and a generator that pays for how far it moves it. Constants are the paper's:
AdamW with rates of 1e-4 at every size, batches of 256, λ_gp = 0.25 on a quarter of the
batch, λ_ot from 0.2 to 0.01 (B) or 0.005 (M, L, XL) over 500,000 steps.

    python experiments/transformers/afm_imagenet256.py --path imagenet.zip
    python experiments/transformers/afm_imagenet256.py --path imagenet.zip --variant XL
    jaxgan forecast afm_imagenet256 --target v5e:2x4 --no-conditional

The paper trains on 32×32×4 latents of a published autoencoder, sd-vae-ft-mse, in
patches of 2. With a file of it, so does this: pictures and mirrored ones are encoded
once, and whatever is shown or measured is decoded.

    ... --path imagenet.zip --autoencoder diffusion_pytorch_model.safetensors

Without, there are pixels, in patches of 16: as many tokens, and blocks of the same
size. Published, of latents: FID 6.07 (B), 5.21 (M), 4.36 (L), 3.98 (XL), 2.92 (XL, 112
layers) in one step without guidance, by hand: when the distance stalls, a price of
0.001 and lower rates, and the generator started anew from its average: the stages are
in `afm_stages.sh`. Nothing is published of pixels, where slopes and noise have another
scale than in latents. Not run here: neither on pixels, nor with the published weights
of the autoencoder, which have not been at hand; tests train on latents of a small one.
"""

import dataclasses
from typing import Annotated, Any

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.moved_pairs import moved_pairs
from jaxgan.core import Augment
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import LatentGame, as_data, unchanged, unconditional
from jaxgan.games.posterior import drawn
from jaxgan.models import dit
from jaxgan.run import feature_networks, launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "imagenet"
    """A folder or zip of images, sub-folders as classes."""
    size: int = 256
    """Pixels per side: a multiple of the patch."""
    autoencoder: str = ""
    """A file of Stable Diffusion's, in whose latents to train; '': pixels."""
    autoencoder_widths: Annotated[tuple[int, ...], Bounds(least=1)] = (
        *(128, 256, 512, 512),
    )
    """Channels of its levels, the finest first."""
    latent_scale: Annotated[float, Bounds(above=0)] = 0.18215
    """By which latents are multiplied."""
    posterior: bool = True
    """Draw latents anew at every step, as the paper's code does; else take means."""
    flip: bool = True
    """Mirror images left to right at random."""
    conditional: bool = True
    """Whether both players see labels."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 256
    """Images per step."""
    patch: Annotated[int | None, Bounds(least=1)] = None
    """Of a token, per side; by default 16 pixels, or 2 latents."""
    width: int = 768
    """Features of a token."""
    depth: Annotated[int, Bounds(least=1)] = 12
    """Blocks of either network."""
    heads: Annotated[int, Bounds(least=1)] = 12
    """Of every attention."""
    repetitions: Annotated[int, Bounds(least=1)] = 1
    """How often the generator goes through its blocks."""
    chain: Annotated[int, Bounds(least=0)] = 1
    """Steps from noise to a sample that training is for; 0: any number."""
    passes: Annotated[int, Bounds(least=0)] = 0
    """Steps of a sample where any number will do; 0: one."""
    rematerialize: bool = False
    """Compute blocks once more for the gradient, which takes less memory."""
    bfloat16: bool = False
    """Compute in bfloat16; norms, softmax and logits are float32."""
    learning_rate: float = 1e-4
    """AdamW's, of both players."""
    transport: Annotated[tuple[float, float], Bounds(least=0)] = (0.2, 0.01)
    """What the generator pays for moving its noise, at first and at last."""
    transport_steps: Annotated[int, Bounds(least=1)] = 500_000
    """Steps of half a cosine between them."""
    gamma: float = 0.5
    """Of the penalties on slopes: twice the paper's λ_gp."""
    guidance: Annotated[float, Bounds(least=0)] = 0.0
    """Weight of a classifier of noisy pictures; the paper ends with .003."""
    classifier: str = ""
    """A file of its weights; '': it is trained here, before the first step."""
    augment: float = 0.0
    """Probability of each change to a pair that is judged; the paper ends with 0.4."""
    half_life: float = 1_774_000.0
    """Of the generator's running average, in images."""


LARGE = Config(width=1024, heads=16, transport=(0.2, 0.005))
EXTRA = dataclasses.replace(LARGE, width=1152, depth=28)
VARIANTS = {
    "B": Config(),
    "M": dataclasses.replace(LARGE, depth=16),
    "L": dataclasses.replace(LARGE, depth=24),
    "XL": EXTRA,
    "XL-56": dataclasses.replace(EXTRA, repetitions=2),
    "XL-112": dataclasses.replace(EXTRA, repetitions=4),
    "XL-4-steps": dataclasses.replace(EXTRA, chain=4, transport=(0.25, 0.005)),
}
OPTIONS = Options(steps=500_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    coder = None
    if config.autoencoder:
        coder = feature_networks.autoencoder_of_file(
            config.autoencoder,
            widths=config.autoencoder_widths,
            scale=config.latent_scale,
        )
    labels = "auto" if config.conditional else "none"
    source = data.folder(config.path, config.size, labels=labels)
    known = source
    if coder:
        known = data.encoded(source, coder, mirrored=config.flip)
        source = data.encoded(
            source, coder, mirrored=config.flip, posterior=config.posterior
        )
    guide = guided(config, known)
    recipe = recipes.afm(
        config.learning_rate,
        config.transport,
        config.transport_steps,
        gamma=config.gamma,
        half_life=config.half_life,
        chain=config.chain != 1,
        guidance=guide.terms,
    )
    return Experiment(
        game=game(config, known.shape, len(source.classes)),
        recipe=recipe,
        augment=moved_pairs(config.augment) if config.augment else Augment(),
        data=data.batches(
            source, config.batch_size, config.seed, flip=config.flip and not coder
        ),
        frozen={**guide.frozen, **(coder.frozen if coder else {})},
        decoder=coder.decoder if coder else None,
    )


def guided(config: Config, source: data.Source) -> feature_networks.Guide:
    """What pulls fakes towards their class: a network of B's size, if any does."""
    classifier = dit.Classifier(
        *(768, 12, 12, patch(config), len(source.classes)),
        rematerialize=config.rematerialize,
    )
    # Of latents there are mirrored ones in the source.
    flip = config.flip and not config.autoencoder
    return feature_networks.guide(
        *(config.guidance, classifier, source),
        weights=config.classifier,
        training=feature_networks.NoisyTraining(flip=flip),
    )


def patch(config: Config) -> int:
    """The sides of a token."""
    return config.patch or (2 if config.autoencoder else 16)


def game(config: Config, shape: tuple[int, ...], labels: int) -> LatentGame:
    """Transformers of one step, or of a chain."""
    classes = labels if config.conditional else 0
    if config.conditional and classes < 2:
        raise data.DataError(
            f"classes: saw {classes}, wanted at least 2, or --no-conditional"
        )
    conditioning = as_data if config.conditional else unconditional
    shared: dict[str, Any] = {
        "width": config.width,
        "depth": config.depth,
        "heads": config.heads,
        "patch": patch(config),
        "classes": classes,
        "rematerialize": config.rematerialize,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    shown = drawn if config.autoencoder and config.posterior else unchanged
    if config.chain == 1:
        generator = dit.Generator(**shared, shape=shape, repetitions=config.repetitions)
        judge = dit.Discriminator(**shared)
        size = generator.latent_size
        return LatentGame(generator, judge, size, conditioning, shown=shown)
    told: dict[str, Any] = {"times": 1 if config.chain else 2, "residual": True}
    generator = dit.Generator(**shared, shape=shape, **told)
    judge = dit.Discriminator(**shared, times=1)
    return ChainGame(
        generator,
        judge,
        generator.latent_size,
        conditioning,
        shown=shown,
        steps=config.chain,
        passes=config.passes,
    )


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        autoencoder_widths=(32, 32),
        size=8,
        batch_size=8,
        patch=4,
        width=8,
        depth=1,
        heads=1,
        transport_steps=4,
    )


if __name__ == "__main__":
    launch.main(__file__)

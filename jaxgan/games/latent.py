"""The classic game: noise in, samples out; unconditional or conditional."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.interpolation import Share, slerp
from jaxgan.core.microbatches import batch_size
from jaxgan.core.types import Players, Sample, Tree, Variables, Verdict
from jaxgan.games.checks import check_network, checked_batch
from jaxgan.games.draws import Draw, truncated_normal


class Conditioning(NamedTuple):
    """What the two kinds of samples are conditioned on.

    Attributes:
      real: f(given) -> given, from the data's.
      fake: f(keys [B], given) -> given, from per-example keys and the data's.
      labelled: whether what is given are class labels [B], which a user may ask for.
      classes: how many there are, where those of fakes are drawn; 0 where they are not.
    """

    real: Callable[[Tree], Tree]
    fake: Callable[[jax.Array, Tree], Tree]
    labelled: bool = False
    classes: int = 0

    def of_labels(self, labels: jax.Array) -> "Conditioning":
        """Makes fakes of these classes [B]: see `core.abilities.Labelled`."""
        self._check("labels")
        labels = jnp.asarray(labels, jnp.int32)

        def fake(keys, given):
            del given
            if labels.shape != keys.shape:
                raise ValueError(
                    f"labels: saw {list(labels.shape)}, wanted one for each of "
                    f"{len(keys)} examples"
                )
            return labels

        return self._replace(fake=fake, classes=0)

    def of_classes(self, classes: int) -> "Conditioning":
        """Makes fakes of uniformly drawn classes."""
        self._check("classes")
        return self._replace(fake=_uniform(classes), classes=classes)

    def _check(self, what: str) -> None:
        if not self.labelled:
            raise ValueError(
                f"{what}: saw some, wanted none: this game is not conditioned on labels"
            )


unconditional = Conditioning(lambda given: (), lambda keys, given: ())
"""Nobody looks at labels, whether the data has them or not."""


def _require(given: Tree) -> Tree:
    if not jax.tree.leaves(given):
        raise ValueError(
            "given: saw (), wanted labels [B]: a conditional game needs labelled data"
        )
    return given


as_data = Conditioning(_require, lambda keys, given: _require(given), labelled=True)
"""Fake i is conditioned on what real i is: class frequencies are the data's."""


def uniform_labels(classes: int) -> Conditioning:
    """Fakes of uniformly drawn classes, as SNGAN, SAGAN and BigGAN train.

    They do not depend on the data's labels.

    Raises:
      ValueError: if there are fewer than 2 classes.
    """
    return Conditioning(_require, _uniform(classes), labelled=True, classes=classes)


def _uniform(classes: int) -> Callable[[jax.Array, Tree], jax.Array]:
    if classes < 2:
        raise ValueError(f"classes: saw {classes}, wanted at least 2: labelled data")

    def fake(keys, given):
        del given
        return jax.vmap(lambda key: jax.random.randint(key, (), 0, classes))(keys)

    return fake


Shown = Callable[[Tree, Context], Tree]
"""f(value, context) -> value: what a discriminator is shown of the data."""


def unchanged(value: Tree, context: Context) -> Tree:
    """The data as they are."""
    del context
    return value


@dataclasses.dataclass(frozen=True)
class LatentGame:
    """A generator of noise against a discriminator of samples.

    Both are Flax modules called as `module(value, given, context)`. The batch is a
    `Sample`. The latent is `Sample(z, given)` with z [B, Z]. The generator returns a
    value, or a `Sample` of value and features; the discriminator a `Verdict`, or bare
    logits. Every collection but 'params' is state that changes without a gradient.

    Attributes:
      generator: the module.
      discriminator: the module.
      latent_size: Z.
      conditioning: what samples are conditioned on.
      draw: one example's latent from a key and a shape; standard normal by default.
      shown: what the discriminator is shown of the data; networks that grow want
        `nn.growth.as_grown`.
    """

    generator: nn.Module
    discriminator: nn.Module
    latent_size: int
    conditioning: Conditioning = unconditional
    draw: Draw = jax.random.normal
    shown: Shown = unchanged

    def __post_init__(self):
        check_network("generator", self.generator)
        check_network("discriminator", self.discriminator)
        if self.latent_size < 1:
            raise ValueError(f"latent_size: saw {self.latent_size}, wanted at least 1")

    def init(self, key: jax.Array, batch: Sample) -> Players[Variables]:
        """Makes both players' variables; of `batch` only shapes matter."""
        key_generator, key_discriminator, key_examples = jax.random.split(key, 3)
        keys = example_keys(key_examples, batch_size(checked_batch(batch)))
        context = Context(keys, batch, train=True)
        latent, _ = self.latent({}, context)
        real, _ = self.real({}, latent, context)
        return Players(
            self.generator.init(key_generator, latent.value, latent.given, context),
            self.discriminator.init(key_discriminator, real.value, real.given, context),
        )

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """Draws Z numbers per example, and what to condition on."""
        z = jax.vmap(lambda key: self.draw(key, (self.latent_size,)))(
            context.draw("latent")
        )
        given = context.batch.given if isinstance(context.batch, Sample) else ()
        given = self.conditioning.fake(context.draw("given"), given)
        return Sample(z, given), variables

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """The data as they are shown, without labels that nobody looks at."""
        del latent
        batch = checked_batch(context.batch)
        value = self.shown(batch.value, context)
        return Sample(value, self.conditioning.real(batch.given)), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """Maps a latent to a sample with the same `given`."""
        output, variables = apply_module(
            self.generator, variables, latent.value, latent.given, context
        )
        return as_sample(output, latent.given), variables

    def discriminate(
        self, variables: Variables, sample: Sample, context: Context
    ) -> tuple[Verdict, Variables]:
        """Judges a sample."""
        verdict, variables = apply_module(
            self.discriminator, variables, sample.value, sample.given, context
        )
        if not isinstance(verdict, Verdict):
            verdict = Verdict(verdict)
        return verdict, variables

    def truncated(self, share: float, cutoff: int | None = None) -> "LatentGame":
        """The same game with latents within ±share: see `truncated_normal`.

        The latents of one key move towards 0 together as the share gets smaller.

        Raises:
          ValueError: if latents are not standard normal, the share is not positive, or
            there is a cutoff.
        """
        if cutoff is not None:
            raise ValueError(
                f"truncation cutoff: saw {cutoff}, wanted none: only style-based "
                "generators have layers to truncate"
            )
        if self.draw is not jax.random.normal:
            raise ValueError(
                "truncation: saw latents of another distribution, wanted the standard "
                "normal"
            )
        if not share > 0:
            raise ValueError(f"truncation: saw {share}, wanted more than 0")
        return dataclasses.replace(self, draw=truncated_normal(share))

    @property
    def labelled(self) -> bool:
        """Whether samples are conditioned on class labels."""
        return self.conditioning.labelled

    @property
    def drawn_classes(self) -> int:
        """How many classes those of fakes are drawn from; 0 where none are drawn."""
        return self.conditioning.classes

    def of_labels(self, labels: jax.Array) -> "LatentGame":
        """The same game, with fakes of these classes [B]."""
        conditioning = self.conditioning.of_labels(labels)
        return dataclasses.replace(self, conditioning=conditioning)

    def of_classes(self, classes: int) -> "LatentGame":
        """The same game, with fakes of uniformly drawn classes."""
        conditioning = self.conditioning.of_classes(classes)
        return dataclasses.replace(self, conditioning=conditioning)

    def between(self, start: Sample, end: Sample, share: Share) -> Sample:
        """Latents on a great circle, along which normal latents keep their length."""
        return start._replace(value=slerp(start.value, end.value, share))

    @property
    def even(self) -> bool:
        """Whether z lies evenly to all sides: normal noise does."""
        return self.draw is jax.random.normal

    def code(self, latent: Sample) -> jax.Array:
        """z as the code of a single layer, [B, 1, Z]."""
        return latent.value[:, None]

    def with_code(self, latent: Sample, code: jax.Array) -> Sample:
        """The latent with z of a code [B, 1, Z]."""
        return latent._replace(value=code[:, 0])


def apply_module(
    module: nn.Module, variables: Variables, *inputs: Any, method: str | None = None
) -> tuple[Any, Variables]:
    """What a module, or one of its methods, returns, and its variables thereafter."""
    collections = [name for name in variables if name != "params"]
    output, changed = module.apply(
        variables, *inputs, mutable=collections, method=method
    )
    return output, {**variables, **changed}


def as_sample(output: Tree, given: Tree) -> Sample:
    """What a generator returned, as a sample that is given this.

    A generator returns a value, or with features beside it `Sample(value, features=f)`.
    """
    return (
        output._replace(given=given)
        if isinstance(output, Sample)
        else Sample(output, given)
    )

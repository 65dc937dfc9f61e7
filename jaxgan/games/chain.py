"""Samples by several passes: from noise to less noise, to none."""

import dataclasses
import itertools

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.context import Context
from jaxgan.core.ranges import check_count
from jaxgan.core.timed import Timed, times_of, untimed
from jaxgan.core.types import Sample, Variables
from jaxgan.games.checks import checked_batch
from jaxgan.games.latent import LatentGame, apply_module, as_sample


@dataclasses.dataclass(frozen=True)
class ChainGame(LatentGame):
    """A generator that steps from time s to an earlier t, against one that knows t.

    Lin et al. 2025 (arXiv 2511.22475). A value at time t is (1 - t) x + t z, of data x
    and noise z ~ N(0, 1) of their shape. In training the generator is shown a real
    value at time s, and the discriminator, beside what the generator makes of it, a
    real value at time t of the same example, with other noise. The latent is
    `Sample(x_s [B, Z], Timed(given, (s, t)))`; what is judged is given `Timed(given,
    (t,))`. Labels are the data's.

    Outside of training the latent is noise, and `generate` goes all the way to time 0,
    in `passes` equal steps: so the usual ways to sample, to walk and to measure do.

    Attributes:
      steps: s is one of 1, 1 - 1 / steps, ..., and t = s - 1 / steps; 0: s is uniform
        in [0, 1], and t in [0, s].
      passes: of the generator per sample; 0: as many as `steps`, but at least 1.
    """

    steps: int = 0
    passes: int = 0

    def __post_init__(self):
        super().__post_init__()
        check_count("steps", self.steps, least=0)
        check_count("passes", self.passes, least=0)

    def in_passes(self, passes: int) -> "ChainGame":
        """The same game, which samples in so many passes.

        Raises:
          ValueError: if it was trained for another number, or there is none.
        """
        check_count("passes", passes)
        if self.steps and passes != self.steps:
            raise ValueError(
                f"passes: saw {passes}, wanted {self.steps}: the generator is trained "
                "for so many steps"
            )
        return dataclasses.replace(self, passes=passes)

    def latent(
        self, variables: Variables, context: Context
    ) -> tuple[Sample, Variables]:
        """In training real values at time s, which are given s and t; else noise.

        It is noise, too, where there is no batch.
        """
        latent, variables = super().latent(variables, context)
        z = latent.value
        if not context.train or not jax.tree.leaves(context.batch):
            ones = jnp.ones_like(z[:, 0])
            given = Timed(latent.given, (ones, jnp.zeros_like(ones)))
            return Sample(z, given), variables
        if self.conditioning.classes:
            raise ValueError(
                "conditioning: saw drawn classes, wanted the data's: fakes are made of "
                "real examples"
            )
        start, end = self._times(context)
        value = self.shown(checked_batch(context.batch).value, context)
        value = value.reshape(z.shape).astype(z.dtype)
        return Sample(_mixed(value, z, start), Timed(latent.given, (start, end))), (
            variables
        )

    def real(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """In training real values at time t, with other noise; else the data."""
        real, variables = super().real(variables, latent, context)
        if not context.train:
            value = jax.tree.leaves(real.value)[0]
            end = jnp.zeros_like(value.reshape(len(value), -1)[:, 0])
            return real._replace(given=Timed(real.given, (end,))), variables
        _, end = times_of(latent.given, 2)
        shape = real.value.shape[1:]
        noise = jax.vmap(lambda key: jax.random.normal(key, shape))(
            context.draw("other noise")
        )
        value = _mixed(real.value, noise, end)
        return Sample(value, Timed(real.given, (end,))), variables

    def generate(
        self, variables: Variables, latent: Sample, context: Context
    ) -> tuple[Sample, Variables]:
        """One step in training; else all of them, of latents with times or without."""
        given = untimed(latent.given)
        if context.train:
            _, end = times_of(latent.given, 2)
            output, variables = apply_module(
                self.generator, variables, latent.value, latent.given, context
            )
            return as_sample(output, Timed(given, (end,))), variables
        sample, ones = Sample(latent.value), jnp.ones_like(latent.value[:, 0])
        places = np.linspace(1.0, 0.0, (self.passes or self.steps or 1) + 1)
        for first, last in itertools.pairwise(places.tolist()):
            times = (first * ones, last * ones)
            output, variables = apply_module(
                self.generator, variables, sample.value, Timed(given, times), context
            )
            sample = as_sample(output, Timed(given, times[1:]))
        return sample, variables

    def sample(self, variables: Variables, context: Context) -> Sample:
        """Draws samples from nothing: see `core.abilities.Chained`."""
        context = dataclasses.replace(context, train=False)
        latent, variables = self.latent(variables, context)
        return self.observed(self.generate(variables, latent, context)[0])

    def observed(self, sample: Sample) -> Sample:
        """A sample without its times."""
        return sample._replace(given=untimed(sample.given))

    def _times(self, context: Context) -> tuple[jax.Array, jax.Array]:
        """Times s and t, [B]."""

        def draw(key):
            first, second = jax.random.split(key)
            if self.steps:
                place = jax.random.randint(first, (), 1, self.steps + 1)
                start = place.astype(jnp.float32) / self.steps
                return start, start - 1.0 / self.steps
            start = jax.random.uniform(first)
            return start, start * jax.random.uniform(second)

        return jax.vmap(draw)(context.draw("times"))


def _mixed(value: jax.Array, noise: jax.Array, time: jax.Array) -> jax.Array:
    """(1 - t) x + t z."""
    time = time.reshape(-1, *(1,) * (value.ndim - 1)).astype(value.dtype)
    return (1.0 - time) * value + time * noise

"""Examples of the data, as the game makes of them what it judges."""

import functools

import jax
import numpy as np

from jaxgan.core.abilities import observed
from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size
from jaxgan.core.scene import real_examples
from jaxgan.core.types import Sample, State, Tree
from jaxgan.run.experiment import Experiment, examples
from jaxgan.run.sampling.picture_decoder import PictureDecoder


def real_samples(
    experiment: Experiment, state: State, indices: np.ndarray, frozen: Tree = ()
) -> Sample:
    """Shows examples of the data by index, as the game makes of them; numpy arrays.

    Where a game makes them by its generator, that is the running average.

    Args:
      experiment: whose data they are.
      state: with the generator's variables.
      indices: of the examples.
      frozen: networks of the experiment by name, if they have been read.
    """
    batch = examples(experiment.data, indices)
    show = jax.jit(functools.partial(_real, experiment.game))
    shown = jax.device_get(show(state.ema, state.step, batch))
    return PictureDecoder(experiment, frozen)(shown)


def real_shapes(experiment: Experiment, state: State, batch: Tree) -> Sample:
    """Finds the shapes of what `real_samples` shows of a batch; nothing is computed."""
    show = functools.partial(_real, experiment.game)
    shapes = jax.eval_shape(show, state.ema, state.step, batch)
    return PictureDecoder(experiment).shapes(shapes)


def _real(game, variables, step, batch):
    keys = example_keys(jax.random.key(0), batch_size(batch))
    sample = real_examples(game, variables, Context(keys, batch, step))
    return observed(game, sample)

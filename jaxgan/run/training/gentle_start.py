"""How a run goes on with the networks of another, which its first steps could undo.

For so many steps (`--warm-up`) updates are a growing share of what they are: optimizers
begin without moments. And the average goes on from the other run's, with a half-life of
`HALF_LIFE` steps, or its own in the long run if that is less, where one from nothing
first forgets quickly. No state comes of it, and all other schedules of the experiment
are as they were.
"""

import dataclasses

from jaxgan.core import schedules
from jaxgan.core.types import Players
from jaxgan.optimizers import warmed_up
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options

STEPS = 100
"""Of the warm-up, if nobody says."""
HALF_LIFE = 10_000 / 32
"""In steps: of StyleGAN2-ADA's averages, where they go on from others."""


def steps_of(options: Options) -> int:
    """Tells how many steps it takes: none where nothing is started from."""
    if options.start_from is None:
        return 0
    return STEPS if options.warm_up is None else options.warm_up


def gentle(experiment: Experiment, options: Options) -> Experiment:
    """Makes an experiment begin gently, if it starts from a run."""
    steps = steps_of(options)
    if not steps:
        return experiment
    recipe = experiment.recipe
    optimizers = Players(*(warmed_up(one, steps) for one in recipe.optimizers))
    decay = schedules.going_on(recipe.ema_decay, HALF_LIFE)
    recipe = recipe._replace(optimizers=optimizers, ema_decay=decay)
    return dataclasses.replace(experiment, recipe=recipe)

"""`jaxgan mix`: samples of a run with styles of others."""

import argparse

import numpy as np

from jaxgan.games.style import StyleGame
from jaxgan.run import pictures
from jaxgan.run.commands import sample
from jaxgan.run.errors import RunError
from jaxgan.run.sampling import labels, sampling_options
from jaxgan.run.sampling.style_mixing import mixed


def mixing(arguments: argparse.Namespace) -> None:
    """`jaxgan mix RUN`."""
    for name in ("rows", "columns"):
        if getattr(arguments, name) < 1:
            raise RunError(
                f"--{name}: saw {getattr(arguments, name)}, wanted at least 1"
            )
    loaded = sample.load(arguments)
    if not isinstance(loaded.experiment.game, StyleGame):
        raise RunError(
            f"{loaded.name}: its generator has no styles to mix; wanted StyleGAN2, say"
        )
    if arguments.standing_statistics is not None:
        raise RunError("--standing-statistics: styles are mixed without")
    draw = loaded.sampler(
        size=arguments.columns + 1,
        **sampling_options.single(arguments, loaded.experiment),
    )
    label = arguments.label
    if label is not None:
        label = labels.label_numbers(loaded.experiment, label)
    grid = mixed(
        draw, loaded.state, arguments.seed, arguments.layers, arguments.rows, label
    )
    path = arguments.out or sample.default(loaded, arguments, "mixing")
    each = pictures.singles(grid, loaded.experiment.kind.picture)
    picture = pictures.mosaic(np.stack(each), columns=arguments.columns + 1)
    pictures.save_png(path, pictures.enlarged(picture, 768))
    print(path)

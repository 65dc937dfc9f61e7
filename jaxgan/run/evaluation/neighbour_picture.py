"""The picture of the samples that lie nearest to training examples."""

import pathlib

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.kinds.measures.measure import Near

COUNT, COLUMNS = 16, 4
"""Samples that are drawn, each beside the training example nearest to it."""


def write(path: pathlib.Path, samples: Sample, near: Near, data: RealData) -> None:
    """Draws the samples nearest to a training example, each left of that example."""
    order = np.argsort(near.distances, kind="stable")[:COUNT]
    nearest = data.train.examples(near.indices[order])._replace(given=())
    chosen = Sample(jax.tree.map(lambda x: x[order], samples.value))
    left, right = (
        pictures.singles(each, data.kind.picture) for each in (chosen, nearest)
    )
    pairs = [np.concatenate(pair, axis=1) for pair in zip(left, right)]
    picture = pictures.mosaic(np.stack(pairs), COLUMNS)
    pictures.save_png(path, pictures.enlarged(picture))

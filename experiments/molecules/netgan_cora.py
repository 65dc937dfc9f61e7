"""NetGAN on a graph of citations: walks that make another graph like it.

Bojchevski et al. 2018 (arXiv 1803.00816). `--path` is an .npz with 'edges' [E, 2], or
lines of two numbers. Edges are hidden, and found again by how often samples walk
between their ends; beside it the same figures of a rival that needs neither walks nor
a game (`evaluation.low_rank_graph`).

    python experiments/molecules/netgan_cora.py --path cora-ml-lcc.npz --variant small

Without `--path` the graph is a ring of 64 nodes with a few chords. `small` after 2,933
steps (five and a half minutes of a core per seed), of the 300 nodes around Cora-ML's
largest, mean ± deviation of three seeds, which also choose what is hidden:

                walks           low rank
    AUC         .916 ± .018     .864 ± .025
    precision   .920 ± .010     .882 ± .018
    overlap     .35 ± .01       .971 ± .005

The rival, fitted in seconds, has learned all edges that it was shown by heart; half of
all steps of the walks go along edges. Of seed 0 on the way:

    step        500     1,000   1,500   2,000   2,500   2,933
    AUC         .780    .822    .847    .860    .914    .926
    precision   .805    .831    .863    .869    .916    .924
    overlap     .22     .25     .30     .32     .36     .35

Published of the whole of Cora-ML: AUC .94 to .95.
"""

import dataclasses
import functools
import pathlib
from typing import Any

import jax
import numpy as np

from jaxgan import data, recipes
from jaxgan.core import Context, example_keys
from jaxgan.evaluation import graph_statistics as statistics
from jaxgan.evaluation.low_rank_graph import low_rank_scores
from jaxgan.games.latent import LatentGame
from jaxgan.models import netgan
from jaxgan.run import launch
from jaxgan.run.bounds import Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Graphs
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: pathlib.Path | None = None
    """Of the edges."""
    nodes: Count = 64
    """So many nodes around the one of most edges; Cora-ML has 2,810."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 128
    """Walks per step."""
    length: Count = 16
    """Nodes of a walk."""
    latent_size: int = 16
    """Numbers per latent."""
    hidden: int = 40
    """Features of the generator's LSTM; the critic's has three quarters."""
    width: int = 128
    """Numbers that a node is told by."""
    learning_rate: float = 3e-4
    """Adam's, for both players."""
    samples: Count = 100
    """Batches of walks that are counted, whenever figures are printed."""


VARIANTS = {
    "default": Config(),
    "cora": Config(nodes=2_810, samples=200),
    "small": Config(nodes=300, learning_rate=1e-3),
}
OPTIONS = Options(steps=20_000, log_every=100, sample_every=1_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.walks(config.path, config.nodes, config.length, seed=config.seed)
    game = LatentGame(
        netgan.Generator(config.nodes, config.length, config.hidden, config.width),
        netgan.Discriminator(max(1, 3 * config.hidden // 4), config.width),
        config.latent_size,
    )
    return Experiment(
        game=game,
        recipe=recipes.netgan(config.learning_rate),
        data=data.batches(source, config.batch_size, config.seed),
        kind=Graphs(source),
        measure=Figures(game, source, config),
    )


class Figures:
    """What walks foretell, and the same of the rival; of a state."""

    def __init__(self, game: LatentGame, source: data.Source, config: Config):
        self.source, self.config = source, config

        @jax.jit
        def nodes(variables, place):
            key = jax.random.fold_in(jax.random.key(1), place)
            context = Context(example_keys(key, config.batch_size))
            latent, _ = game.latent(variables, context)
            sample, _ = game.generate(variables, latent, context)
            return sample.value.argmax(-1)

        self.nodes = nodes

    def __call__(self, state) -> dict[str, float]:
        """Measures a state: by counts of transitions, and by low rank."""
        batches = range(self.config.samples)
        walks = np.concatenate([self.nodes(state.ema, place) for place in batches])
        counts = statistics.transitions(walks, self.config.nodes)
        return {
            **self.judged("walks", counts),
            "walks/along_edges": float(
                counts[self.opened.whole.adjacency].sum() / max(counts.sum(), 1.0)
            ),
            **self.rival,
        }

    @property
    def opened(self) -> Any:
        """The source, when it is there."""
        return getattr(self.source, "opened", self.source)

    @functools.cached_property
    def rival(self) -> dict[str, float]:
        """Figures of the rival, which stay."""
        return self.judged("rival", low_rank_scores(self.opened.split.train.adjacency))

    def judged(self, name: str, scores: np.ndarray) -> dict[str, float]:
        """Link prediction, and overlap with the edges that walks went along."""
        parts = self.opened.split
        found = statistics.links(scores, parts.hidden, parts.absent)
        made = statistics.graph_of(scores, len(parts.train.edges))
        overlap = statistics.edge_overlap(parts.train.adjacency, made)
        return {
            f"{name}/auc": found.auc,
            f"{name}/precision": found.precision,
            f"{name}/overlap": overlap,
        }


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config, batch_size=8, nodes=16, length=4, hidden=4, width=4, samples=2
    )


if __name__ == "__main__":
    launch.main(__file__)

"""Kinds of data: how examples are drawn, written, measured and reported.

`Kind` says what the rest of `jaxgan.run` asks of one; `images` is every experiment's
own unless it names another. A new kind is one file: a subclass of `Kind` that says what
is special about it. Experiments of stored runs import this module, so its path stays.
"""

from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.images import Images, images
from jaxgan.run.kinds.kind import Kind, Section, Subject
from jaxgan.run.kinds.measures.measure import Comparison, Material, Measure, Score
from jaxgan.run.kinds.measures.molecule_signals import molecule_signals
from jaxgan.run.kinds.molecules import Molecules
from jaxgan.run.kinds.node_walks import Graphs
from jaxgan.run.kinds.pairs import Domains, Pairs, domains, pairs
from jaxgan.run.kinds.points import Points, points
from jaxgan.run.kinds.predictions import Predictions, predictions
from jaxgan.run.kinds.route import Route
from jaxgan.run.kinds.videos import DigitVideos, Videos, videos

__all__ = [
    "Comparison",
    "DigitVideos",
    "Domains",
    "EvaluationProtocol",
    "Graphs",
    "Images",
    "Kind",
    "Material",
    "Measure",
    "Molecules",
    "Pairs",
    "Points",
    "Predictions",
    "Route",
    "Score",
    "Section",
    "Subject",
    "Videos",
    "domains",
    "images",
    "molecule_signals",
    "pairs",
    "points",
    "predictions",
    "videos",
]

"""Kinds of data: how examples are drawn, written, measured and reported.

`Kind` says what the rest of `jaxgan.run` asks of one; `images` is every experiment's
own unless it names another. A new kind is one file: a subclass of `Kind` that says what
is special about it. Experiments of stored runs import this module, so its path stays.
"""

from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.images import Images, images
from jaxgan.run.kinds.kind import Kind, Section, Subject
from jaxgan.run.kinds.measure import Material, Measure, Score
from jaxgan.run.kinds.points import Points, points

__all__ = [
    "EvaluationProtocol",
    "Images",
    "Kind",
    "Material",
    "Measure",
    "Points",
    "Score",
    "Section",
    "Subject",
    "images",
    "points",
]

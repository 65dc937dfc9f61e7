"""What of an example is made into what, in data of pictures made of pictures."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from jaxgan.core.types import Sample, Tree


class Route(NamedTuple):
    """One way through an example.

    Attributes:
      source: what is put into a generator, [B, ...].
      target: what stands for its output in the data, [B, ...]: the partner, or, where
        there are none, anything of the same domain.
      key: of the target among the values of an example, where they are several.
      direction: the game's name for it; '' if it has but one.
      back: that of the way back, if there is one.
    """

    source: Tree
    target: Tree
    key: str = ""
    direction: str = ""
    back: str = ""


class Translation(NamedTuple):
    """What a generator made of the source of a route.

    Attributes:
      source: it was made of.
      output: it is.
      target: it should be; None if nobody knows.
      back: what the way back makes of it; None if there is none.
    """

    source: Tree
    output: Tree
    target: Tree = None
    back: Tree = None


def as_sample(translations: Mapping[str, Translation]) -> Sample:
    """Makes one sample of what was made on all routes.

    Its value has the structure of the data's; what is given are sources; features are
    {"target": ..., "back": ...}, as far as there are any.

    Args:
      translations: by the keys of their routes.
    """
    parts: dict[str, Any] = {}
    for name in Translation._fields:
        each = {key: getattr(one, name) for key, one in translations.items()}
        known = {key: one for key, one in each.items() if one is not None}
        if known:
            parts[name] = known.get("", known)
    features = {name: parts[name] for name in ("target", "back") if name in parts}
    return Sample(parts["output"], parts["source"], features or ())


def translations_of(sample: Sample) -> dict[str, Translation]:
    """Takes apart what `as_sample` made, of one route or of several.

    Of real examples nothing is the output of anything: there are none.
    """
    features = sample.features
    if not isinstance(features, Mapping) or not features:
        features = {}
    if not isinstance(sample.value, Mapping):
        return {"": Translation(sample.given, sample.value, **features)}
    return {
        key: Translation(
            sample.given[key],
            output,
            **{name: part[key] for name, part in features.items() if key in part},
        )
        for key, output in sample.value.items()
    }

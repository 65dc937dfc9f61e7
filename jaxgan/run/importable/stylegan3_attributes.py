"""What StyleGAN3's pickles keep beside weights: what is read, and what it must be."""

from collections.abc import Iterable, Mapping
from typing import Any

from jaxgan.models.stylegan3 import Generator
from jaxgan.models.stylegan3.design import resampling
from jaxgan.run.importable import stylegan2_attributes
from jaxgan.run.importable.attributes import Facts, Rule, known, same, values

READ = {
    "critical_layers": ("num_critical", int),
    "margin": ("margin_size", int),
    "output_scale": ("output_scale", float),
    "magnitude_decay": ("magnitude_ema_beta", float),
}
"""Our names of what pickles tell, theirs, and the type."""
SETTINGS = {
    **stylegan2_attributes.SETTINGS,
    **{name: kind for name, (_, kind) in READ.items()},
    "first_cutoff": float,
    "first_stopband": float,
    "last_stopband": float,
    "oversampling": int,
}
DESIGNED = (
    *("is_torgb", "is_critically_sampled", "conv_kernel", "down_radial"),
    *("in_sampling_rate", "out_sampling_rate", "tmp_sampling_rate"),
    *("in_cutoff", "out_cutoff", "in_half_width", "out_half_width"),
    *("up_factor", "down_factor", "up_taps", "down_taps"),
    *("sampling_rate", "bandwidth", "channels"),
)
"""What follows from the design, and is compared with it: see `check_design`."""
ATTRIBUTES: dict[str, Rule] = {
    **stylegan2_attributes.ATTRIBUTES,
    **known(*DESIGNED, *(theirs for theirs, _ in READ.values())),
    **known("trainable_layers"),
}
"""What their pickles keep beside weights, and what it must be."""
FACTS = "designed"
"""Among settings: what pickles say of the design, by the name within the synthesis."""


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads what the attributes of a pickle say that shapes do not.

    Raises:
      ValueError: if layers, or the generator and its average, differ, or a number
        cannot be meant.
    """
    options = stylegan2_attributes.settings(facts)
    generators = [facts[name] for name in ("G_ema", "G") if name in facts]
    for name, (theirs, kind) in READ.items():
        found = values(generators, theirs)
        if found:
            options[name] = kind(_only_number(name, found))
    told = [_designed(facts) for facts in generators]
    for one in told:
        # What is around the first activation, which neither rate is above.
        factors = {x for name, x in one.items() if _is_first(name)}
        if factors:
            options["oversampling"] = int(_only_number("oversampling", factors))
    if told:
        # Either generator's: a name that both have must say the same.
        every = [(name, x) for one in told for name, x in one.items()]
        options[FACTS] = tuple(every)
    return options


def check_design(generator: Generator, told: Iterable[tuple[str, Any]]) -> None:
    """Compares what pickles say of rates, cutoffs and filters with our design.

    Args:
      generator: ours.
      told: the attributes, by their names within the synthesis.

    Raises:
      ValueError: naming the attribute, what was seen and what was wanted.
    """
    wanted = designed(generator)
    for name, value in told:
        if name not in wanted or not same(value, wanted[name]):
            other = wanted.get(name, "none of that name")
            raise ValueError(f"synthesis.{name}: saw {value!r}, wanted {other!r}")


def designed(generator: Generator) -> dict[str, Any]:
    """The attributes `DESIGNED` of a generator, by their names in the synthesis."""
    stages = generator.stages
    first = stages[0]
    made: dict[str, Any] = {
        "input.sampling_rate": first.rate,
        "input.bandwidth": first.cutoff,
        "input.channels": first.channels,
    }
    for place, (before, after) in enumerate(zip([first, *stages], stages)):
        colours = place == len(stages) - 1
        oversampling = 1 if colours else generator.oversampling
        size = 1 if colours else generator.kernel_size
        options = oversampling, generator.filter_size, generator.radial
        filters = resampling(before, after, size, *options)
        layer = {
            "is_torgb": colours,
            "is_critically_sampled": after.critical,
            "conv_kernel": size,
            "down_radial": generator.radial and not after.critical,
            "in_sampling_rate": before.rate,
            "out_sampling_rate": after.rate,
            "tmp_sampling_rate": before.rate * filters.up,
            "in_cutoff": before.cutoff,
            "out_cutoff": after.cutoff,
            "in_half_width": before.half_width,
            "out_half_width": after.half_width,
            "up_factor": filters.up,
            "down_factor": filters.down,
            "up_taps": _taps(filters.up_taps),
            "down_taps": _taps(filters.down_taps),
        }
        name = f"L{place}_{after.size}_{after.channels}"
        made |= {f"{name}.{attribute}": value for attribute, value in layer.items()}
    return made


def _taps(taps):
    return 1 if taps is None else len(taps)


def _designed(facts: Facts) -> dict[str, Any]:
    """What the synthesis says of its design, by the name within it."""
    found = {}
    for fact, value in facts.items():
        layer, _, attribute = fact.rpartition(".")
        inside = layer.rpartition("synthesis.")[2]
        if attribute in DESIGNED and inside != layer:
            found[f"{inside}.{attribute}"] = value
    return found


def _is_first(name: str) -> bool:
    return name.startswith("L0_") and name.endswith(".up_factor")


def _only_number(name: str, found: set[Any]) -> float:
    if len(found) > 1:
        seen = ", ".join(sorted(map(repr, found)))
        raise ValueError(f"{name}: saw {seen}, wanted one for all layers")
    (value,) = found
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{name}: saw {value!r}, wanted a number")
    return value

"""No config of an experiment can hold a number that cannot be meant."""

import dataclasses
import math
import typing
from typing import Annotated

import pytest

from jaxgan import data
from jaxgan.run.bounds import Bounds, Seed
from jaxgan.run.errors import RunError
from jaxgan.run.files import config_bounds, experiment_catalogue, experiment_file

EXPERIMENTS = experiment_catalogue.experiments()

NONE_IS_MEANT = {
    *("blur", "margin"),
    *("chain", "passes", "transport"),
    *("augment", "average_decay", "average_from", "b1", "b2", "condition_layers"),
    *("continuous", "cycle_weight", "dataset_limit", "decay_epochs"),
    *("discriminator_attention", "dropout", "identity_weight", "l1_weight", "pool"),
    *("chance", "embedding", "gamma", "group", "shared"),
    *("generator_attention", "half_life", "halvings", "limit", "mapping_layers"),
    *("mixing", "noise", "orthogonality", "path_weight", "penalty", "seed", "target"),
    *("adversarial_weight", "content_weight", "freeze", "layer_weights"),
    *("adversarial_share", "reward_start"),
    *("pixel_steps", "pixel_weight", "weight", "stable", "fading"),
    *("grid_cells", "guidance", "sparsity", "weight_decay"),
}
"""Fields of which 0 means something: no penalty, no average, the first block."""
NEGATIVE_IS_MEANT = {"target"}


def bad_values(name, value):
    """Numbers instead of a value, or of the first of several."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return [(bad, *value[1:]) for bad in bad_values(name, value[0])]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    found = [] if name in NEGATIVE_IS_MEANT else [type(value)(-1)]
    if name not in NONE_IS_MEANT:
        found.append(type(value)(0))
    whole = isinstance(value, int)
    return found if whole else [*found, -2.0, math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_number_of_every_experiment(experiment):
    """Before any data are looked for, and before anything is made."""
    module = experiment_file.load_module(EXPERIMENTS[experiment])
    hints, tried = typing.get_type_hints(module.Config), 0
    config = next(iter(module.VARIANTS.values()))
    for field in dataclasses.fields(module.Config):
        value = getattr(config, field.name)
        if value is None:
            hint = str(hints[field.name])
            value = 1.0 if "float" in hint else 1 if "int" in hint else ""
        for bad in bad_values(field.name, value):
            changed = dataclasses.replace(config, **{field.name: bad})
            with data.blank(), pytest.raises(RunError, match=rf"{field.name}.*: saw "):
                experiment_file.build(module, changed)
            tried += 1
    assert tried > 5


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_what_variants_have_is_meant(experiment):
    module = experiment_file.load_module(EXPERIMENTS[experiment])
    for config in module.VARIANTS.values():
        config_bounds.check(config)
        config_bounds.check(module.tiny(config))


@dataclasses.dataclass(frozen=True)
class Deep:
    learning_rate: float = 1e-3


@dataclasses.dataclass(frozen=True)
class Config:
    run_seed: Seed = 0
    shift: float = 0.5
    width: float = 0.5
    size: int = -1
    most: float = math.inf
    batch_size: Annotated[int, Bounds(least=0)] = 4
    deep: Deep = dataclasses.field(default_factory=Deep)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shift": -3.0}, None),
        ({"shift": math.nan}, "shift: saw nan, wanted a finite number"),
        ({"run_seed": -1}, "run_seed: saw -1, wanted a whole number from 0 to 2"),
        # What is no whole number is no count.
        ({"width": 0.1}, None),
        ({"width": 0.0}, "width: saw 0.0, wanted more than 0"),
        # A variant has -1, so the name means something else here.
        ({"size": -2}, None),
        ({"most": 3.0}, None),
        ({"most": math.nan}, "most: saw nan"),
        # What the annotation says goes before the name.
        ({"batch_size": 0}, None),
        ({"batch_size": -1}, "batch_size: saw -1, wanted at least 0"),
        ({"deep": Deep(0.0)}, "deep.learning_rate: saw 0.0, wanted more than 0"),
    ],
)
def test_configs_of_others(changes, said):
    config = dataclasses.replace(Config(), **changes)
    if said is None:
        config_bounds.check(config, [Config()])
        return
    with pytest.raises(RunError) as error:
        config_bounds.check(config, [Config()])
    assert said in str(error.value)

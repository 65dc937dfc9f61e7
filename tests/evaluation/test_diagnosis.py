"""Recorded runs, of which it is known what is wrong, and histories made by hand.

`histories.jsonl` was made by `experiments/benchmarks/failures.py --histories`.
"""

import importlib
import json
import pathlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan.evaluation import rules_of_players, rules_of_samples
from jaxgan.evaluation.diagnosis import NO_HELD_OUT, RULES, TOO_EARLY, diagnose
from jaxgan.evaluation.history import History, of_seed

from .failing_runs import CASES, CURES, figure, is_right

RUNS = [
    json.loads(line)
    for line in pathlib.Path(__file__).with_name("histories.jsonl").open()
]
ROWS = {(run["case"], run["seed"]): run["rows"] for run in RUNS}

"""What the page must know of the library: recipes, shapes, thresholds, advice."""

from typing import Any

import numpy as np

from jaxgan import __version__, data
from jaxgan.diagnosis import diagnose as diagnosis_of
from jaxgan.diagnosis import names, player_rules, sample_rules, variety
from jaxgan.diagnosis.diagnose import FEWEST
from jaxgan.evaluation import modes
from jaxgan.run.lesson import graphs, toy_game

REACH = 1.6
"""The square that is shown goes from -REACH to REACH."""


def shapes() -> dict[str, dict[str, Any]]:
    """Makes the data that can be chosen: even mixtures of Gaussians."""
    turn = np.linspace(0.6, 3.6, 60)[:, None] * np.pi
    spiral = turn / turn.max() * np.concatenate([np.cos(turn), np.sin(turn)], 1)
    arc = np.linspace(0.0, np.pi, 24)
    upper = np.stack([np.cos(arc) - 0.5, np.sin(arc) - 0.25], 1)
    moons = 0.8 * np.concatenate([upper, -upper])
    made = {
        "ring": ("Ring", data.ring_centres(), 0.03),
        "grid": ("Grid", data.grid_centres(spacing=0.5), 0.02),
        "spiral": ("Spiral", 1.2 * spiral, 0.03),
        "moons": ("Moons", moons, 0.04),
    }
    return {
        name: {
            "title": title,
            "centres": np.round(centres, 4).tolist(),
            "deviation": deviation,
        }
        for name, (title, centres, deviation) in made.items()
    }


def numbers() -> dict[str, float]:
    """Finds the library's thresholds that the page's rules use, by their names."""
    of_players = ("SURE", "GUESSING", "BEHIND", "APART", "FAR", "ENDLESS", "FAINT")
    constants = {
        player_rules: (*of_players, "FLAT", "SWINGING", "WIDE"),
        sample_rules: ("ALIKE", "UNCOVERED", "GOOD", "FAIR"),
        variety: ("NEIGHBOURS", "SAME"),
        modes: ("HIGH_QUALITY",),
    }
    found = {
        name: getattr(room, name) for room, all_ in constants.items() for name in all_
    }
    return {**found, "FEWEST": FEWEST}


def ill_histories() -> list[list[dict[str, Any]]]:
    """Makes a history of every failure that the page can find."""
    still: list[dict[str, Any]] = [
        {names.RANKING: 1.0, names.LOSS_SLOPE: 0.001, names.REACH: 0.0},
        {names.RANKING: 0.5, names.TOLD_APART: 1.0, names.DISTANCE: 1.0},
        {
            **{names.EFFECTIVE_NUMBER: 1.0, names.DATA_EFFECTIVE_NUMBER: 8.0},
            **{names.COVERAGE: 0.1, names.DATA_COVERAGE: 1.0},
            **{names.PRECISION: 1.0, names.DATA_PRECISION: 1.0},
        },
        {"not_finite": [names.GENERATOR_LOSS], "leaf": "step"},
    ]
    steps = range(1, 25)
    swinging = [
        {
            "step": step,
            f"{names.POSITION}0": float((-1) ** step),
            f"{names.POSITION}1": 0.0,
            **{names.DISTANCE: 1.0, names.GENERATOR_LOSS: 0.0},
        }
        for step in steps
    ]
    return [*([{"step": step, **row} for step in steps] for row in still), swinging]


def advice() -> dict[str, list[str]]:
    """Asks the library what it advises on every finding."""
    findings = [
        finding
        for history in ill_histories()
        for finding in diagnosis_of(history).findings
    ]
    return {finding.name: list(finding.advice) for finding in findings}


def recipe_card(name: str, moves: dict[str, graphs.Graph]) -> dict[str, Any]:
    """Describes a recipe, and the state that its game begins with.

    That is the variables of a seed, and beside them zeros but for a few ('rest').
    """
    chosen, vectors = toy_game.CHOICES[name], graphs.Vectors(name)
    floats, counts = map(np.asarray, vectors.of(graphs.first_state(name)))
    if np.any(counts):
        raise ValueError(f"{name}: saw counts that begin at another number than 0")
    rest = np.flatnonzero(floats[vectors.variables :]) + vectors.variables
    return {
        "title": chosen.title,
        "rates": chosen.rates._asdict(),
        "critic_steps": chosen.critic_steps,
        "floor": chosen.floor,
        "floats": vectors.floats,
        "counts": vectors.counts,
        "rest": [[int(at), float(floats[at])] for at in rest],
        "metrics": {player: list(graph.metrics) for player, graph in moves.items()},
    }


def first_variables() -> np.ndarray:
    """Makes the variables that games begin with, [SEEDS, V]."""
    name, rows = next(iter(toy_game.CHOICES)), []
    vectors = graphs.Vectors(name)
    for seed in range(graphs.SEEDS):
        floats, _ = vectors.of(graphs.first_state(name, seed))
        rows.append(np.asarray(floats[: vectors.variables]))
    return np.stack(rows)


def card(moves: dict[str, dict[str, graphs.Graph]]) -> dict[str, Any]:
    """Makes all of it, of the moves by recipe and player."""
    return {
        "version": __version__,
        "recipes": {name: recipe_card(name, both) for name, both in moves.items()},
        "shapes": shapes(),
        "numbers": numbers(),
        "advice": advice(),
        "seeds": graphs.SEEDS,
        "variables": graphs.Vectors("minimax").variables,
        "batch": toy_game.BATCH,
        "samples": graphs.SAMPLES,
        "fold": graphs.FOLD,
        "lattice": graphs.LATTICE,
        "reach": REACH,
    }

"""jaxgan: generative adversarial networks in JAX.

A GAN is a game between two players. `make_step(game, turns, optimizers)` turns its
description into one pure function, `step(state, batch) -> (state, metrics)`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaxgan.core import (
        Augment,
        Context,
        Game,
        Loss,
        Players,
        Sample,
        State,
        Term,
        Turn,
        Verdict,
        init_state,
        make_step,
    )

__version__ = "0.1.0"

__all__ = [
    "Augment",
    "Context",
    "Game",
    "Loss",
    "Players",
    "Sample",
    "State",
    "Term",
    "Turn",
    "Verdict",
    "__version__",
    "init_state",
    "make_step",
]


def __getattr__(name: str) -> Any:
    # On first use, so that `jaxgan --help` does not wait for JAX.
    if name not in __all__:
        raise AttributeError(f"module 'jaxgan' has no attribute {name!r}")
    return getattr(importlib.import_module("jaxgan.core"), name)

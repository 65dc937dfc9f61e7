"""Which map does a GAN learn? Several methods and seeds, against the optimal one.

    python experiments/benchmarks/flows/maps.py --steps 4000 --picture maps.png

Trains `experiments/transformers/afm_toy.py` (its `small`): adversarial flow models with
and without their price of transport, R3GAN and WGAN-GP, the seeds of each side by side
in one program. Prints a table: roots of mean squares over z of G(z) - T(z), with T the
optimal map; of G(z) - G'(z) between two seeds, for all pairs; and the Wasserstein
distance of the samples to the data. Means ± standard deviations over seeds, or pairs.
"""

import dataclasses
import functools
import itertools
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
import tyro

from jaxgan import make_step
from jaxgan.core import Context, Sample, example_keys, init_state
from jaxgan.core.state import SEED_AXES
from jaxgan.run.files import experiment_file

TOY = pathlib.Path(__file__).resolve().parents[2] / "transformers" / "afm_toy.py"
toy = experiment_file.load_module(TOY)
METHODS = {
    "AFM": {},
    "AFM without its price": {"transport": 0.0},
    "R3GAN": {"recipe": "r3gan"},
    "WGAN-GP": {"recipe": "wgan_gp"},
}


@dataclasses.dataclass(frozen=True)
class Options:
    """How long, how often, how large."""

    steps: int = 4_000
    """Of every run; WGAN-GP's generator moves on every fifth."""
    seeds: int = 3
    """Runs of every method."""
    width: int = 128
    """Features of the hidden layers."""
    batch_size: int = 256
    """Numbers per step."""
    learning_rate: float = 5e-4
    """Of both players."""
    chunk: int = 200
    """Steps of one call of the program."""
    only: tuple[str, ...] = ()
    """Methods, by name; none: all."""
    picture: str = ""
    """Where to draw the maps: a .png; '': nowhere."""


def maps(config, options: Options) -> np.ndarray:
    """Trains all seeds of a method; what their averages make of the noise, [S, N]."""
    experiment = toy.build(config)
    recipe, game = experiment.recipe, experiment.game
    rows = jnp.asarray(experiment.data.source.values)
    step = make_step(game, recipe.turns, recipe.optimizers, ema_decay=recipe.ema_decay)

    def begin(key):
        batch = Sample(rows[: options.batch_size])
        return init_state(key, game, recipe.turns, recipe.optimizers, batch)

    def one(state, batch):
        return step(state, batch)[0]

    seeds = jax.vmap(one, in_axes=(SEED_AXES, 0), out_axes=SEED_AXES)

    @functools.partial(jax.jit, donate_argnums=0)
    def chunk(states, key):
        def body(states, key):
            shape = (options.seeds, options.batch_size)
            places = jax.random.randint(key, shape, 0, len(rows))
            return seeds(states, Sample(rows[places])), None

        return jax.lax.scan(body, states, jax.random.split(key, options.chunk))[0]

    keys = jax.vmap(jax.random.key)(jnp.arange(options.seeds))
    states = jax.jit(jax.vmap(begin, out_axes=SEED_AXES))(keys)
    for part in range(options.steps // options.chunk):
        states = chunk(states, jax.random.fold_in(jax.random.key(99), part))
    latent = Sample(jnp.asarray(toy.noise()))
    context = Context(example_keys(jax.random.key(0), toy.PLACES))

    def mapped(variables):
        return game.generate(variables, latent, context)[0].value[:, 0]

    return np.asarray(jax.jit(jax.vmap(mapped))(states.ema), np.float64)


def root(differences: np.ndarray) -> np.ndarray:
    """The root of the mean of squares over the last axis."""
    return np.sqrt(np.mean(differences**2, axis=-1))


def told(values) -> str:
    """A mean and a standard deviation."""
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def line(name: str, seen: np.ndarray) -> str:
    """A row of the table."""
    wanted = toy.optimal_map()
    pairs = [root(a - b) for a, b in itertools.combinations(seen, 2)] or [0.0]
    cells = [told(root(seen - wanted)), told(pairs)]
    cells.append(told(root(np.sort(seen, axis=1) - wanted)))
    return " | ".join([f"| {name}", *cells]) + " |"


def draw(path: str, found: dict[str, np.ndarray]) -> None:
    """Draws every seed's map over the optimal one, a method beside the other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3 * len(found), 3.2), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    z, wanted = toy.noise()[:, 0], toy.optimal_map()
    for axes, (name, seen) in zip(
        np.ravel(figure.subplots(1, len(found))), found.items()
    ):
        axes.plot(z, wanted, c="0.75", linewidth=4)
        for row in seen:
            axes.plot(z, row, linewidth=1)
        axes.set_title(name, fontsize=9)
        axes.set_ylim(-2.2, 2.2)
    figure.savefig(path)


def main(options: Options) -> None:
    """Trains, prints and draws."""
    found = {}
    print("| method | from the optimal map | between seeds | samples from the data |")
    print("|---|---|---|---|")
    for name, changes in METHODS.items():
        if options.only and name not in options.only:
            continue
        config = dataclasses.replace(
            toy.SMALL,
            width=options.width,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            half_life=100.0 * options.batch_size,
            **changes,
        )
        begun = time.process_time()
        found[name] = maps(config, options)
        seconds = time.process_time() - begun
        print(line(name, found[name]), f"<!-- {seconds:.0f} s -->", flush=True)
    if options.picture:
        draw(options.picture, found)


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))

"""What a generator is made of as functions of arrays, which may be exported."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import (
    Applicable,
    Chained,
    Mapped,
    Stepped,
    Truncatable,
    conditioned,
    directed,
    is_labelled,
    observed,
)
from jaxgan.core.context import Context
from jaxgan.core.timed import untimed
from jaxgan.core.types import Sample, State, Tree, Variables
from jaxgan.run.application.application import Application
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.sampling.labels import class_names
from jaxgan.run.sampling.picture_decoder import PictureDecoder


class Axes(NamedTuple):
    """An input: [*axes], of which some are known when the model runs.

    Attributes:
      axes: numbers, or names such as 'b', 'h' or '8*h'.
      dtype: of its numbers; uint32 are keys.
      about: what it is, in a line.
    """

    axes: tuple[int | str, ...]
    dtype: str
    about: str


class Part(NamedTuple):
    """A function of a generator.

    Attributes:
      function: f(*arrays) -> arrays, in the order of inputs and outputs.
      inputs: by name.
      outputs: names.
    """

    function: Callable[..., Any]
    inputs: Mapping[str, Axes]
    outputs: tuple[str, ...]

    def examples(self, count: int, side: int = 2) -> list[jax.Array]:
        """Makes inputs of so many examples, the same every time; n is `side` of 8*n."""
        generator = np.random.default_rng(count)
        arrays = []
        for name, (axes, dtype, _) in self.inputs.items():
            values = {"b": count, "h": side, "w": side + 1}
            shape = [_side(axis, values) for axis in axes]
            if dtype == "float32" and shape:
                array = generator.normal(size=shape)
                array = np.tanh(array) if name == "image" else array
            elif dtype == "float32":
                array = np.asarray(0.7)
            elif name == "key":
                array = np.asarray([0, 7])
            elif dtype == "uint32":
                array = generator.integers(0, 2**32, shape)
            else:
                array = np.arange(count) % (2 if name == "labels" else 2**31)
            arrays.append(jnp.asarray(array.astype(dtype)))
        return arrays


def _side(axis: int | str, values: Mapping[str, int]) -> int:
    """The length of an axis like 3, 'b' or '8*h'."""
    if isinstance(axis, int):
        return axis
    number, _, name = axis.rpartition("*")
    return int(number or 1) * values[name]


class Parts(NamedTuple):
    """What is exported of a run.

    Attributes:
      kind: 'latent', 'style' or 'picture': how the parts go together.
      parts: by name, in the order that they are called in.
      multiple: of which the sides of pictures must be.
      classes: names, of labels.
    """

    kind: str
    parts: dict[str, Part]
    multiple: int = 1
    classes: tuple[str, ...] = ()


Shown = Callable[[jax.Array], jax.Array]
"""f(values) -> what is looked at: pictures, where values are latents."""
B = "b"
KEYS = Axes((B, 2), "uint32", "two numbers per example that its noise is drawn by")
KEY = Axes((2,), "uint32", "the seed, its high and its low 32 bits")
INDEX = Axes((B,), "int32", "which samples of the seed: 0, 1, 2, ...")
LABELS = Axes((B,), "int32", "numbers of classes")


def parts(
    experiment: Experiment,
    state: State,
    direction: str | None = None,
    ema: bool = True,
) -> Parts:
    """Finds the functions of a run's generator.

    Args:
      experiment: whose game it is.
      state: with the generator's variables.
      direction: of a game that maps both ways.
      ema: take the running average of the generator.

    Raises:
      RunError: if it is made of nothing that can be told apart here.
    """
    game: Any = experiment.game
    variables = state.ema if ema else state.variables.generator
    if isinstance(game, Applicable):
        application = Application(experiment, state, direction=direction, ema=ema)
        chosen = directed(experiment.game, direction)
        return _of_pictures(chosen, variables, state.step, application)
    if direction is not None:
        raise RunError(
            "--direction: this generator makes pictures of noise: leave it out"
        )
    _check_program(game)
    classes = class_names(experiment) if is_labelled(game) else ()
    of = _of_styles if isinstance(game, Mapped) else _of_latents
    shown = PictureDecoder(experiment).traced()
    return of(game, variables, state.step, classes, shown)


def _check_program(game: Any) -> None:
    """Checks that samples are one program; of a `Stepped` game all passes are."""
    if isinstance(game, Chained) and not isinstance(game, Stepped):
        raise RunError(
            f"{type(game).__name__} makes its samples in many passes, which no "
            "single network does"
        )


def _context(keys: jax.Array, step: Any) -> Context:
    return Context(jax.random.wrap_key_data(keys), step=step)


def _drawn(game: Any, draw: Callable, step: Any, classes: int) -> Part:
    """The latents of samples of a seed, as `jaxgan sample` draws them."""
    game = conditioned(game, None, classes)

    def latents(key, index):
        key = jax.random.wrap_key_data(key)
        keys = jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, index)
        sample = draw(game, Context(keys, step=step))
        given = jax.tree.leaves(untimed(sample.given))
        return [sample.value, jax.random.key_data(keys), *given]

    names = ("z", "keys", *(["labels"] if classes else []))
    return Part(latents, {"key": KEY, "index": INDEX}, names)


def _latent_type(game: Any, draw: Callable, step: Any, classes: int) -> Any:
    """The type [Z] of one example's latent.

    Raises:
      RunError: if it is more than numbers and a label.
    """
    keys = jax.ShapeDtypeStruct((1,), jax.random.key(0).dtype)
    fakes = conditioned(game, None, classes)
    sample = jax.eval_shape(lambda keys: draw(fakes, Context(keys, step=step)), keys)
    known = isinstance(sample, Sample)
    given = jax.tree.leaves(untimed(sample.given)) if known else None
    plain = given is not None and hasattr(sample.value, "shape")
    if not plain or len(given or ()) > 1:
        raise RunError(
            f"latents: saw those of a {type(game).__name__}, wanted one array and at "
            "most one label per example"
        )
    return sample.value


def _of_latents(
    game: Any, variables: Variables, step: Any, names: tuple[str, ...], shown: Shown
) -> Parts:
    def draw(game, context):
        return game.latent(variables, context)[0]

    latent = _latent_type(game, draw, step, len(names))

    def generate(z, keys, *labels):
        sample = Sample(z, labels[0] if labels else ())
        made, _ = game.generate(variables, sample, _context(keys, step))
        return shown(_value(observed(game, made).value))

    z = Axes((B, *latent.shape[1:]), "float32", "latents, drawn as latents.onnx does")
    inputs = {"z": z, "keys": KEYS, **({"labels": LABELS} if names else {})}
    drawn = _drawn(game, draw, step, len(names))
    generator = Part(generate, inputs, ("value",))
    return Parts("latent", {"latents": drawn, "generator": generator}, 1, names)


def _of_styles(
    game: Any, variables: Variables, step: Any, names: tuple[str, ...], shown: Shown
) -> Parts:
    def draw(game, context):
        return game.noise(context)

    latent = _latent_type(game, draw, step, len(names))
    mean = _mean_style(game)

    def mapping(z, psi, keys, *labels):
        noise = Sample(z, labels[0] if labels else ())
        context = _context(keys, step)
        near, far = (g.mapped(variables, noise, context).value for g in (mean, game))
        return near + psi * (far - near)

    def synthesis(w, keys):
        made, _ = game.generate(variables, Sample(w), _context(keys, step))
        return shown(_value(observed(game, made).value))

    z = Axes((B, *latent.shape[1:]), "float32", "latents, normal")
    psi = Axes((), "float32", "truncation: the share of the way from the mean style")
    inputs = {"z": z, "psi": psi, "keys": KEYS, **({"labels": LABELS} if names else {})}
    styles = jax.eval_shape(mapping, *Part(mapping, inputs, ()).examples(1))
    w = Axes((B, *styles.shape[1:]), "float32", "styles, one of every layer")
    made = {
        "latents": _drawn(game, draw, step, len(names)),
        "mapping": Part(mapping, inputs, ("w",)),
        "synthesis": Part(synthesis, {"w": w, "keys": KEYS}, ("value",)),
    }
    return Parts("style", made, 1, names)


def _mean_style(game: Any) -> Any:
    """The same game, whose styles are the mean one, if it has one."""
    return game.truncated(0.0) if isinstance(game, Truncatable) else game


def _of_pictures(
    game: Any, variables: Variables, step: Any, application: Application
) -> Parts:
    multiple = application.sizes.multiple
    sides = tuple(f"{multiple}*{side}" if multiple > 1 else side for side in "hw")
    image = Axes((B, *sides, application.sizes.channels), "float32", "pictures")

    def generate(image, keys):
        return _value(game.apply(variables, image, _context(keys, step)).value)

    generator = Part(generate, {"image": image, "keys": KEYS}, ("value",))
    return Parts("picture", {"generator": generator}, multiple)


def _value(value: Tree) -> jax.Array:
    """What is made, if it is one array.

    Raises:
      RunError: if it is several.
    """
    leaves = jax.tree.leaves(value)
    if len(leaves) != 1:
        raise RunError(f"samples: saw {len(leaves)} arrays, wanted one")
    return leaves[0]

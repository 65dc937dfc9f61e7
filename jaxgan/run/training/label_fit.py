"""Whether networks and terms have room for the labels of the data."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.abilities import conditioned, drawn_classes, is_labelled
from jaxgan.core.context import Context, example_keys
from jaxgan.core.types import Game, Sample, State, Tree
from jaxgan.run.experiment import Experiment
from jaxgan.run.sampling.labels import class_names
from jaxgan.run.training.label_tables import LabelTable, depends, tables


def check(
    experiment: Experiment, seeds: int, step: Any, state: State, batch: Tree
) -> None:
    """Checks that there is no label of the data that a table has no row for.

    Args:
      experiment: that is trained.
      seeds: how many runs there are side by side.
      step: f(state, batch), traced to a jaxpr.
      state: its shapes.
      batch: its shapes.

    Raises:
      ValueError: if there is one, naming the table; or if samples are conditioned on
        labels, and the generator is not.
    """
    classes = class_names(experiment)
    if not classes:
        return
    drawn = drawn_classes(experiment.game)
    if drawn not in (0, len(classes)):
        raise ValueError(
            f"classes: saw fakes of {drawn}, wanted them of the {len(classes)} of the "
            f"data: {_listed(classes)}"
        )
    marks: Any = jax.tree.map(lambda leaf: False, (state, batch))
    if isinstance(batch, Sample):
        given = jax.tree.map(_is_label, batch.given)
        marks = marks[0], marks[1]._replace(given=given)
    found = list(tables(step, jax.tree.leaves(marks)))
    if is_labelled(experiment.game):
        variables = state.variables.generator
        if seeds > 1:
            variables = jax.tree.map(
                lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), variables
            )
        size = experiment.data.batch_size
        found += _of_generator(experiment.game, variables, size)
    _refuse([one for one in found if one.rows < len(classes)], classes)


def _is_label(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jnp.integer)


def _of_generator(game: Game, variables: Tree, size: int) -> list[LabelTable]:
    """Finds the generator's tables, whoever draws its labels.

    Raises:
      ValueError: if its samples do not depend on labels at all.
    """

    def generate(variables, labels):
        context = Context(
            example_keys(jax.random.key(0), size),
            step=jnp.zeros((), jnp.int32),
            train=True,
        )
        told = conditioned(game, labels)
        latent, variables = told.latent(variables, context)
        return told.generate(variables, latent, context)[0].value

    labels = jax.ShapeDtypeStruct((size,), jnp.int32)
    program = jax.make_jaxpr(generate)(variables, labels)
    count = len(jax.tree.leaves(variables))
    marks = [*[False] * count, True]
    if not depends(program, marks):
        raise ValueError(
            "classes: saw labels that the generator does not look at, wanted a "
            "generator with classes, or a game that is conditioned on nothing"
        )
    return list(tables(program, marks))


def _refuse(small: Sequence[LabelTable], classes: Sequence[str]) -> None:
    if not small:
        return
    least = min(small, key=lambda table: table.rows)
    where = f" ({least.name})" if least.name else ""
    raise ValueError(
        f"classes: saw networks or terms for {least.rows}{where}, wanted them for the "
        f"{len(classes)} of the data: {_listed(classes)}"
    )


def _listed(classes: Sequence[str]) -> str:
    return ", ".join(classes[:8]) + (", ..." if len(classes) > 8 else "")

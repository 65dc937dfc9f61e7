"""What each primitive of JAX becomes: one function each, by its name.

A rule is f(lowering, equation, *names) -> the name of the result, or a list of names.
"""

from jaxgan.export.rules import (
    control,
    convolutions,
    elementwise,
    indexing,
    integers,
    randoms,
    reductions,
    shapes,
)

TABLES = (elementwise, integers, shapes, reductions, convolutions, indexing, randoms)
RULES = {name: rule for table in TABLES for name, rule in table.RULES.items()}
RULES |= {name: integers.wrapping(RULES[name]) for name in integers.WRAPPING}
CONTROLS = control.CONTROLS

"""Which arrays of one set of networks fit into another, by name, shape and type."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from jaxgan.core.types import Players

MOST = 8
"""Lines about what does not fit."""

PLACES = {f"variables/{name}": name for name in Players._fields} | {"ema": "average"}
"""What stands for where an array lies in a state."""


class Shape(NamedTuple):
    """Describes an array.

    Attributes:
      sizes: of its axes.
      dtype: the name of its type.
    """

    sizes: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        plain = self.dtype == "float32"
        return f"{list(self.sizes)}" + ("" if plain else f" {self.dtype}")


class LeafMatch(NamedTuple):
    """Tells what fits; names are those of the arrays in a state.

    Attributes:
      copied: names of what does.
      unlike: of what has another shape or type: (seen, wanted).
      missing: names of what there is nothing for.
      left: names of what nothing is wanted for.
      classes: of the data there and here, where both are known: what explains shapes.
    """

    copied: tuple[str, ...]
    unlike: dict[str, tuple[Shape, Shape]]
    missing: tuple[str, ...]
    left: tuple[str, ...]
    classes: tuple[int, int] = (0, 0)

    def lines(self, start: str) -> list[str]:
        """Says so for people.

        What holds of whole modules is said once, and of the average only if it does not
        hold of the generator.

        Args:
          start: begins the first line.
        """
        wanted = {*self.copied, *self.unlike, *self.missing}
        counts = [
            f"{place} {_count(self.copied, path)} of {_count(wanted, path)}"
            for path, place in PLACES.items()
            if _count(wanted, path)
        ]
        unlike = [
            f"{_place(name)}: saw {seen}, wanted {want}{self._why(seen, want)}"
            for name, (seen, want) in self.unlike.items()
            if not _is_repeated(name, self.unlike)
        ]
        stored = {*self.copied, *self.unlike, *self.left}
        missing = [f"{x}: saw none" for x in _modules(self.missing, wanted)]
        left = [f"{x}: wanted none" for x in _modules(self.left, stored)]
        lines = [*unlike, *missing, *left]
        if len(lines) > MOST:
            lines[MOST - 1 :] = [f"and {len(lines) - MOST + 1} more"]
        title = f"{start}: arrays copied: {', '.join(counts)}"
        return [title, *(f"  {line}" for line in lines)]

    def _why(self, seen: Shape, wanted: Shape) -> str:
        """Says so where shapes differ just as the numbers of classes do."""
        there, here = self.classes
        pairs = {*zip(seen.sizes, wanted.sizes)} if there and here else set()
        unlike = {pair for pair in pairs if pair[0] != pair[1]}
        same = len(seen.sizes) == len(wanted.sizes)
        if same and unlike == {(there, here)}:
            return f" (classes: {there} there, {here} here)"
        return ""

    def record(self) -> dict[str, Any]:
        """Says so in full, as JSON."""
        unlike = {
            name: {"seen": str(seen), "wanted": str(wanted)}
            for name, (seen, wanted) in self.unlike.items()
        }
        return {
            "copied": list(self.copied),
            "unlike": unlike,
            "missing": list(self.missing),
            "left_out": list(self.left),
        }


def match(seen: Mapping[str, Shape], wanted: Mapping[str, Shape]) -> LeafMatch:
    """Compares what there is with what is wanted, by name."""
    both = [name for name in wanted if name in seen]
    return LeafMatch(
        tuple(name for name in both if seen[name] == wanted[name]),
        {n: (seen[n], wanted[n]) for n in both if seen[n] != wanted[n]},
        tuple(name for name in wanted if name not in seen),
        tuple(name for name in seen if name not in wanted),
    )


def _count(names: Iterable[str], path: str) -> int:
    return sum(name.startswith(f"{path}/") for name in names)


def _place(name: str) -> str:
    """Names it for people: 'generator/params/Dense_0/kernel', 'average/...'."""
    path = next(path for path in PLACES if f"{name}/".startswith(f"{path}/"))
    return PLACES[path] + name.removeprefix(path)


def _is_repeated(name: str, names: Collection[str]) -> bool:
    """Tells whether a name is of the average, and the generator's is there too."""
    head, _, rest = name.partition("/")
    return head == "ema" and f"variables/generator/{rest}" in names


def _modules(names: Collection[str], among: Collection[str]) -> list[str]:
    """Finds the largest modules with all arrays named: 'x', or 'x (3 arrays)'."""
    chosen = set(names)
    modules: dict[str, int] = {}
    for name in names:
        if _is_repeated(name, chosen):
            continue
        parts = name.split("/")
        start = 1 if parts[0] == "ema" else 2
        for end in range(start, len(parts) + 1):
            path = "/".join(parts[:end])
            inside = [x for x in among if f"{x}/".startswith(f"{path}/")]
            if chosen.issuperset(inside):
                modules[path] = len(inside)
                break
    return [
        _place(path) + (f" ({count} arrays)" if count > 1 else "")
        for path, count in modules.items()
    ]

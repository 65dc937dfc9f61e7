"""Command lines: a frozen dataclass says what may stand on one, and tyro reads it.

A field is an option, `--like-this`; its docstring is the help, and its annotation may
say what a number can be: `jaxgan.run.bounds`. Options of a nested dataclass follow
those of the command itself in the help, as a group.
"""

import contextlib
import dataclasses
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Protocol, TypeVar, get_args

import tyro
from tyro.constructors import PrimitiveConstructorSpec

from jaxgan.run import bounds
from jaxgan.run.errors import RunError, suggestion

refusals: Any = None
with contextlib.suppress(ImportError):
    # It is not promised: where a later tyro has none, it words errors in its own way.
    from tyro import _errors as refusals

T = TypeVar("T")

COMMAND = (
    tyro.conf.OmitArgPrefixes,
    tyro.conf.FlagCreatePairsOff,
    tyro.conf.DisallowNone,
)
"""How commands are read: groups do not rename their options, flags are only set, and
what is left out cannot be written out."""

TYPE_NAMES = {int: "a whole number", float: "a number"}


class Command(Protocol):
    """What every command of `jaxgan` is: fields to parse, and what to do with them."""

    def execute(self) -> None:
        """Does it.

        Raises:
          RunError: if it cannot be done.
        """


def option(metavar: str | None = None, default: str | None = None) -> Any:
    """Annotates an option with what its help shows.

    Args:
      metavar: stands for the value; by default the type.
      default: what holds without the option; '' if the docstring tells. None: the
        field's default as it is.
    """
    hint = default and f"(default: {default})"
    return tyro.conf.arg(metavar=metavar, help_behavior_hint=hint)


Flag = Annotated[bool, option(default="")]
"""The type of an option without a value."""


def _numbers(words: list[str]) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in words[0].split(","))
    except ValueError:
        raise ValueError("wanted numbers, such as 1,0.7,0.5") from None


Numbers = Annotated[
    tuple[float, ...] | None,
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="NUMBERS",
        instance_from_str=_numbers,
        is_instance=lambda value: value is None or isinstance(value, tuple),
        str_from_instance=lambda value: [",".join(map(str, value or ()))],
    ),
]
"""The type of numbers with commas between them: '1,0.7,0.5'."""

Rest = tyro.conf.Suppress[tuple[str, ...]]
"""The type of a field `rest`: all words that are not the command's own."""


def parse(
    kind: type[T],
    words: Sequence[str],
    program: str,
    description: str | None = None,
    markers: Sequence[Any] = COMMAND,
) -> T:
    """Makes a dataclass of the words of a command line; `--help` prints and exits.

    Args:
      kind: the dataclass. A field `rest` gets what is unknown behind the first word,
        `--help` included. `beside` of the class is the hint for a word too many.
      words: without the program.
      program: what to call it.
      description: for the help; by default the docstring of the dataclass.
      markers: of `tyro.conf`.

    Raises:
      RunError: if the words do not fit, or a number is out of its bounds, in a line
        or two.
    """
    reading = _Reading(kind, list(words), program, description, tuple(markers))
    parsed = reading.rest() if reading.has_rest else reading.all()
    for name, value, those in bounds.outside(parsed):
        name = f"--{name.replace('_', '-')}"
        raise RunError(f"{name}: saw {value}, wanted {those.wanted(value)}")
    return parsed


def flags(kind: Any, markers: Sequence[Any] = COMMAND) -> list[str]:
    """Finds the options of a dataclass, as its help has them: `--like-this`."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        tyro.cli(kind, args=["--help"], prog="", description="", config=markers)
    found = re.findall(r"--[a-z][a-z0-9.-]*[a-z0-9]", text.getvalue())
    return list(dict.fromkeys(found))


@dataclasses.dataclass(frozen=True)
class _Reading:
    """One command line; the fields are the arguments of `parse`."""

    kind: Any
    words: list[str]
    program: str
    description: str | None
    markers: tuple[Any, ...]

    @property
    def has_rest(self) -> bool:
        return any(field.name == "rest" for field in dataclasses.fields(self.kind))

    def all(self) -> Any:
        with self._refusing():
            return self._read(self.words)

    def rest(self) -> Any:
        first = self.words[:1]
        if first and first[0].startswith("-"):
            known = flags(self.kind, self.markers)
            if _flag(first[0]) not in known:
                raise self._unknown(first[0], known)
        with self._refusing():
            parsed, rest = self._read(
                self.words,
                return_unknown_args=True,
                add_help=first in (["-h"], ["--help"]),
            )
        return dataclasses.replace(parsed, rest=tuple(rest))

    def _read(self, words: list[str], **options: Any) -> Any:
        return tyro.cli(
            self.kind,
            args=words,
            prog=self.program,
            description=self.description,
            config=self.markers,
            **options,
        )

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """Raises what tyro refuses as a `RunError`, instead of ending the process."""
        if refusals is None:
            yield
            return
        with refusals.on_parse_error(self._refuse):
            yield

    def _refuse(self, event: Any) -> None:
        if isinstance(event, refusals.UnrecognizedArgs):
            known = flags(self.kind, self.markers)
            raise self._unknown(event.tokens[0], known)
        if isinstance(event, refusals.MissingArgs):
            raise self._missing([missing.arg for missing in event.missing_arguments])
        if isinstance(event, refusals.InvalidChoice):
            choices = sorted(word for word in event.choices if word != "None")
            raise RunError(
                f"{_name(event.argument)}: saw {event.value!r}, wanted one of "
                f"{', '.join(choices)}",
                suggestion(event.value, choices),
            )
        if isinstance(event, refusals.BadValue):
            if event.argument.is_positional():
                raise self._missing([event.argument])
            wanted = _wanted(event.argument)
            raise RunError(f"{_name(event.argument)}: saw no value, wanted {wanted}")
        if isinstance(event, refusals.InstantiationFailure) and event.argument:
            value = self._value(event.argument)
            wanted = event.message.removeprefix("wanted ")
            if wanted == event.message:
                wanted = _wanted(event.argument)
            raise RunError(f"{_name(event.argument)}: saw {value!r}, wanted {wanted}")

    def _missing(self, arguments: Sequence[Any]) -> RunError:
        known = flags(self.kind, self.markers)
        for word in self.words:
            if word.startswith("--") and _flag(word) not in known:
                return self._unknown(word, known)
        names = [_name(argument) for argument in arguments]
        return RunError(
            f"the following arguments are required: {', '.join(names)}",
            f"see {self.program} --help",
        )

    def _unknown(self, word: str, known: list[str]) -> RunError:
        if self.has_rest:
            hint = "options of the experiment stand behind its name"
        elif word.startswith("-"):
            hint = suggestion(_flag(word), known)
        else:
            hint = getattr(self.kind, "beside", f"see {self.program} --help")
        return RunError(f"{self.program} knows no {word!r}", hint)

    def _value(self, argument: Any) -> str:
        """Finds the words behind an option, as many as it takes."""
        count = argument.lowered.nargs
        count = count if isinstance(count, int) else len(self.words)
        for place, word in reversed(list(enumerate(self.words))):
            _, equals, value = word.partition("=")
            if _flag(word) == _name(argument):
                behind = self.words[place + 1 :]
                words = itertools.takewhile(lambda word: word[:2] != "--", behind)
                return value if equals else " ".join(list(words)[:count])
        return ""


def _flag(word: str) -> str:
    """Finds the option that a word names: --run-dir, of --run_dir=x."""
    return word.split("=")[0].replace("_", "-")


def _name(argument: Any) -> str:
    lowered = argument.lowered
    return lowered.metavar if argument.is_positional() else lowered.name_or_flags[0]


def _wanted(argument: Any) -> str:
    """Says what a value must be, in words."""
    kind = argument.field.type_stripped
    parts = [kind, *get_args(kind)]
    # A type may stand in a union with what is said of it.
    parts += [part.__origin__ for part in parts if hasattr(part, "__metadata__")]
    names = [TYPE_NAMES[part] for part in parts if part in TYPE_NAMES]
    return names[0] if names else str(argument.lowered.metavar)

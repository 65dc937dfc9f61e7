"""`jaxgan trace`: says where a generated file comes from, and makes it again."""

import dataclasses
import pathlib
import typing
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional
from tyro.constructors import PrimitiveConstructorSpec

from jaxgan.run.command_line import Flag, option
from jaxgan.run.errors import RunError

if TYPE_CHECKING:
    from jaxgan.run.commands.remake_elsewhere import Nearly
    from jaxgan.run.files.provenance import Provenance


@dataclasses.dataclass(frozen=True)
class TraceCommand:
    """Say how a generated file was made; with its run, make it again and compare."""

    file: Annotated[Positional[pathlib.Path], option("FILE")]
    """A picture, an animation, arrays: whatever jaxgan has written."""
    run: Annotated[pathlib.Path | None, option("RUN", "")] = None
    """The run's folder. The file is made again, and compared bit for bit.
    Of what sample.py made of an exported folder: that folder, or the run, whose
    numbers are rounded otherwise."""
    source: Annotated[pathlib.Path | None, option("PICTURE", "")] = None
    """With --run: your own picture that `jaxgan apply` made the file of."""
    trust: Flag = False
    """Run the program in RUN, though it was not trained or imported here."""

    def execute(self) -> None:
        """Prints how the file was made, and what comes out today.

        Raises:
          RunError: if the file says nothing, cannot be made again, or comes out
            otherwise.
        """
        from jaxgan.run.files import provenance

        made = provenance.read(self.file)
        print(told(self.file, made))
        if self.run is None:
            if self.source is not None:
                raise RunError("--source: give --run too, to make the file again")
            return
        from jaxgan.run.commands import remake

        near = remake.nearly(self.file, made, self.run, self.trust)
        if near is not None:
            self._tell_of(near)
            return
        differing = remake.difference(
            self.file, made, self.run, self.source, self.trust
        )
        if not differing:
            print(f"made again of {self.run}: the same, bit for bit")
            return
        now = provenance.versions()
        others = [
            f"{name} was {was}, is {now.get(name, 'none')}"
            for name, was in made.versions.items()
            if now.get(name) != was
        ]
        reason = f" ({'; '.join(others)})" if others else ""
        raise RunError(
            f"made again of {self.run}, it is another{reason}: {differing}", code=1
        )

    def _tell_of(self, near: "Nearly") -> None:
        """Says how near JAX comes to what another program drew.

        Raises:
          RunError: if it does not.
        """
        text = (
            f"made again of {self.run} by JAX: {near.text} differ by {near.apart:.2g}"
        )
        if not near.same:
            wanted = f"wanted at most {near.most:.2g}, of at most {near.few:.0%}"
            raise RunError(f"{text}, {wanted}", code=1)
        print(f"{text} at most, as rounding does: the same")


def told(path: pathlib.Path, made: "Provenance") -> str:
    """Writes the provenance of a file as lines."""
    from jaxgan.run.commands import COMMANDS
    from jaxgan.run.files import provenance

    options = words(made.options, COMMANDS.get(made.command))
    command = " ".join(["jaxgan", made.command, "RUN", *options])
    if made.command == provenance.TRAIN:
        command = "training, which draws it"
    if made.command == provenance.EXPORTED:
        command = " ".join(["sample.py of a folder of jaxgan export", *options])
    lines = {
        "run": f"{made.run}, of {made.experiment}, at step {made.step}",
        "fingerprint": made.fingerprint,
        "made by": command,
        "of": f"{made.source_name}, {made.source}" if made.source else "",
        "file": made.file,
        "with": ", ".join(f"{name} {what}" for name, what in made.versions.items()),
    }
    head = f"{path} is synthetic: a GAN made it"
    return "\n".join(
        [head, *(f"  {name:12} {line}" for name, line in lines.items() if line)]
    )


def words(options: dict[str, Any], kind: Any = None) -> list[str]:
    """Writes the options of a command as they stand on a command line.

    Those that were not chosen, and flags that were not set, are left out.

    Args:
      options: by field, as JSON has them.
      kind: the command's dataclass, whose annotations may say how a value is written.
    """
    from jaxgan.run.files.provenance import FILE

    hints = typing.get_type_hints(kind, include_extras=True) if kind else {}
    found = []
    for name, value in options.items():
        hint = hints.get(name)
        if isinstance(value, dict) and FILE not in value:
            found += words(value, hint if dataclasses.is_dataclass(hint) else None)
        elif not (value is None or value is False or value == []):
            flag = f"--{name.replace('_', '-')}"
            found.append(flag if value is True else f"{flag} {_written(value, hint)}")
    return found


def _written(value: Any, hint: Any) -> str:
    from jaxgan.run.files.provenance import FILE

    if isinstance(value, dict):
        return value[FILE].split(",")[0]
    values = value if isinstance(value, list) else [value]
    for one in getattr(hint, "__metadata__", ()):
        if isinstance(one, PrimitiveConstructorSpec):
            return " ".join(one.str_from_instance(tuple(values)))
    return " ".join(map(str, values))

"""What cannot be exported, and where in the program it stands."""

from typing import Any


class Refused(ValueError):
    """A program has no ONNX graph here: one line says why."""


def origin(equation: Any) -> str:
    """Says where an equation comes from: its layer, and the line of the caller."""
    info = equation.source_info
    layer = str(info.name_stack)
    frames = [] if info.traceback is None else info.traceback.frames
    ours = (f for f in frames if "/site-packages/" not in f.file_name)
    places = [f"{frame.file_name}:{frame.line_num}" for frame in ours][:1]
    return " at ".join([*([layer] if layer else []), *places]) or "an unknown place"

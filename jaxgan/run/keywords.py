"""Keywords as fields of frozen dataclasses: known by name, and of the right type."""

import dataclasses
import numbers
import os
import pathlib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from jaxgan.run.errors import RunError, suggestion

T = TypeVar("T")


class _Unfit(Exception):
    """A value is not of a type."""


def split(keywords: Mapping[str, Any], *parts: Any) -> list[Any]:
    """Gives every keyword to the dataclass that has a field of its name.

    Args:
      keywords: values by name.
      parts: instances of dataclasses; of fields of one name the first counts.

    Returns:
      The instances with these values instead of their own.

    Raises:
      RunError: if there is no such field, naming the nearest; or a value is of another
        type than its field.
    """
    owners = {
        field.name: place
        for place, part in reversed(list(enumerate(parts)))
        for field in dataclasses.fields(part)
    }
    chosen: list[dict[str, Any]] = [{} for _ in parts]
    for name, value in keywords.items():
        if name not in owners:
            raise RunError(f"there is no option {name!r}", suggestion(name, [*owners]))
        chosen[owners[name]][name] = value
    return [replace(part, values) for part, values in zip(parts, chosen)]


def replace(instance: T, values: Mapping[str, Any]) -> T:
    """Replaces fields of a frozen dataclass, checking their types.

    Whole numbers pass for floats, lists for tuples, strings for paths.

    Raises:
      RunError: naming the field, the value seen and the type wanted.
    """
    hints = typing.get_type_hints(type(instance))
    fitted = {}
    for name, value in values.items():
        try:
            fitted[name] = _fitted(hints[name], value)
        except _Unfit:
            wanted = _shown(hints[name])
            raise RunError(f"{name}: saw {value!r}, wanted {wanted}") from None
    return dataclasses.replace(typing.cast(Any, instance), **fitted)


def _shown(hint: Any) -> str:
    """Writes a type as in code: 'int', 'tuple[int, ...]', 'pathlib.Path | None'."""
    plain = isinstance(hint, type) and typing.get_origin(hint) is None
    return hint.__name__ if plain else str(hint)


def _fitted(hint: Any, value: Any) -> Any:
    """Makes the value one of a type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _of_union(inner, value)
    if (origin or hint) is tuple:
        return _of_tuple(inner, value)
    if origin is typing.Literal:
        return _only(value in inner, value)
    if hint is None or hint is types.NoneType:
        return _only(value is None, value)
    if isinstance(hint, type):
        return _of_class(hint, value)
    return value


def _of_union(hints: tuple[Any, ...], value: Any) -> Any:
    for hint in hints:
        try:
            return _fitted(hint, value)
        except _Unfit:
            continue
    raise _Unfit


def _of_tuple(hints: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise _Unfit
    if not hints:
        return tuple(value)
    each = [hints[0]] * len(value) if ... in hints else hints
    if len(each) != len(value):
        raise _Unfit
    return tuple(_fitted(hint, item) for hint, item in zip(each, value))


def _of_class(hint: type, value: Any) -> Any:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if hint is int:
        return int(_only(whole, value))
    if hint is float:
        return float(_only(real, value))
    if hint is str and isinstance(value, os.PathLike):
        return os.fspath(value)
    if issubclass(hint, pathlib.PurePath) and isinstance(value, str):
        return hint(value)
    return _only(isinstance(value, hint), value)


def _only(condition: bool, value: Any) -> Any:
    if not condition:
        raise _Unfit
    return value

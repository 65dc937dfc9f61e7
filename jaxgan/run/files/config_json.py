"""Configs as JSON, back again, and how two of them differ."""

import dataclasses
import pathlib
import types
import typing
from collections.abc import Collection
from typing import Any, TypeVar

from jaxgan.run.errors import RunError

C = TypeVar("C")


def to_json(value: Any) -> Any:
    """Turns a frozen dataclass into dicts, lists and plain values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_json(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, pathlib.PurePath):
        return str(value)
    return value


def from_json(kind: type[C], stored: dict[str, Any]) -> C:
    """Makes the dataclass that `to_json` wrote.

    Raises:
      RunError: if the class has other fields by now, or values have other types, naming
        them.
    """
    difference = differences(stored, dict.fromkeys(_names(kind)), names_only=True)
    if difference:
        raise RunError(
            "the config of the run does not fit its experiment any more:\n  "
            + "\n  ".join(difference)
        )
    hints = typing.get_type_hints(kind)
    for name, item in stored.items():
        if not _is_of(hints[name], item):
            raise RunError(
                f"the config of the run: {name}: saw {item!r:.60}, wanted "
                f"{hints[name].__name__}"
            )
    return kind(**{name: _decode(hints[name], item) for name, item in stored.items()})


def _is_of(hint: Any, item: Any) -> bool:
    """Tells whether a plain value has the type of its field."""
    if hint not in (bool, int, float, str):
        return True
    if isinstance(item, bool) and hint is not bool:
        return False
    return isinstance(item, int | float if hint is float else hint)


def _decode(hint: Any, item: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        for option in typing.get_args(hint):
            if _fits(option, item):
                return _decode(option, item)
        return item
    if dataclasses.is_dataclass(hint) and isinstance(item, dict):
        return from_json(typing.cast(type, hint), item)
    if isinstance(item, list) and (typing.get_origin(hint) or hint) is tuple:
        inner = typing.get_args(hint) or (Any,)
        return tuple(
            _decode(
                inner[min(place, len(inner) - 1)] if ... not in inner else inner[0], x
            )
            for place, x in enumerate(item)
        )
    if isinstance(hint, type) and issubclass(hint, pathlib.PurePath):
        return hint(str(item))
    return item


def _fits(option: Any, item: Any) -> bool:
    if isinstance(item, dict):
        return dataclasses.is_dataclass(option) and set(_names(option)) == set(item)
    if isinstance(item, list):
        return (typing.get_origin(option) or option) is tuple
    return isinstance(option, type) and (
        isinstance(item, option)
        or (isinstance(item, str) and issubclass(option, pathlib.PurePath))
    )


def _names(kind: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def differences(
    stored: dict[str, Any], asked: dict[str, Any], *, names_only: bool = False
) -> list[str]:
    """Writes 'field: run has A, you asked B' for every field that is not the same."""
    stored, asked = _flat(stored), _flat(asked)
    if names_only:
        stored = {name.split(".")[0]: value for name, value in stored.items()}
    lines = []
    for name in [*stored, *(name for name in asked if name not in stored)]:
        if name not in asked:
            lines.append(
                f"{name}: run has {stored[name]!r}, the experiment no such field"
            )
        elif name not in stored:
            lines.append(f"{name}: run has no such field, you asked {asked[name]!r}")
        elif not names_only and stored[name] != asked[name]:
            lines.append(f"{name}: run has {stored[name]!r}, you asked {asked[name]!r}")
    return lines


def moved(
    asked: dict[str, Any],
    stored: dict[str, Any],
    before: Collection[str],
    now: Collection[str] | None = None,
) -> dict[str, Any]:
    """Puts back the fields that say where data lie, where these have moved.

    They name a place, or a folder around it.

    Args:
      asked: the config of today.
      stored: the config of the run.
      before: where its data lay.
      now: where today's lie; None: anywhere.
    """

    def back(name: str, value: Any) -> Any:
        was = stored.get(name)
        if isinstance(value, dict) and isinstance(was, dict):
            return moved(value, was, before, now)
        if not (isinstance(value, str) and isinstance(was, str)):
            return value
        if _leads_to(was, before) and (now is None or _leads_to(value, now)):
            return was
        return value

    return {name: back(name, value) for name, value in asked.items()}


def _leads_to(value: str, places: Collection[str]) -> bool:
    return bool(value) and any(
        pathlib.PurePath(place).is_relative_to(value) for place in places
    )


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat

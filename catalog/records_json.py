"""Catalog records as plain JSON values and back: one form for snapshots, imports and bundles.

Members that hold their default are left out; dates are texts as in `PartialDate.parse`.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import catalog.types as values
from catalog.dates import PartialDate
from catalog.errors import RecordInvalid

T = TypeVar("T")


def to_json(value: object) -> Any:
    """Turn a record (or a tuple of them) into JSON values."""
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if is_dataclass(value):
        return {
            name: to_json(item)
            for name, default in _defaults(_hashable(type(value)))
            if (item := getattr(value, name)) != default
        }
    return value


def from_json(kind: type[T], value: object, *, where: str) -> T:
    """Build a record of type `kind` from JSON values, strictly; `where` names it in errors.

    Raises RecordInvalid for an unknown or missing member, or a value of another type.
    """
    if not isinstance(value, dict):
        raise _invalid(where, f"should be an object of {kind.__name__}", "Write {…}")
    known = _members(_hashable(kind))
    unknown = sorted(str(name) for name in value.keys() - known.keys())
    if unknown:
        raise _invalid(
            where, f"has the unknown member {unknown[0]!r}", f"Known are: {', '.join(known)}"
        )
    missing = [name for name, (_, needed) in known.items() if needed and name not in value]
    if missing:
        raise _invalid(where, f"lacks {missing[0]!r}", "Add it")
    built = {
        name: _convert(known[name][0], item, f"{where}.{name}") for name, item in value.items()
    }
    return kind(**built)


def _invalid(where: str, problem: str, remedy: str) -> RecordInvalid:
    return RecordInvalid(f"{where} {problem}.", remedy=f"{remedy}.")


def _hashable(kind: Any) -> Any:
    return kind  # every class is; mypy cannot tell for type[T]


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:
    return tuple((field.name, _default(field)) for field in fields(kind))


def _default(field: Field[Any]) -> object:
    return field.default if field.default is not MISSING else MISSING


@cache
def _members(kind: Any) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(kind, vars(values))
    return {field.name: (hints[field.name], field.default is MISSING) for field in fields(kind)}


def _convert(hint: Any, value: object, where: str) -> Any:
    if hint is PartialDate:
        return _date(value, where)
    if is_dataclass(hint):
        return from_json(hint, value, where=where)  # type: ignore[arg-type]
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise _invalid(where, "should be a list", "Write […]")
        item = get_args(hint)[0]
        return tuple(_convert(item, part, f"{where}[{n}]") for n, part in enumerate(value))
    if origin in (Union, UnionType):
        return None if value is None else _convert(_not_none(hint), value, where)
    return _plain(hint, value, where)


def _not_none(hint: Any) -> Any:
    return next(part for part in get_args(hint) if part is not NoneType)


def _date(value: object, where: str) -> PartialDate:
    if not isinstance(value, str):
        raise _invalid(where, "should be a date in quotes", 'Write "2020-05-12"')
    try:
        return PartialDate.parse(value)
    except ValueError as problem:
        raise _invalid(where, f"is no date: {problem}", "Correct it") from None


def _plain(hint: Any, value: object, where: str) -> object:
    words = get_args(hint)
    if words:
        if value not in words:
            raise _invalid(where, f"is {value!r}", f"Use one of: {', '.join(map(str, words))}")
        return value
    if type(value) is not hint:
        raise _invalid(where, f"is {value!r}", f"Write a value of type {hint.__name__}")
    return value

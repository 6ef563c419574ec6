"""Convert catalog records to plain JSON and back: one form for snapshots, imports and bundles.

Members with default values are left out; dates are texts as in `PartialDate.parse`. The converters
of each record class are derived once from its type hints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import catalog.types as values
from catalog.errors import RecordInvalid
from values.dates import PartialDate

T = TypeVar("T")
Convert = Callable[[Any], Any]


class _Odd(Exception):
    """A value that does not fit, with the path to it, which is completed while unwinding."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.path = ""


def to_json(value: object) -> Any:
    """Convert a record (or a tuple of them) to JSON values."""
    return _writer(_any(type(value)))(value)


def from_json(kind: type[T], value: object, *, where: str) -> T:
    """Build a record of type `kind` from JSON values, strictly; `where` names it in errors.

    Raises RecordInvalid for an unknown or missing member, or a value of another type.
    """
    try:
        record: T = _reader(_any(kind))(value)
    except _Odd as odd:
        raise RecordInvalid(f"{where}{odd.path} {odd.problem}.", remedy=f"{odd.remedy}.") from None
    return record


# Writing


@cache
def _writer(kind: Any) -> Convert:
    if kind is PartialDate:
        return str
    if kind is tuple:
        return lambda items: [to_json(item) for item in items]
    return _record_writer(kind) if is_dataclass(kind) else _as_is


def _record_writer(kind: Any) -> Convert:
    plan = tuple(
        (field.name, field.default, _member_writer(hint))
        for field, hint in zip(fields(kind), _hints(kind), strict=True)
    )

    def write(record: Any) -> dict[str, Any]:
        written = {}
        for name, default, convert in plan:
            value = getattr(record, name)
            if value is not default and value != default:
                written[name] = value if convert is None else convert(value)
        return written

    return write


def _member_writer(hint: Any) -> Convert | None:
    """Return the converter of a member to JSON; None for texts, numbers and booleans."""
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        inner = _member_writer(item)
        return list if inner is None else lambda items: [inner(part) for part in items]
    return _writer(_any(hint)) if is_dataclass(hint) else None


def _as_is(value: Any) -> Any:
    return value


# Reading

_PLAIN = (str, int, float, bool)


@cache
def _reader(hint: Any) -> Convert:
    if hint is PartialDate:
        return _date
    if is_dataclass(hint):
        return _record_reader(_any(hint))
    origin = get_origin(hint)
    if origin is tuple:
        return _list_reader(_reader(get_args(hint)[0]))
    if origin in (Union, UnionType):
        inner = _reader(next(part for part in get_args(hint) if part is not NoneType))
        return lambda value: None if value is None else inner(value)
    words = get_args(hint)
    return _word_reader(frozenset(words)) if words else _plain_reader(hint)


def _any(kind: Any) -> Any:
    return kind  # every class can be a cache key; the type checker cannot infer that


def _record_reader(kind: Any) -> Convert:
    known = {
        field.name: (hint if hint in _PLAIN else None, _reader(hint))
        for field, hint in zip(fields(kind), _hints(kind), strict=True)
    }
    needed = frozenset(field.name for field in fields(kind) if field.default is MISSING)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise _Odd(f"should be an object of {kind.__name__}", "Write {…}")
        if not needed <= value.keys():
            raise _Odd(f"lacks {min(needed - value.keys())!r}", "Add it")
        built = {}
        for name, item in value.items():
            if name not in known:
                raise _Odd(f"has the unknown member {name!r}", f"Known members: {', '.join(known)}")
            plain, convert = known[name]
            try:
                built[name] = item if type(item) is plain else convert(item)
            except _Odd as odd:
                odd.path = f".{name}{odd.path}"
                raise
        try:
            return kind(**built)
        except RecordInvalid as problem:
            raise _Odd(f"is invalid: {problem.message}", problem.remedy) from None

    return read


def _list_reader(inner: Convert) -> Convert:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise _Odd("should be a list", "Write […]")
        try:
            return tuple([inner(item) for item in value])
        except _Odd as first:
            _name_the_item(inner, value, first)
            raise

    return read


def _name_the_item(inner: Convert, items: list[Any], odd: _Odd) -> None:
    """Find which item of a list was invalid; only needed for the error message."""
    for number, item in enumerate(items):
        try:
            inner(item)
        except _Odd:
            odd.path = f"[{number}]{odd.path}"
            return


def _word_reader(words: frozenset[str]) -> Convert:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in words:
            raise _Odd(f"is {value!r}", f"Use one of: {', '.join(sorted(words))}")
        return value

    return read


def _plain_reader(kind: type) -> Convert:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _Odd(f"is {value!r}", f"Write a value of type {kind.__name__}")
        return value

    return read


def _date(value: Any) -> PartialDate:
    if not isinstance(value, str):
        raise _Odd("should be a date in quotes", 'Write "2020-05-12"')
    try:
        return _parsed(value)
    except ValueError as problem:
        raise _Odd(f"is not a date: {problem}", "Correct it") from None


@lru_cache(maxsize=65_536)
def _parsed(text: str) -> PartialDate:
    return PartialDate.parse(text)


def _hints(kind: Any) -> tuple[Any, ...]:
    hints = get_type_hints(kind, vars(values))
    return tuple(hints[field.name] for field in fields(kind))

"""Rules that a reader could ask about, as printable values.

A module defines its rules as plain constants and tables, each with its description in the docstring
below it, and declares once what a constant cannot express:

    STATED = 0.9
    \"\"\"Minimum probability for stating a value on which engines agree.\"\"\"

    RULES = Declared(
        "assurance",
        test="tests/unit/vision/plate/test_assurance.py",
        source="decision 0040",
        units={"STATED": "probability, 0-1"},
    )

Value and description are read from the module itself, so that neither exists twice.
"""

from __future__ import annotations

import ast
import enum
import inspect
import re
import sys
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with its current value, as shown to lawyers and as changed by `tools.bend`."""

    id: str
    """Topic and name, such as `assurance.stated`."""
    value: Plain
    unit: str
    """The unit of the value; for a table, what its rows are."""
    source: str
    """What it rests on: a standard, a decision, a measurement, or an assumption."""
    test: str
    """The test file that fails if the value changes."""
    says: str
    """The rule in one or more sentences."""
    module: str
    name: str
    """The constant in that module which holds the value."""

    def __post_init__(self) -> None:
        for part in ("id", "unit", "source", "test", "says"):
            if not getattr(self, part):
                raise ValueError(f"the rule {self.module}.{self.name} has no {part}")


@dataclass(frozen=True, slots=True)
class Declared:
    """Declares which constants of a module are rules: their topic, units, sources and tests."""

    topic: str
    test: str
    units: Mapping[str, str]
    """Constant name -> unit of its value."""
    source: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Constant name -> source, where it differs from the module's `source`."""


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """Return the rules that a module declares as `RULES`, with their current values.

    Raises ValueError for a constant that does not exist or has no docstring below it.
    """
    declared: Declared = module.RULES
    said = _sentences(module)
    unknown = (declared.units.keys() | declared.sources.keys()) - vars(module).keys()
    if unknown or declared.sources.keys() - declared.units.keys():
        raise ValueError(f"{module.__name__} declares rules that it has not: {sorted(unknown)}")
    return tuple(
        Rule(
            id=f"{declared.topic}.{name.lower().replace('_', '-')}",
            value=plain(getattr(module, name)),
            unit=unit,
            source=declared.sources.get(name, declared.source),
            test=declared.test,
            says=said.get(name, ""),
            module=module.__name__,
            name=name,
        )
        for name, unit in declared.units.items()
    )


def plain(value: Any) -> Plain:
    """Convert a value to plain JSON.

    Sets are sorted, a timedelta becomes seconds, a function becomes the first line of its
    docstring. Raises TypeError for anything else.
    """
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, frozenset | set):
        return [plain(one) for one in sorted(value, key=_order)]
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if hasattr(value, "items"):
        return {str(plain(name)): plain(one) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if callable(value) and value.__doc__:
        return str(value.__doc__).splitlines()[0]
    raise TypeError(f"a {type(value).__name__} cannot be printed as the value of a rule")


def _order(value: object) -> tuple[int, str]:
    """Sort key: enum members in order of definition, everything else by its text."""
    kind = type(value)
    at = list(kind).index(value) if isinstance(value, enum.Enum) else 0  # type: ignore[call-overload]
    return at, str(plain(value))


@lru_cache
def _sentences(module: ModuleType) -> Mapping[str, str]:
    """Constant name -> the docstring below it, joined into one line."""
    body = ast.parse(inspect.getsource(sys.modules[module.__name__])).body
    found: dict[str, str] = {}
    for at, node in enumerate(body[:-1]):
        below = body[at + 1]
        if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
            continue
        for name in _names(node):
            found[name] = " ".join(str(below.value.value).split())
    return found


def _names(node: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Assign):
        targets = [
            one
            for target in node.targets
            for one in (target.elts if isinstance(target, ast.Tuple) else [target])
        ]
    return [one.id for one in targets if isinstance(one, ast.Name)]

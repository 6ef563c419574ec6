"""The registry of all rules, collected from the modules that declare them.

A rule is anything that somebody could ask about: who may do what, what counts as one exposure, when
a value is stated, what identifies, what is public, how long, how large. `python -m workbench rules`
prints them, docs/rules.md is generated from them, and a bundle contains them as they were used.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from catalog.importing import load, load_xlsx, serial_cell
from catalog.likelihood import weight
from catalog.matching import bands, contradiction, identification, leads
from catalog.numbering import population, sequences
from catalog.records import parties
from evidence_store import clock, drafting
from evidence_store.bundle import decodings, documents, redact_files, safe_names, spellings, walk
from values import limits as sizes
from values.rule import rules_of
from vision import child
from vision.copies import index as copy_index
from vision.copies import same_object
from vision.copies import verdict as copies
from vision.media import archive, clip, decode
from vision.ocr import scripts
from vision.plate import assurance, budget, cyrillic, fields, lines
from workbench import trace
from workbench.rules import (
    acts,
    blindness,
    disclosure,
    dissent,
    exposure,
    hosts,
    limits,
    names,
    policy,
    roles,
    seen,
    sign_in,
    signing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from values.rule import Plain, Rule

AREAS: Final[dict[str, tuple[ModuleType, ...]]] = {
    "What people may bring": (sizes, limits, decode, clip, archive, child),
    "What a plate says": (assurance, fields, lines, scripts, cyrillic, budget),
    "What is one look": (exposure, copies, copy_index, same_object),
    "Which unit it is": (
        identification, weight, population, sequences, contradiction, leads, bands,
        parties,
    ),
    "What a catalog may hold": (load, load_xlsx, serial_cell),
    "Who may do what": (roles, policy, seen, acts, dissent, blindness, names, sign_in, hosts),
    "What is kept, sealed and published": (
        drafting, clock, signing, trace, disclosure, spellings, decodings, redact_files, walk,
        safe_names, documents,
    ),
}  # fmt: skip
"""The modules that declare rules, by subject, in the order of a case."""

PREFACE: Final = """\
# The rules

Made by `python -m tools.rules` from the modules in which they stand; a test holds this page against
them. `python -m workbench rules` prints the same, `--json` for programs, and each bundle carries
them as they were used (`data/rules.json`).
"""


def all_rules() -> tuple[Rule, ...]:
    """Return every rule of the program with its value in this process."""
    return tuple(rule for area in AREAS for rule in rules_in(area))


def rules_in(area: str) -> tuple[Rule, ...]:
    """Return the rules of one area."""
    return tuple(rule for module in AREAS[area] for rule in rules_of(module))


def as_object(rule: Rule, in_use: Plain = None) -> dict[str, Plain]:
    """Convert a rule for programs and bundles; `in_use` is a setting that overrides it."""
    written: dict[str, Plain] = {
        "id": rule.id,
        "value": rule.value,
        "unit": rule.unit,
        "says": rule.says,
        "source": rule.source,
        "stands_in": f"{rule.module}.{rule.name}",
        "test": rule.test,
    }
    return written if in_use in (None, rule.value) else {**written, "in_use": in_use}


def as_json(in_use: Mapping[str, Plain] | None = None) -> bytes:
    """Write all rules as the file `data/rules.json` of a bundle: a JSON list in UTF-8.

    `in_use` are the values set in place of the defaults, by identifier.
    """
    listed = [as_object(rule, (in_use or {}).get(rule.id)) for rule in all_rules()]
    return f"{json.dumps(listed, ensure_ascii=False, indent=1)}\n".encode()


def page() -> str:
    """Write the page docs/rules.md."""
    return PREFACE + "".join(
        f"\n## {area}\n" + "".join(_paragraph(rule) for rule in rules_in(area)) for area in AREAS
    )


def _paragraph(rule: Rule) -> str:
    rows = _rows(rule)
    value = "" if rows else f": {shown(rule.value)}"
    table = "".join(f"- {row}\n" for row in rows) + ("\n" if rows else "")
    return (
        f"\n**`{rule.id}`** ({rule.unit}){value}\n\n{table}{rule.says} Rests on: {rule.source}. "
        f"Stands in `{rule.module}.{rule.name}`; held by `{rule.test}`.\n"
    )


def _rows(rule: Rule) -> tuple[str, ...]:
    """The rows of a table; none for a plain value or a list of plain values."""
    if isinstance(rule.value, dict):
        return tuple(f"`{name}`: {shown(value)}" for name, value in rule.value.items())
    if isinstance(rule.value, list) and any(isinstance(row, dict) for row in rule.value):
        return tuple(shown(row) for row in rule.value)
    return ()


def shown(value: Plain) -> str:
    """Format a value for people: a number with thousands separators, a table on one line."""
    if isinstance(value, dict) and value:
        return "; ".join(f"{name} {shown(one)}" for name, one in value.items())
    if isinstance(value, list) and value:
        rows = any(isinstance(one, dict | list) for one in value)
        return (" | " if rows else ", ").join(shown(one) for one in value)
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"`{json.dumps(value, ensure_ascii=False)}`"
    return f"{value:,}"

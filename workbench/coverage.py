"""What a catalog snapshot says it covers, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.records.makers import known_makers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def coverage_words(coverage: Sequence[Mapping[str, str]]) -> str:
    """What a snapshot says it covers, entry by entry; members with nothing to say are left out."""
    said = "; ".join(_entry_words(item) or "not given" for item in coverage)
    return said.replace(".; ", "; ")


def _entry_words(item: Mapping[str, str]) -> str:
    years = " to ".join(str(item.get(name) or "…") for name in ("first", "last"))
    known = (
        _maker_name(item.get("maker_id", "")),
        item.get("issuer", ""),
        years if item.get("first") or item.get("last") else "",
        item.get("completeness", ""),
    )
    declared = ", ".join(part for part in known if part)
    return ": ".join(part for part in (declared, item.get("note", "")) if part)


def _maker_name(maker_id: str) -> str:
    names = {maker.maker_id: maker.canonical for maker in known_makers()}
    return names.get(maker_id, maker_id)

"""Claims about material: how long each may be, and which dates are valid."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.errors import BadRequest
from workbench.rules.limits import MAX_CLAIM, MAX_NOTE
from workbench.typed_text import check_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.types import Claims

LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "file name", "filename"),
    "source_url": ("source address", "source url", "url", "link"),
    "source_account": ("source account", "account", "source"),
    "obtained_at": ("obtained on", "obtained at", "obtained"),
    "claimed_place": ("claimed place", "place", "location"),
    "claimed_date": ("claimed date", "date"),
    "note": ("note", "notes"),
}
"""Accepted names for each column of a source list, in any letter case, with spaces or underscores;
the first is the standard name."""


def check_claims(claims: Claims) -> None:
    """Raise BadRequest for an over-long or unrecordable claim, and for an invalid date."""
    check_typed(**asdict(claims))
    for name in ("source_url", "source_account", "obtained_at", "claimed_place", "claimed_date"):
        length = len(getattr(claims, name))
        if length > MAX_CLAIM:
            raise BadRequest(
                f"The {name.replace('_', ' ')} has {length} characters; "
                f"at most {MAX_CLAIM} are allowed."
            )
    for name in ("obtained_at", "claimed_date"):
        value = getattr(claims, name).strip()
        if value and not _is_partial_date(value):
            raise BadRequest(
                f"The {name.replace('_', ' ')} is {value!r}, which is not a date; write it as "
                "2020, 2020-10, 2020-10-19 or 2020-10-19T14:05+00:00, or leave it empty."
            )
    if len(claims.note) > MAX_NOTE:
        raise BadRequest(
            f"The note has {len(claims.note)} characters; at most {MAX_NOTE} are allowed."
        )


def _is_partial_date(value: str) -> bool:
    """Whether a text is a year, a month, a day or a time in ISO 8601."""
    padded = {4: f"{value}-01-01", 7: f"{value}-01"}.get(len(value), value)
    try:
        datetime.fromisoformat(padded)
    except ValueError:
        return False
    return True

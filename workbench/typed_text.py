"""Typed words: text that no log can hold is refused before anything else is done.

The ledger refuses it too (`evidence_store.ledger.drafting`), but a method that changes a key or
creates a file before its entry must not have done so by then.
"""

from __future__ import annotations

from values.recordable import unrecordable
from workbench.errors import BadRequest


def check_typed(**words: str) -> None:
    """Raise BadRequest for words that cannot be recorded; they are named by their key."""
    for name, text in words.items():
        if odd := unrecordable(text):
            raise BadRequest(
                f"The {name.replace('_', ' ')} contains {odd}, which cannot be recorded. Type "
                "it again without; pasted text can contain invisible characters."
            )

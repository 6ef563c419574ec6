"""A SHA-256 as text: 64 lower-case hexadecimal digits, and nothing else."""

from __future__ import annotations

import re
from typing import Final, NewType, TypeGuard

Sha256 = NewType("Sha256", str)
"""The SHA-256 of some bytes, in that form."""

SHA256: Final = "[0-9a-f]{64}"
"""The form, as part of a pattern."""

_WHOLE: Final = re.compile(SHA256)


def is_sha256(text: object) -> TypeGuard[Sha256]:
    """Whether this is a SHA-256 in the one form."""
    return isinstance(text, str) and _WHOLE.fullmatch(text) is not None

"""SHA-256 digests as text: exactly 64 lower-case hexadecimal digits."""

from __future__ import annotations

import re
from typing import Final, NewType, TypeGuard

Sha256 = NewType("Sha256", str)
"""A SHA-256 digest in that form."""

SHA256: Final = "[0-9a-f]{64}"
"""The form, as a fragment of a regular expression."""

_WHOLE: Final = re.compile(SHA256)


def is_sha256(text: object) -> TypeGuard[Sha256]:
    """Whether this is a SHA-256 digest in the one accepted form."""
    return isinstance(text, str) and _WHOLE.fullmatch(text) is not None

"""What docs/claims.md says that a claim rests on is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:tests|catalog|docs)/?[\w/.-]*)`", CLAIMS)))


def test_claims_name_tests() -> None:
    assert len(NAMED) > 12


@pytest.mark.parametrize("path", NAMED)
def test_what_a_claim_rests_on_is_there(path: str) -> None:
    assert (ROOT / path).exists()

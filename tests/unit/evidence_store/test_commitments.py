"""Commitments bind and hide."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.canonical import canonical_json
from evidence_store.commitments import commit, commit_json, new_salt, opens
from evidence_store.errors import BadInput

SALT = "5a" * 32
NAMES = st.text("abc_", min_size=1)


def test_a_commitment_has_exactly_this_form() -> None:
    preimage = b"nameplate commitment v1\n" + bytes([0x5A]) * 32 + '["place","Bakı"]'.encode()
    assert commit(SALT, "place", "Bakı") == hashlib.sha256(preimage).hexdigest()


@given(NAMES, NAMES, st.text(), st.text())
def test_it_opens_to_one_name_and_value_only(name: str, other: str, value: str, wrong: str) -> None:
    made = commit(SALT, name, value)
    assert opens(made, salt=SALT, name=name, value=value)
    assert opens(made, salt=SALT, name=other, value=wrong) == ((name, value) == (other, wrong))
    assert not opens(made, salt=new_salt(), name=name, value=value)


@pytest.mark.parametrize("salt", ["", "5a" * 31, "5A" * 32, "zz" * 32, "5a" * 32 + "\n"])
def test_a_salt_that_is_none_is_refused(salt: str) -> None:
    with pytest.raises(BadInput):
        commit(salt, "place", "x")
    assert not opens(commit(SALT, "place", "x"), salt=salt, name="place", value="x")


@given(st.text(), st.none() | st.integers(-9, 9) | st.text() | st.lists(st.booleans()))
def test_a_value_in_canonical_json_gives_the_same_commitment(name: str, value: Any) -> None:
    preimage = b"nameplate commitment v1\n" + bytes([0x5A]) * 32 + canonical_json([name, value])
    assert commit(SALT, name, value) == hashlib.sha256(preimage).hexdigest()
    assert commit_json(SALT, name, canonical_json(value)) == commit(SALT, name, value)


def test_salts_are_not_drawn_twice() -> None:
    assert len({new_salt() for _ in range(1000)}) == 1000

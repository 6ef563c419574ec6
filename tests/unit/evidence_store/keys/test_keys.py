"""The key folder: who has which key, since when, until when."""

from __future__ import annotations

import json
import stat
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from evidence_store.errors import (
    BadInput,
    KeyExists,
    KeyExposed,
    KeyLocked,
    KeyMissing,
    StoreUnavailable,
)
from evidence_store.keys.keys import KeyFolder
from evidence_store.keys.signing import parse_sshsig, verify_sshsig

if TYPE_CHECKING:
    from pathlib import Path

SPACE = "reviewer@bundle.nameplate"
FOREIGN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5PYwm6UNXx3chmQSVTG4"


@pytest.fixture
def keys(tmp_path: Path, clock: Any) -> KeyFolder:
    return KeyFolder(tmp_path / "keys", clock=clock)


def modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")}


def test_a_key_signs_for_its_person(keys: KeyFolder, tmp_path: Path) -> None:
    key = keys.create("person-1")
    armour = keys.sign("person-1", b"data", namespace=SPACE)
    verify_sshsig(armour, b"data", SPACE)
    assert parse_sshsig(armour).public_key == key.line == keys.public("person-1").line
    assert key.held_by == "server"
    assert modes(tmp_path / "keys") == {(True, 0o700), (False, 0o600)}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_openssh_reads_the_key_files(keys: KeyFolder, tmp_path: Path) -> None:
    key = keys.create("person-1")
    locked = keys.create("person-2", passphrase="correct horse")
    for person, words, line in (
        ("person-1", [], key.line),
        ("person-2", ["-P", "correct horse"], locked.line),
    ):
        command = ["ssh-keygen", "-y", *words, "-f", tmp_path / "keys" / person / "1"]
        done = subprocess.run(command, capture_output=True, check=True)
        assert done.stdout.decode().split()[:2] == line.split()


def test_a_person_has_one_key_in_use(keys: KeyFolder) -> None:
    keys.create("person-1")
    with pytest.raises(KeyExists):
        keys.create("person-1")
    with pytest.raises(KeyExists):
        keys.register("person-1", FOREIGN)


def test_a_passphrase_is_asked_for(keys: KeyFolder) -> None:
    keys.create("person-1", passphrase="correct horse")
    keys.unlock("person-1", passphrase="correct horse")
    with pytest.raises(KeyLocked, match="locked by a passphrase"):
        keys.unlock("person-1")
    with pytest.raises(KeyLocked, match="does not open"):
        keys.unlock("person-1", passphrase="wrong")
    keys.create("person-2")
    keys.unlock("person-2", passphrase="needless")


def test_a_rotated_key_ends_when_the_next_begins(keys: KeyFolder, clock: Any) -> None:
    first = keys.create("person-1")
    clock.now += timedelta(days=30)
    second = keys.rotate("person-1")
    old, new = keys.history("person-1")
    assert (old.line, new.line) == (first.line, second.line)
    assert old.valid_before is not None
    assert old.valid_before <= new.valid_after
    assert new.valid_before is None
    assert parse_sshsig(keys.sign("person-1", b"d", namespace=SPACE)).public_key == second.line


def test_a_revoked_key_signs_no_more(keys: KeyFolder, clock: Any) -> None:
    keys.create("person-1")
    since = clock.now - timedelta(hours=3)
    ended = keys.revoke("person-1", reason="The laptop was stolen.", at=since)
    assert ended.valid_before == since.replace(microsecond=0)
    assert keys.history("person-1")[0].reason == "The laptop was stolen."
    with pytest.raises(KeyMissing):
        keys.sign("person-1", b"d", namespace=SPACE)
    with pytest.raises(KeyMissing):
        keys.revoke("person-1", reason="again")
    assert keys.create("person-1").line != ended.line


def test_allowed_signers_hold_every_key_with_its_time(keys: KeyFolder, clock: Any) -> None:
    keys.create("person-1")
    clock.now += timedelta(days=1)
    keys.rotate("person-1")
    keys.create("person-2")
    lines = keys.allowed_signers_text().splitlines()
    assert len(lines) == 3
    assert 'valid-before="20261123' in lines[0]
    assert "valid-before" not in lines[1]
    (limited,) = keys.allowed_signers_text({"person-2": [SPACE]}).splitlines()
    assert limited.startswith(f'person-2 namespaces="{SPACE}",valid-after="')


def test_ssh_keygen_takes_the_file_before_and_refuses_it_after_a_revocation(
    keys: KeyFolder, clock: Any, tmp_path: Path
) -> None:
    keys.create("person-1")
    clock.now += timedelta(days=1)
    (tmp_path / "sig").write_text(keys.sign("person-1", b"data", namespace=SPACE))
    signed = clock.now
    keys.revoke("person-1", reason="Left.", at=signed + timedelta(hours=1))
    (tmp_path / "signers").write_text(keys.allowed_signers_text())
    for at, good in ((signed, True), (signed + timedelta(hours=2), False)):
        command = [
            "ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "person-1", "-n", SPACE,
            "-s", tmp_path / "sig", "-O", f"verify-time={at:%Y%m%d%H%M%SZ}",
        ]  # fmt: skip
        done = subprocess.run(command, input=b"data", capture_output=True, check=False)
        assert (done.returncode == 0) == good


def test_a_key_held_by_the_person_is_enrolled_and_cannot_sign_here(keys: KeyFolder) -> None:
    key = keys.register("person-1", f"{FOREIGN} me@mine\n")
    assert (key.held_by, key.line) == ("person", FOREIGN)
    assert keys.public("person-1").held_by == "person"
    with pytest.raises(KeyMissing, match="not stored here"):
        keys.sign("person-1", b"d", namespace=SPACE)
    with pytest.raises(BadInput):
        keys.register("person-2", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=")


def test_a_key_that_others_can_read_is_not_used(keys: KeyFolder, tmp_path: Path) -> None:
    keys.create("person-1")
    (tmp_path / "keys" / "person-1" / "1").chmod(0o640)
    with pytest.raises(KeyExposed, match="can be read by others"):
        keys.sign("person-1", b"d", namespace=SPACE)


@pytest.mark.parametrize("person", ["", "../person-1", "a/b", ".", "-x", "two words", "x" * 101])
def test_a_name_that_is_no_folder_of_ours_is_refused(keys: KeyFolder, person: str) -> None:
    with pytest.raises(BadInput):
        keys.create(person)
    assert keys.people() == ()


def test_people_without_keys_are_said(keys: KeyFolder) -> None:
    assert keys.history("person-1") == ()
    with pytest.raises(KeyMissing):
        keys.public("person-1")
    with pytest.raises(KeyMissing):
        keys.rotate("person-1")


def test_a_damaged_record_is_said(keys: KeyFolder, tmp_path: Path) -> None:
    keys.create("person-1")
    record = tmp_path / "keys" / "person-1" / "1.json"
    for broken in (b"", b"{}", json.dumps({"public_key": 5}).encode()):
        record.write_bytes(broken)
        with pytest.raises(StoreUnavailable, match="damaged"):
            keys.public("person-1")


def test_the_same_key_signs_checkpoints(keys: KeyFolder) -> None:
    keys.create("nameplate-log")
    signer = keys.note_signer("nameplate-log")
    assert len(signer.public_key) == 32
    assert len(signer.sign(b"text")) == 64


def test_a_former_key_that_was_stolen_ends_earlier_and_never_later(
    keys: KeyFolder, clock: Any
) -> None:
    first = keys.create("person-1")
    clock.now += timedelta(days=30)
    keys.rotate("person-1")
    stolen = clock.now - timedelta(days=10)
    ended = keys.revoke("person-1", reason="Stolen.", at=stolen, fingerprint=first.fingerprint)
    assert ended.valid_before == stolen.replace(microsecond=0)
    assert keys.history("person-1")[0] == ended
    assert keys.public("person-1").line != first.line
    with pytest.raises(BadInput, match="never moved to a later time"):
        keys.revoke("person-1", reason="x", at=clock.now, fingerprint=first.fingerprint)
    with pytest.raises(KeyMissing, match="never had"):
        keys.revoke("person-1", reason="x", fingerprint="SHA256:unknown")


def test_a_key_made_here_gives_way_to_one_of_the_persons_own(keys: KeyFolder, clock: Any) -> None:
    keys.create("person-1")
    clock.now += timedelta(days=1)
    assert keys.rotate("person-1", public_key=FOREIGN).held_by == "person"
    assert [key.held_by for key in keys.history("person-1")] == ["server", "person"]


def test_a_key_that_ended_before_it_began_spoils_no_other_line(
    keys: KeyFolder, clock: Any, tmp_path: Path
) -> None:
    """To ssh-keygen a line whose end precedes its begin is damage: it reads no further."""
    keys.create("person-1")
    keys.revoke("person-1", reason="Never trusted.", at=clock.now - timedelta(days=1))
    keys.create("person-2")
    (tmp_path / "sig").write_text(keys.sign("person-2", b"data", namespace=SPACE))
    (tmp_path / "signers").write_text(keys.allowed_signers_text())
    assert "# person-1: nothing by the key SHA256:" in keys.allowed_signers_text()
    command = [
        "ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "person-2", "-n", SPACE,
        "-s", tmp_path / "sig", "-O", f"verify-time={clock.now:%Y%m%d%H%M%SZ}",
    ]  # fmt: skip
    done = subprocess.run(command, input=b"data", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr

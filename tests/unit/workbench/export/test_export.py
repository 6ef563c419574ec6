from __future__ import annotations

import json
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from evidence_store.__main__ import main as evidence_store_main
from evidence_store.bundle.errors import BundleUnreadable
from evidence_store.bundle.instructions import instruction_lines
from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.steps import judge
from workbench.errors import BadRequest, NotAllowed
from workbench.settings import Settings
from workbench.types import Actor, CaseSummary, Claims, Policy, Role
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def solo(bench: Workbench, investigator: Actor, read_in: Callable[..., CaseSummary]) -> CaseSummary:
    """A case in which one person did everything."""
    case = read_in(Policy.SOLO, Claims(note="n"))
    judge(bench, investigator, case, "serial")
    return case


def test_a_sealed_case_verifies_as_folder_and_as_zip(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    sealed = bench.exports.seal(investigator, solo.case_id)
    for path in (
        bench.exports.folder_path(solo.case_id, sealed.sequence),
        bench.exports.zip_bytes_path(solo.case_id, sealed.sequence),
    ):
        view = bench.exports.verify(path)
        assert view.ok, view.faults
        assert view.checked
    folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
    software = json.loads((folder / "data/bundle.json").read_bytes())["software"]
    assert [one["sha256"] for one in software if one["name"].endswith("(OCR engine)")] != [None]
    assert any(one["name"] == "nameplate" for one in software)
    originals = list((folder / "data" / "originals").iterdir())
    assert [path.read_bytes() for path in originals] == [plate_jpeg()]


def test_any_changed_byte_is_a_fault(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    sealed = bench.exports.seal(investigator, solo.case_id)
    folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) > 10
    for path in files:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        view = bench.exports.verify(folder)
        assert not view.ok, f"a changed byte in {path.relative_to(folder)} went unseen"
        assert view.faults
        path.write_bytes(data)
    assert bench.exports.verify(folder).ok


def test_stock_tools_agree(
    bench: Workbench, investigator: Actor, solo: CaseSummary, tmp_path: Path
) -> None:
    sealed = bench.exports.seal(investigator, solo.case_id)
    folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
    signers = tmp_path / "allowed_signers"
    signers.write_text(bench.people.allowed_signers_text(), encoding="ascii")
    away = tmp_path / "handed over, with a space"
    shutil.copytree(folder, away)
    lines = instruction_lines((away / "data/VERIFY.txt").read_bytes())
    assert len(lines) > 10
    script = "".join(f"{{ {line}\n}} || exit 1\n" for line in lines)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=away,
        env={"PATH": "/usr/bin:/bin", "ALLOWED_SIGNERS": str(signers)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_a_custodian_seals(bench: Workbench, reviewer: Actor, read_case: CaseSummary) -> None:
    with pytest.raises(NotAllowed, match="custodian"):
        bench.exports.seal(reviewer, read_case.case_id)
    assert bench.exports.sealed(read_case.case_id) == ()


def test_a_reviewer_signs_later_and_only_then_it_verifies(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    judge(bench, reviewer, read_case, "serial")
    sealed = bench.exports.seal(investigator, read_case.case_id)
    folder = bench.exports.folder_path(read_case.case_id, sealed.sequence)
    assert bench.exports.unsigned(read_case.case_id, sealed.sequence) == (reviewer.person_id,)
    assert not bench.exports.verify(folder).ok
    bench.exports.sign(reviewer, read_case.case_id, sealed.sequence)
    assert bench.exports.unsigned(read_case.case_id, sealed.sequence) == ()
    view = bench.exports.verify(folder)
    assert view.ok, view.faults


def test_a_reviewer_signs_on_their_own_machine(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    read_case: CaseSummary,
    tmp_path: Path,
) -> None:
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    reviewer_seen = bench.people.person(reviewer.person_id).seen
    bench.people.begin_key(
        reviewer,
        reviewer.person_id,
        seen=reviewer_seen,
        public_key=key.with_suffix(".pub").read_text(),
    )
    judge(bench, reviewer, read_case, "serial")
    sealed = bench.exports.seal(investigator, read_case.case_id)
    folder = bench.exports.folder_path(read_case.case_id, sealed.sequence)
    copy = tmp_path / "their copy"
    shutil.copytree(folder, copy)
    told = ["sign", str(copy), "--key", str(key), "--person", reviewer.person_id]
    assert evidence_store_main(told) == 0
    made = (copy / f"signatures/reviewer-{reviewer.person_id}.sig").read_text()

    with pytest.raises(BadRequest, match="Not a signature file"):
        bench.exports.attach_signature(investigator, read_case.case_id, sealed.sequence, "x")
    own = (folder / "signatures/custodian.sig").read_text()
    with pytest.raises(BadRequest, match="not the key in use of anybody who has yet to sign"):
        bench.exports.attach_signature(investigator, read_case.case_id, sealed.sequence, own)
    assert not bench.exports.verify(folder).ok

    bench.exports.attach_signature(investigator, read_case.case_id, sealed.sequence, made)
    view = bench.exports.verify(folder)
    assert view.ok, view.faults
    description = json.loads((folder / "data/bundle.json").read_bytes())
    held = {one["person"]: one["key_held"] for one in description["required_signers"]}
    assert held == {investigator.person_id: "server", reviewer.person_id: "own"}


def test_a_key_that_began_after_the_sealing_signs_nothing(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    sealed = bench.exports.seal(investigator, solo.case_id)
    bench.stores.keys.revoke(investigator.person_id, reason="x")
    time.sleep(1.1)  # keys begin at whole seconds
    seen = bench.people.person(investigator.person_id).seen
    bench.people.begin_key(investigator, investigator.person_id, seen=seen)
    with pytest.raises(BadRequest, match="Seal the case again"):
        bench.exports.sign(investigator, solo.case_id, sealed.sequence)


def test_strangers_keys_are_not_believed(
    bench: Workbench, investigator: Actor, solo: CaseSummary, tmp_path: Path
) -> None:
    sealed = bench.exports.seal(investigator, solo.case_id)
    folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
    stranger = Workbench.open(Settings.for_store(tmp_path / "other", readers=("scripted",)))
    stranger.people.enrol("Somebody else", tuple(Role))
    signers = stranger.people.allowed_signers_text()
    stranger.close()
    view = bench.exports.verify(folder, allowed_signers_text=signers)
    assert not view.ok
    assert {fault.code for fault in view.faults} & {"signer-unknown", "checkpoint-key-unknown"}


def test_a_list_of_signers_without_a_key_is_never_replaced_by_our_own(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    """Who wants to check against a list of their own, and gives an empty one, has no answer."""
    sealed = bench.exports.seal(investigator, solo.case_id)
    folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
    with pytest.raises(BundleUnreadable, match="names no key"):
        bench.exports.verify(folder, allowed_signers_text="")
    remarks = " ".join(bench.exports.verify(folder).remarks)
    assert "stored on the server" in remarks
    assert "custodian's own statement" in remarks


def test_the_same_state_seals_to_the_same_payload(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    contents = []
    for _ in range(2):
        sealed = bench.exports.seal(investigator, solo.case_id)
        folder = bench.exports.folder_path(solo.case_id, sealed.sequence)
        contents.append(
            {
                line.split()[1]: line.split()[0]
                for line in (folder / "manifest-sha256.txt").read_text().splitlines()
            }
        )
    changed = {path for path in contents[0] if contents[1].get(path) != contents[0][path]}
    # The second bundle also tells of the first sealing; photos, readings and crops are the same.
    assert not any(path.startswith(("data/originals", "data/derived")) for path in changed)
    assert not any(path.startswith("data/readings") for path in changed)

"""The commands as a stranger would use them: `python -m evidence_store …`."""

from __future__ import annotations

import argparse
import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from benchmarks.bundle_sample import CUSTODIAN, REVIEWER, Sample
from evidence_store.__main__ import main, parser
from evidence_store.bundle.layout import Role
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own_key(tmp_path: Path) -> Path:
    path = tmp_path / "id_ed25519"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def allowed_with(sample: Sample, folder: Path, key: Path, person: str, role: Role) -> Path:
    """The sample's list of signers, and one more key in it."""
    public = key.with_suffix(".pub").read_text().strip()
    line = f'{person} namespaces="{role.namespace}" {public}\n'
    path = folder / "allowed_signers"
    path.write_text(sample.allowed_signers.read_text() + line)
    return path


def test_every_argument_says_what_it_is() -> None:
    (commands,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert {"verify", "sign", "timestamp", "zip", "redact"} <= commands.choices.keys()
    for name, command in commands.choices.items():
        for action in command._actions:
            assert action.help, f"{name} {action.option_strings or action.dest} has no help"


def test_verify_says_what_it_checked(
    sample: Sample, pristine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(pristine), "--allowed-signers", str(sample.allowed_signers)]) == 0
    said = capsys.readouterr().out
    assert "The bundle verifies" in said
    assert f"{CUSTODIAN} signed as custodian" in said
    assert "custodian's own statement" in said


def test_verify_names_every_fault(
    sample: Sample, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "bagit.txt").unlink()
    (bundle / "data/VERIFY.txt").write_text("\x1b[2J")
    assert main(["verify", str(bundle), "--allowed-signers", str(sample.allowed_signers)]) == 1
    said = capsys.readouterr().err
    assert "file-missing: bagit.txt" in said
    assert "hash-mismatch: data/VERIFY.txt" in said


def test_verify_as_json(
    sample: Sample, pristine: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signers = ["--allowed-signers", str(sample.allowed_signers), "--json"]
    assert main(["verify", str(pristine), *signers]) == 0
    assert json.loads(capsys.readouterr().out)["verifies"] is True
    (bundle / "bagit.txt").unlink()
    assert main(["verify", str(bundle), *signers]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["verifies"] is False
    assert told["faults"][0].keys() == {"code", "where", "message"}


def test_what_cannot_be_checked_is_no_fault(
    sample: Sample, pristine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert main(["verify", nowhere, "--allowed-signers", str(sample.allowed_signers)]) == 2
    assert main(["verify", str(pristine), "--allowed-signers", nowhere]) == 2
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        main(["verify", str(pristine)])
    assert usage.value.code == 2


def test_a_reviewer_signs_with_a_key_of_their_own(
    sample: Sample, tmp_path: Path, own_key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = sample.seal(tmp_path / "bundle", signers=sample.signers()[:1]).path
    allowed = allowed_with(sample, tmp_path, own_key, REVIEWER, Role.REVIEWER)
    assert main(["verify", str(top), "--allowed-signers", str(allowed)]) == 1
    assert main(["sign", str(top), "--person", REVIEWER, "--key", str(own_key)]) == 0
    assert "Everybody required has signed" in capsys.readouterr().out
    assert main(["verify", str(top), "--allowed-signers", str(allowed)]) == 0
    assert main(["sign", str(top), "--person", REVIEWER, "--key", str(own_key)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_a_stranger_and_a_spoilt_bundle_are_not_signed(
    bundle: Path, own_key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", str(bundle), "--person", "person-else", "--key", str(own_key)]) == 2
    assert "does not require person-else" in capsys.readouterr().err
    (bundle / "data/readings/EX-0001.json").write_bytes(b"{}")
    assert main(["sign", str(bundle), "--person", REVIEWER, "--key", str(own_key)]) == 2
    assert "is damaged" in capsys.readouterr().err


def test_zip_and_timestamp_requests(
    sample: Sample, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timestamp", str(bundle), "--request-only"]) == 0
    assert (bundle / "signatures/seal-1.tsq").exists()
    assert main(["zip", str(bundle)]) == 0
    packed = str(bundle.with_name("bundle.zip"))
    assert main(["verify", packed, "--allowed-signers", str(sample.allowed_signers)]) == 0
    (bundle.parent / "answer.tsr").write_bytes(b"no answer")
    answer = str(bundle.parent / "answer.tsr")
    assert main(["timestamp", str(bundle), "--answer", answer]) == 2
    assert "not a timestamp answer" in capsys.readouterr().err


def test_redact_by_a_plan(
    sample: Sample,
    pristine: Path,
    tmp_path: Path,
    own_key: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    allowed = allowed_with(sample, tmp_path, own_key, CUSTODIAN, Role.CUSTODIAN)
    plan = tmp_path / "plan.json"
    words = ["redact", str(pristine), str(tmp_path / "public"), "--plan", str(plan)]
    words += ["--allowed-signers", str(allowed), "--key", str(own_key), "--person", CUSTODIAN]
    plan.write_text(json.dumps({"fields": [{"name": "source_account"}], "sources": []}))
    assert main(words) == 2
    assert "'sources'" in capsys.readouterr().err
    plan.write_text(json.dumps({"fields": [{"name": "source_account"}], "reasons": ["Safety."]}))
    assert main(words) == 0
    check = ["verify", str(tmp_path / "public"), "--allowed-signers", str(allowed)]
    assert main([*check, "--sealed", str(pristine)]) == 0
    assert "public bundle" in capsys.readouterr().out


def test_the_plan_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    from evidence_store.bundle.redact_command import read_plan

    page = ROOT / "docs/redact-a-bundle.md"
    text = page.read_text(encoding="utf-8").split("```json")[1].split("```")[0]
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    (tmp_path / "EX-0004-blurred.png").write_bytes(b"blurred")
    plan = read_plan(tmp_path / "plan.json", custodian=CUSTODIAN)
    assert len(plan.fields) == 3
    assert plan.exhibits[1].replacement is not None
    assert plan.payload[0].path == "report.pdf"
    assert plan.reasons == ("Two sources are at risk.",)

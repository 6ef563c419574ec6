"""Others' programs on our bundles: the BagIt library, the RO-Crate library, an ssh-agent."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import bagit
import pytest
from rocrate.rocrate import ROCrate

from benchmarks.bundle_sample import REVIEWER, Sample
from evidence_store.__main__ import main
from evidence_store.bundle.layout import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_bagit_library_finds_it_valid(pristine: Path) -> None:
    bag = bagit.Bag(str(pristine))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == "case-sample"


def test_the_crate_library_reads_it(pristine: Path) -> None:
    crate = ROCrate(pristine / "data")
    assert crate.name == "Sample case"
    files = {entity.id for entity in crate.data_entities}
    assert "readings/EX-0001.json" in files
    made = [entity for entity in crate.contextual_entities if entity.type == "CreateAction"]
    assert any(entity["result"].id == "readings/EX-0001.json" for entity in made)
    reading = crate.get("readings/EX-0001.json")
    assert reading is not None
    assert len(reading["sha256"]) == 64


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An ssh-agent that alone holds a private key; only the public half is left on disk."""
    key = tmp_path / "id_ed25519"
    quiet = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(quiet, check=True)
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(tmp_path / "agent")], stdout=subprocess.DEVNULL
    )
    try:
        environment = {**os.environ, "SSH_AUTH_SOCK": str(tmp_path / "agent")}
        add = ["ssh-add", "-q", str(key)]
        for _ in range(100):
            done = subprocess.run(add, env=environment, check=False, capture_output=True)
            if done.returncode == 0:
                break
        key.unlink()
        yield environment
    finally:
        process.terminate()
        process.wait()


def test_a_reviewer_signs_with_a_key_that_only_their_agent_holds(
    sample: Sample, tmp_path: Path, agent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    top = sample.seal(tmp_path / "bundle", signers=sample.signers()[:1]).path
    monkeypatch.setenv("SSH_AUTH_SOCK", agent["SSH_AUTH_SOCK"])
    public = tmp_path / "id_ed25519.pub"
    assert main(["sign", str(top), "--person", REVIEWER, "--key", str(public)]) == 0
    line = f'{REVIEWER} namespaces="{Role.REVIEWER.namespace}" {public.read_text()}'
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(sample.allowed_signers.read_text() + line)
    assert main(["verify", str(top), "--allowed-signers", str(allowed)]) == 0

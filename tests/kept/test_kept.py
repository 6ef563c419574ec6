"""Stores and bundles of earlier states open, audit and verify for ever, and say what they said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from evidence_store.__main__ import main
from tests.kept.conftest import KEPT
from tests.kept.make import facts
from workbench.settings import Settings
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path


def test_there_is_one() -> None:
    assert KEPT


def test_the_store_is_sound(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(store)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("rebuilt", [False, True], ids=["as it is", "tables rebuilt"])
def test_the_store_says_what_it_said(kept: Path, store: Path, *, rebuilt: bool) -> None:
    bench = Workbench.open(Settings.for_store(store, readers=("scripted",)))
    try:
        if rebuilt:
            bench.stores.projection.rebuild()
        said = json.loads((kept / "facts.json").read_text(encoding="utf-8"))
        assert json.loads(json.dumps(facts(bench))) == said
        assert bench.stores.projection.set_aside() == ()
    finally:
        bench.close()


def test_its_bundles_verify(kept: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundles = sorted(path for path in (store / "bundles").iterdir() if path.is_dir())
    assert len(bundles) >= 2  # the sealed one, and its public edition
    for bundle in bundles:
        given = ["verify", str(bundle), "--allowed-signers", str(kept / "allowed_signers")]
        assert main(given) == 0, capsys.readouterr().out


def test_a_changed_bundle_does_not(
    kept: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = next(path for path in sorted((store / "bundles").iterdir()) if path.is_dir())
    changed = next(path for path in sorted(bundle.rglob("*.json")) if path.is_file())
    changed.chmod(0o600)
    changed.write_bytes(changed.read_bytes() + b" ")
    given = ["verify", str(bundle), "--allowed-signers", str(kept / "allowed_signers")]
    assert main(given) == 1, capsys.readouterr().out

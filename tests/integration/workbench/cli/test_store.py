"""Which store a command works on is said where it may be another than was meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.unit.workbench.cli.conftest import Run

SECRET = "hunter2"
DATABASE = f"postgresql+psycopg://nameplate:{SECRET}@127.0.0.1:9/nameplate"


def test_a_store_that_is_made_anew_is_named_once(run: Run, tmp_path: Path) -> None:
    assert (
        f"There was no store in {tmp_path / 'store'}; a new one was created there"
        in run("people")[2]
    )
    assert "There is no store" not in run("people")[2]


def test_with_a_store_the_database_of_the_environment_is_not_used_and_that_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("enrol", "One person")
    monkeypatch.setenv("NAMEPLATE_DATABASE", DATABASE)
    code, out, err = run("people")
    assert code == 0
    assert "One person" in out
    assert err.startswith("NAMEPLATE_DATABASE is not used: with --store, the database is the ")
    assert err.count("NAMEPLATE_DATABASE") == 1
    assert SECRET not in out + err


def test_a_database_that_does_not_answer_is_exit_code_two_and_its_password_is_not_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAMEPLATE_STORE", str(tmp_path / "store"))
    for database in (
        DATABASE,
        f"nosuch://u:{SECRET}@h/d",
        f"//{SECRET}",
        f"postgresql://u:x@{SECRET}:y/d",
        f"postgresql://u:{SECRET}@h:{SECRET}/d",
    ):
        monkeypatch.setenv("NAMEPLATE_DATABASE", database)
        assert main(["people"]) == 2, database
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert "Traceback" not in said.err
        assert said.err.splitlines()[-1].endswith(".")


def test_a_folder_that_cannot_be_a_store_is_exit_code_two(run: Run, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file is in the way")
    code, out, err = run("people")
    assert (code, out) == (2, "")
    assert str(tmp_path / "store") in err


def test_lists_can_be_had_as_json(run: Run) -> None:
    assert json.loads(run("case", "--json")[1]) == []
    run("enrol", "One person", "--role", "reviewer")
    (person,) = json.loads(run("people", "--json")[1])
    assert person["name"] == "One person"
    assert person["roles"] == ["reviewer", "custodian"]
    assert person["enrolled_at"].endswith("+00:00")

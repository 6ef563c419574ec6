"""People on the command line: proof, roles, who left, and what was looked at."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import plate_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workbench.cli.conftest import Run


def seen(run: Run) -> str:
    """The number that `people` says, for changes to people."""
    return run("people")[2].split("--seen ")[1].strip().rstrip(".")


@pytest.fixture
def case(run: Run, tmp_path: Path) -> str:
    """A case of one person with a photo that is read, and two reviewers beside them."""
    (tmp_path / "plate.jpg").write_bytes(plate_jpeg())
    run("enrol", "Custodian One")
    for name in ("Reviewer One", "Somebody Else"):
        run("--as", "Custodian One", "enrol", name, "--role", "reviewer")
    made = run("--as", "Custodian One", "case", "--title", "T")[1].strip()
    run("--as", "Custodian One", "ingest", made, str(tmp_path / "plate.jpg"))
    run("--as", "Custodian One", "read", made)
    return made


def test_a_correction_is_not_overwritten_from_an_old_look(run: Run, case: str) -> None:
    number = run("show", case, "--as", "Reviewer One")[1].splitlines()[0].split("\t")[1]
    model = ("judge", case, "EX-0001/R1", "model")
    words = ("corrected", "--text", "TYPE E", "--seen", number)
    assert run(*model, *words, "--as", "Reviewer One")[0] == 0
    code, out, err = run(*model, "confirmed", "--seen", number, "--as", "Somebody Else")
    assert (code, out) == (6, "")
    assert "Reviewer One" in err
    assert "TYPE E" in err
    assert f"`python -m workbench show {case}` shows the present state" in err
    shown = run("show", case, "--as", "Somebody Else")[1]
    assert "corrected: TYPE E" in shown
    number = shown.splitlines()[0].split("\t")[1]
    assert run(*model, "confirmed", "--seen", number, "--as", "Somebody Else")[0] == 0
    shown = run("show", case, "--as", "Somebody Else")[1]
    assert "dissent\tReviewer One judged differently" in shown
    with pytest.raises(SystemExit):
        run(*model, "confirmed", "--as", "Somebody Else")


def test_what_show_revealed_is_not_written_blind(run: Run, case: str) -> None:
    covered = run("show", case, "--covered", "--as", "Reviewer One")[1]
    assert "CMX" not in covered
    assert "serial" in covered
    assert "CMX" not in run("show", case, "--covered", "--json", "--as", "Reviewer One")[1]
    number = covered.splitlines()[0].split("\t")[1]
    blind = ("--text", "CMX15D-0836", "--blind", "--seen", number)
    judge = ("judge", case, "EX-0001/R1", "serial", "corrected", *blind)
    assert run(*judge, "--as", "Reviewer One")[0] == 0
    assert run("show", case, "--as", "Somebody Else")[0] == 0
    judge = (*judge[:-1], looked_covered(run, case))
    code, _, err = run(*judge, "--as", "Somebody Else")
    assert code == 3
    assert "not blind" in err
    assert (
        "Was shown what was read at EX-0001 (`show`)."
        in run("log", case, "--as", "Custodian One")[1]
    )


@pytest.mark.parametrize("command", ["find 0836", "exhibits CASE --json", "log CASE"])
def test_every_command_that_reveals_is_noted(run: Run, case: str, command: str) -> None:
    judge = ("judge", case, "EX-0001/R1", "serial", "confirmed", "--as", "Reviewer One")
    assert run(*judge, "--seen", looked_covered(run, case))[0] == 0
    assert run(*command.replace("CASE", case).split(), "--as", "Somebody Else")[0] == 0
    blind = ("corrected", "--text", "X", "--blind", "--seen", looked_covered(run, case))
    code, _, err = run("judge", case, "EX-0001/R1", "serial", *blind, "--as", "Somebody Else")
    assert code == 3
    assert "not blind" in err


def looked_covered(run: Run, case: str) -> str:
    return run("show", case, "--covered")[1].splitlines()[0].split("\t")[1]


def test_a_person_who_left_and_a_role_that_ended_do_nothing(run: Run, case: str) -> None:
    by = ("--as", "Custodian One", "--reason", "Moved.")
    code, out, _ = run("person", "Reviewer One", "--end-role", "reviewer", "--seen", seen(run), *by)
    assert (code, out.split("\t")[2]) == (0, "\n")
    number = looked_covered(run, case)
    judge = ("judge", case, "EX-0001/R1", "serial", "confirmed", "--seen", number)
    assert run(*judge, "--as", "Reviewer One")[0] == 3
    begin = ("person", "Reviewer One", "--begin-role", "reviewer", "--seen")
    code, _, err = run(*begin, "1", *by)
    assert code == 6
    assert "there is a newer entry" in err
    assert "`python -m workbench people`" in err
    assert run(*begin, seen(run), *by)[0] == 0
    assert run("person", "Reviewer One", "--end", "--seen", seen(run), *by)[0] == 0
    code, _, err = run(*judge, "--as", "Reviewer One")
    assert code == 3
    assert "left on" in err
    assert "left 20" in run("people")[1]
    code, _, err = run("person", "Custodian One", "--end", "--seen", seen(run), *by)
    assert code == 3
    assert "only administrator" in err
    code, _, err = run("key", "Somebody Else", "--begin", "--as", "Custodian One")
    assert code == 2
    assert "--seen" in err


def test_who_keeps_their_own_key_proves_it_with_the_key(
    run: Run, case: str, tmp_path: Path
) -> None:
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    own = ("--public-key", f"{key}.pub", "--role", "reviewer", "--as", "Custodian One")
    assert run("enrol", "With A Token", *own)[0] == 0
    number = looked_covered(run, case)
    judge = ("judge", case, "EX-0001/R1", "serial", "confirmed", "--seen", number)
    code, _, err = run(*judge, "--as", "With A Token")
    assert code == 2
    assert "--own-key FILE" in err
    assert run(*judge, "--as", "With A Token", "--own-key", str(key))[0] == 0
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    code, _, err = run(*judge, "--as", "With A Token", "--own-key", str(other))
    assert code == 3
    assert "holds their own key" in err


def test_people_in_json_say_what_was_looked_at(run: Run, case: str) -> None:
    listed = json.loads(run("people", "--json")[1])
    assert [one["seen"] for one in listed] == [int(seen(run))] * 3

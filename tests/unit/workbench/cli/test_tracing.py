"""Trace requests from the command line: `ask`, `letter`, `answer`, `traces`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.cli.conftest import looked
from tests.unit.workbench.drawn import plate_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workbench.cli.conftest import Run

ASK = ("EX-0001/R1", "--to", "Example Optics", "--who", "maker", "--reply-to", "desk@example.org")


@pytest.fixture
def case(run: Run, tmp_path: Path) -> str:
    """A solo case with one photo, read and judged."""
    (tmp_path / "plate.jpg").write_bytes(plate_jpeg())
    run("enrol", "One person")
    made = run("case", "--title", "T", "--policy", "solo")[1].strip()
    run("ingest", made, str(tmp_path / "plate.jpg"))
    run("read", made)
    for field in ("maker", "model", "serial"):
        run("judge", made, "EX-0001/R1", field, "confirmed", "--seen", looked(run, made))
    return made


def test_a_request_is_made_written_and_answered(run: Run, case: str, tmp_path: Path) -> None:
    letter, copy, paper = (tmp_path / name for name in ("l.pdf", "c.pdf", "reply.eml"))
    paper.write_bytes(b"From: records")
    code, out, err = run(
        "ask", case, *ASK, "--seen", looked(run, case), "--sent", "2026-11-01",
        "--letter", str(letter),
    )  # fmt: skip
    assert (code, out) == (0, "TR-0001\t2026-11-29\t2026-12-27\n")
    assert "The program sends nothing" in err
    assert run("letter", case, "TR-0001", str(copy))[0] == 0
    assert copy.read_bytes() == letter.read_bytes()
    words = ("--words", "It is ours.", "--received", "2026-11-05", "--paper", str(paper))
    seen = run("traces", case)[2].split("--seen ")[1].strip().rstrip(".")
    answer = ("answer", case, "TR-0001", "recognised", *words, "--seen", seen)
    code, out, _ = run(*answer)
    assert code == 0
    code, _, err = run(*answer)
    assert code == 6
    assert "there is a newer entry" in err
    assert "They know the product" in out
    (trace,) = json.loads(run("traces", case, "--json")[1])
    assert (trace["trace_id"], trace["request"]["sent_on"]) == ("TR-0001", "2026-11-01")
    assert [p["name"] for p in trace["answers"][0]["papers"]] == ["reply.eml"]
    assert "Asked Example Optics about EX-0001/R1" in run("log", case)[1]


def test_a_preview_records_nothing(run: Run, case: str, tmp_path: Path) -> None:
    letter = tmp_path / "l.pdf"
    code, out, err = run("ask", case, *ASK, "--letter", str(letter), "--preview")
    assert (code, out) == (0, "")
    assert "Nothing was recorded." in err
    assert letter.read_bytes().startswith(b"%PDF")
    assert "No trace request yet" in run("traces", case)[2]
    code, _, err = run("ask", case, *ASK)
    assert code == 2
    assert "prints the number for it" in err


def test_a_file_that_is_there_is_left_as_it_is(run: Run, case: str, tmp_path: Path) -> None:
    there = tmp_path / "mine.txt"
    there.write_text("mine")
    code, _, err = run("ask", case, *ASK, "--seen", looked(run, case), "--letter", str(there))
    assert code == 2
    assert "it was not changed" in err
    assert there.read_text() == "mine"
    assert run("traces", case)[1] == ""


def test_a_day_that_is_none_is_said(
    run: Run, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("ask", case, *ASK, "--sent", "someday")
    assert ended.value.code == 2
    assert "'someday' is not a day, such as 2026-11-27" in capsys.readouterr().err

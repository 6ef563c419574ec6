"""Whoever gives a wrong name is told so, and which command lists the right ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from catalog.demo import demo_catalog_csv
from tests.integration.workbench.cli.test_help import commands
from tests.unit.workbench.cli.conftest import looked
from tests.unit.workbench.drawn import plate_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workbench.cli.conftest import Run

NO_CASE = "case-000000000000"
HEX = "0" * 64

FILLED = {
    "ingest": [],
    "frame": ["EX-0001", "--at", "1"],
    "judge": ["EX-0001/R1", "serial", "confirmed", "--seen", "1"],
    "judge-copies": ["copy:EX-0001", "confirmed", "--seen", "1"],
    "check": ["--plate", "EX-0001/R1"],
    "decide": ["3", "confirmed", "--none", "--reason", "R", "--seen", "1"],
    "ask": ["EX-0001/R1", "--to", "T", "--who", "maker", "--reply-to", "R", "--seen", "1"],
    "letter": ["TR-0001", "/no/letter.pdf"],
    "answer": ["TR-0001", "nothing", "--words", "W", "--seen", "1"],
    "sign": ["3"],
    "publish": ["3"],
    "stamp": ["3"],
}
"""What a command needs beside the case; nothing for those that are not named."""

ABOUT_A_CASE = [
    name
    for name, command in commands()
    if any(action.dest == "case" and not action.option_strings for action in command._actions)
]


@pytest.fixture
def case(run: Run, tmp_path: Path) -> str:
    """A solo case with one photo, read and judged, and a catalog."""
    (tmp_path / "plate.jpg").write_bytes(plate_jpeg())
    (tmp_path / "demo.csv").write_bytes(demo_catalog_csv())
    run("enrol", "One person")
    made = run("case", "--title", "T", "--policy", "solo")[1].strip()
    run("ingest", made, str(tmp_path / "plate.jpg"))
    run("read", made)
    for field in ("maker", "model", "serial"):
        run("judge", made, "EX-0001/R1", field, "confirmed", "--seen", looked(run, made))
    return made


def test_a_store_without_people_is_named_since_it_may_be_the_wrong_one(
    run: Run, tmp_path: Path
) -> None:
    for command in (["case", "--title", "T"], ["people"]):
        said = run(*command)[2]
        assert f"The store {tmp_path}" in said
        assert "has no people yet" in said
        assert "--store FOLDER" in said


def test_every_command_about_a_case_says_what_to_do_where_there_is_none(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "p.jpg").write_bytes(plate_jpeg())
    run("enrol", "One person")
    assert len(ABOUT_A_CASE) > 12
    for name in ABOUT_A_CASE:
        more = [str(tmp_path / "p.jpg")] if name == "ingest" else FILLED.get(name, [])
        code, out, err = run(name, NO_CASE, *more)
        assert (code, out) == (4, ""), name
        assert f"There is no case '{NO_CASE}' in this store." in err, name
        assert "`python -m workbench case` lists the cases" in err, name
    code, _, err = run("find", "0836", "--case", NO_CASE)
    assert code == 4
    assert "`python -m workbench case` lists the cases" in err


WRONG = (
    ("judge CASE EX-0009/R1 serial confirmed --seen 1", "exhibits CASE` lists the exhibits"),
    ("judge CASE EX-0001/R9 serial confirmed --seen 1", "show CASE` lists the plates"),
    ("judge CASE EX-0001 serial confirmed --seen 1", "show CASE` lists the plates"),
    ("frame CASE EX-0009 --at 1", "exhibits CASE` lists the exhibits"),
    ("frame CASE EX-0001 --at 1", "only clips have frames"),
    ("judge-copies CASE copy:EX-0009 confirmed --seen 1", "copies CASE` lists the groups"),
    ("check CASE --plate EX-0009/R1", "show CASE` lists the plates"),
    ("check CASE", "check CASE --plate PLATE"),
    ("check --plate EX-0001/R1", "check CASE --plate PLATE"),
    ("check --found-country AM", "check CASE --plate PLATE"),
    ("check CASE --plate EX-0001/R1", "catalog FILE` imports one"),
    ("check --serial 0836", "catalog FILE` imports one"),
    (
        "decide CASE 99 confirmed --none --reason R --seen 1",
        "check CASE --plate PLATE` runs a search",
    ),
    ("letter CASE TR-0009 /no/l.pdf", "traces CASE` lists the requests"),
    ("answer CASE TR-0009 nothing --words W --seen 1", "ask CASE PLATE` creates one"),
    ("ask CASE EX-0001/R9 --to T --who maker --reply-to R --seen 1", "show CASE` lists the plates"),
    ("ask CASE EX-0001/R1 --to T --who maker --reply-to R --preview", "--preview --letter FILE"),
    ("sign CASE 99", "bundles CASE` lists the bundles"),
    ("publish CASE 99", "bundles CASE` lists the bundles"),
    ("stamp CASE 99", "bundles CASE` lists the bundles"),
    ("key Nobody", "people` lists the people"),
    ("--as Nobody read CASE", "people` lists the people"),
    (f"catalog --changes {HEX}", "catalog` lists the snapshots"),
    ("catalog --changes abc", "catalog` lists the snapshots"),
    ("catalog /no/file.csv", "There is no file /no/file.csv."),
    ("ingest CASE /no/file.jpg", "There is no file or folder /no/file.jpg."),
    ("key One --public-key /no/key.pub", "people` lists the people"),
    ("enrol Two --public-key /no/key.pub", "There is no file /no/key.pub."),
    ("enrol Two --public-key /", "/ cannot be read: Is a directory."),
    ("sign CASE 9 --signature /no/one.sig", "There is no file /no/one.sig."),
    ("stamp CASE 9 --answer /no/one.tsr", "There is no file /no/one.tsr."),
    ("ingest CASE /no --date someday", "There is no file or folder /no."),
)
"""A command with a wrong name in it, and the words that lead on; CASE is the case."""


def test_a_wrong_name_comes_with_the_next_step(run: Run, case: str) -> None:
    for words, said in WRONG:
        code, out, err = run(*words.replace("CASE", case).split())
        assert (code, out) in ((2, ""), (4, "")), words
        assert said.replace("CASE", case) in err.replace("CASE", case), words
        assert len(err.splitlines()) == 1, words


def test_a_wrong_candidate_is_answered_with_the_right_ones(
    run: Run, case: str, tmp_path: Path
) -> None:
    run("catalog", str(tmp_path / "demo.csv"), "--synthetic")
    search = run("check", case, "--plate", "EX-0001/R1")[1].splitlines()[0].split("\t")[1]
    why = ("--seen", "1", "--reason", "R")
    code, _, err = run("decide", case, search, "confirmed", "--candidate", "K", *why)
    assert code == 2
    assert f"'K' is not a candidate of search {search}. Its candidates are SYN-" in err


def test_the_only_snapshot_has_nothing_before_it(run: Run, case: str, tmp_path: Path) -> None:
    sha256 = run("catalog", str(tmp_path / "demo.csv"), "--synthetic")[1].strip()
    code, _, err = run("catalog", "--changes", sha256)
    assert (code, err.strip()) == (4, "No catalog snapshot was imported before this one.")
    code, _, err = run("catalog", "--changes", sha256, "--since", HEX)
    assert code == 4
    assert "This store has no catalog snapshot 000000000000" in err


def test_a_public_bundle_cannot_withhold_what_is_not_there(run: Run, case: str) -> None:
    _, _, err = run("export", case)
    found = re.search(r"Sealed in entry (\d+)", err)
    assert found is not None
    for option in ("--exhibit", "--blur"):
        code, _, err = run("publish", case, found[1], option, "EX-0009")
        assert code in (3, 4)
        assert "EX-0009" in err
    code, _, err = run("publish", case, found[1], "--withhold", "moon")
    assert code == 3
    assert "moon" in err
    assert "disclosures.jsonl" in err


def test_a_folder_that_gives_nothing_says_so_and_names_the_folders_inside_it(
    run: Run, tmp_path: Path
) -> None:
    run("enrol", "One person")
    case = run("case", "--title", "T")[1].strip()
    outer = tmp_path / "outer"
    (outer / "inner").mkdir(parents=True)
    code, out, err = run("ingest", case, str(outer))
    assert (code, out) == (4, "")
    assert f"The folder {outer / 'inner'} is not opened; name it as well" in err
    assert f"There is no file to add directly in {outer}." in err
    (outer / "inner" / "plate.jpg").write_bytes(plate_jpeg())
    assert run("ingest", case, str(outer / "inner"))[1].startswith("EX-0001\tplate.jpg")


def test_where_nothing_waits_reading_says_so(run: Run, case: str) -> None:
    code, out, err = run("read", case)
    assert (code, out, err) == (0, "", "Nothing is waiting to be read in this case.\n")

"""`python -m workbench`: the same verbs, the same rules, exit codes that scripts can use."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from catalog.demo import demo_catalog_csv
from tests.unit.workbench.cli.conftest import looked
from tests.unit.workbench.drawn import plate_jpeg
from vision.child import DECODERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workbench.cli.conftest import Run


def test_the_whole_way(run: Run, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "plate.jpg").write_bytes(plate_jpeg())
    (photos / "notes.txt").write_text("not taken: a folder's text files are somebody's notes")
    table = tmp_path / "demo.csv"
    table.write_bytes(demo_catalog_csv())

    assert run("enrol", "One person")[0] == 0
    code, out, _ = run("case", "--title", "From a folder", "--policy", "solo")
    assert code == 0
    case = out.strip()
    code, out, _ = run("ingest", case, str(photos), "--source-account", "@finder")
    assert (code, out.split()) == (0, ["EX-0001", "plate.jpg"])
    assert run("read", case)[0] == 0
    assert "CMX15D-0836" in run("show", case)[1]
    assert run("catalog", str(table), "--synthetic")[0] == 0
    seen = looked(run, case)
    for field in ("maker", "model", "serial"):
        assert run("judge", case, "EX-0001/R1", field, "confirmed", "--seen", seen)[0] == 0
    code, out, _ = run("check", case, "--plate", "EX-0001/R1")
    assert code == 0
    search, verdict, found = (line.split("\t") for line in out.splitlines()[:3])
    assert verdict[:2] == ["verdict", "Consistent with a catalog unit"]
    assert search[2] == "seen"
    decide = ("decide", case, search[1], "confirmed", "--seen", search[3])
    with pytest.raises(SystemExit):
        run(*decide, "--reason", "neither a candidate nor --none was named")
    assert run(*decide, "--candidate", found[1], "--reason", "It fits.")[:2] == (0, "stands\n")
    again = json.loads(run("check", case, "--plate", "EX-0001/R1", "--json")[1])
    assert again["search"] > int(search[1])
    assert again["result"]["candidates"][0]["key"] == found[1]
    assert run("exhibits", case)[1] == "EX-0001\treviewed\tplate.jpg\t\n"
    code, out, err = run("export", case)
    assert code == 0
    (bundle,) = json.loads(run("bundles", case, "--json")[1])
    assert f"Sealed in entry {bundle['sequence']}" in err
    assert (bundle["kind"], bundle["folder"]) == ("sealed", out.strip())
    assert bundle["unsigned"] == []
    assert (tmp_path / "store" / "bundles").is_dir()
    assert "Sealed" in run("log", case)[1]


def test_a_refused_file_is_named_and_the_code_says_so(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "text.jpg"
    bad.write_text("no picture")
    good = tmp_path / "good.jpg"
    good.write_bytes(plate_jpeg())
    run("enrol", "One person")
    case = run("case", "--title", "T")[1].strip()
    code, out, err = run("ingest", case, str(bad), str(good))
    assert code == 1
    assert "text.jpg" in err
    assert "EX-0001" in out


def test_rules_hold_here_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(plate_jpeg())
    run("enrol", "One person")
    case = run("case", "--title", "T")[1].strip()
    run("ingest", case, str(tmp_path / "p.jpg"))
    run("read", case)
    code, _, err = run(
        "judge", case, "EX-0001/R1", "serial", "confirmed", "--seen", looked(run, case)
    )
    assert code == 3
    assert "another person" in err


def test_unknown_things_are_said_plainly(run: Run) -> None:
    assert run("--as", "Nobody", "case", "--title", "T")[0] == 2
    run("enrol", "One person")
    code, _, err = run("read", "case-000000000000")
    assert code == 4
    assert "no case" in err
    assert "Traceback" not in err


def test_where_nobody_is_enrolled_the_next_step_is_named(
    run: Run,
) -> None:
    code, _, err = run("case", "--title", "T")
    assert code == 2
    assert "enrol" in err


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["people"], 0, "enrol"),
        (["case"], 0, "no case yet"),
        (["catalog"], 0, "no catalog yet"),
        (["find", "0836"], 1, "Nothing"),
    ],
    ids=["people", "cases", "catalogs", "hits"],
)
def test_an_empty_list_is_said_beside_what_programs_read(
    run: Run, command: list[str], code: int, said: str
) -> None:
    done, out, err = run(*command)
    assert (done, out) == (code, "")
    assert said in err


def test_ctrl_c_stops_between_two_photos_and_the_same_command_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(plate_jpeg(seed=number))
    files = [str(tmp_path / f"{number}.jpg") for number in range(3)]
    run("enrol", "One person")
    case = run("case", "--title", "T")[1].strip()
    decode = DECODERS.photo

    def interrupted(data: bytes, **more: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return decode(data, **more)

    monkeypatch.setattr(DECODERS, "photo", interrupted)
    code, out, err = run("ingest", case, *files)
    assert (code, out.split()) == (1, ["EX-0001", "0.jpg"])
    assert "1 exhibit added; 2 of 3 files were not added" in err
    monkeypatch.setattr(DECODERS, "photo", decode)
    code, out, _ = run("ingest", case, *files)
    assert code == 0
    assert [line.split("\t") for line in out.splitlines()] == [
        ["EX-0001", "0.jpg", "already here"],
        ["EX-0002", "1.jpg", ""],
        ["EX-0003", "2.jpg", ""],
    ]


def test_a_source_list_gives_files_claims_of_their_own(run: Run, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in (1, 2):
        (photos / f"{seed}.jpg").write_bytes(plate_jpeg(seed=seed))
    table = photos / "sources.csv"
    table.write_text("file,account,colour\n2.jpg,@finder,red\n7.jpg,@lost,\n")
    run("enrol", "One person")
    case = run("case", "--title", "T")[1].strip()
    code, out, err = run("ingest", case, str(photos), "--sources", str(table), "--place", "here")
    assert (code, out) == (0, "EX-0001\t1.jpg\t\nEX-0002\t2.jpg\t\n")
    assert "warning: row 1, colour: the column 'colour' is not used" in err
    assert "Row 3 of the source list names 7.jpg, which was not among the files." in err
    table.write_text("file,date\n2.jpg,someday\n")
    code, out, err = run("ingest", case, str(photos), "--sources", str(table))
    assert (code, out) == (2, "")
    assert "error: row 2, date:" in err
    assert "nothing was added" in err


def test_what_is_no_file_in_a_folder_is_named_and_the_rest_is_taken_in(
    run: Run, tmp_path: Path
) -> None:
    run("enrol", "One person")
    case = run("case", "--title", "A turret", "--policy", "solo")[1].strip()
    found = tmp_path / "found"
    (found / "folder.jpg").mkdir(parents=True)
    os.mkfifo(found / "pipe")
    (found / "loop").symlink_to("loop")
    (found / "nowhere").symlink_to("gone")
    (found / "z.jpg").write_bytes(plate_jpeg(seed=2))
    code, out, err = run("ingest", case, str(found / "pipe"), str(found))
    assert code == 1
    assert out.startswith("EX-0001\tz.jpg")
    assert "folder.jpg is not opened" in err
    assert err.count("pipe is a pipe, not a regular file") == 2
    assert "loop cannot be read" in err
    assert "nowhere cannot be read" in err
    assert len(run("exhibits", case, "--refused")[1].splitlines()) == 4

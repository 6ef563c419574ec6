"""What a file or a person says reaches the terminal as text only, never as a command to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.unit.workbench.cli.conftest import looked
from tests.unit.workbench.drawn import LINES, plate_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.unit.workbench.cli.conftest import Run

STEER = "\x1b[2J\x1b]0;gone\x07\u202e\u200b"
TYPED = "\u202e\u200b"
"""What of it may be typed and recorded; the control characters are refused."""


def test_no_name_reading_or_note_can_steer_the_terminal(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.json"
    lines = [{"text": f"{text}{STEER}", "confidence": 0.97, "box": box} for text, box in LINES]
    script.write_text(json.dumps(lines))
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    photo, bad = tmp_path / f"a\n{STEER}.jpg", tmp_path / f"b{STEER}.jpg"
    photo.write_bytes(plate_jpeg())
    bad.write_text("no picture")
    run("enrol", "One person")
    case = run("case", "--title", f"T{TYPED}", "--policy", "solo")[1].strip()
    said = [
        run("case", "--title", f"T{STEER}", "--policy", "solo"),
        run("ingest", case, str(photo), "--note", STEER),
        run("ingest", case, str(photo), str(bad), "--note", TYPED),
        run("read", case),
    ]
    seen = ("--seen", looked(run, case))
    said += [
        run("find", "0836"),
        run("judge", case, "EX-0001/R1", "serial", "corrected", "--text", "08?6", *seen),
        run("judge", case, f"EX-0001/R1{STEER}", "serial", "confirmed", *seen),
        run("show", f"{case}{STEER}"),
        run("catalog", f"/no/{STEER}.csv"),
        run("enrol", f"Two{STEER}"),
        *(
            run("judge", case, "EX-0001/R1", name, "confirmed", *seen)
            for name in ("maker", "model")
        ),
    ]
    seen = ("--seen", looked(run, case))
    said += [
        run("ask", case, "EX-0001/R1", "--to", TYPED, "--who", "maker", "--reply-to", TYPED, *seen),
        run("answer", case, "TR-0001", "denied", "--words", TYPED, "--paper", str(photo), *seen),
        *(
            run(name, case, *more)
            for name in ("exhibits", "show", "copies", "traces", "log")
            for more in ([], ["--json"])
        ),
        run("case"),
        run("case", "--json"),
    ]
    for _code, out, err in said:
        for char in STEER:
            if char not in "[2J]0;gone":
                assert char not in out + err
    assert [code for code, *_ in said[:2]] == [2, 2], "typed control characters are refused"
    assert "EX-0001\ta\\n\\u{1b}[2J" in said[2][1], "and what was there is shown"

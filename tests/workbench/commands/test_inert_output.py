"""What a file or a person says reaches the terminal as text only, never as a command to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.workbench.drawn import LINES, plate_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.workbench.commands.conftest import Run

STEER = "\x1b[2J\x1b]0;gone\x07\u202e\u200b"


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
    case = run("case", "--title", f"T{STEER}", "--policy", "solo")[1].strip()
    said = [
        run("ingest", case, str(photo), str(bad), "--note", STEER),
        run("read", case),
        run("find", "0836"),
        run("judge", case, "EX-0001/R1", "serial", "corrected", "--text", "08?6"),
        run("judge", case, f"EX-0001/R1{STEER}", "serial", "confirmed"),
        run("show", f"{case}{STEER}"),
        run("catalog", f"/no/{STEER}.csv"),
        run("enrol", f"Two{STEER}"),
        *(run("judge", case, "EX-0001/R1", name, "confirmed") for name in ("maker", "model")),
        run("ask", case, "EX-0001/R1", "--to", STEER, "--who", "maker", "--reply-to", STEER),
        run("answer", case, "TR-0001", "denied", "--words", STEER, "--paper", str(photo)),
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
    assert "EX-0001\ta\\n\\x1b[2J" in said[0][1], "and what was there is shown"

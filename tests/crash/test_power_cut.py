"""A power cut drops every write that was not synced; nothing acknowledged may be among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.power_cut import RecordedDisk, calls, can_record, cut_many, record

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not can_record(),
    reason="strace records the writes and syncs; install the Debian package strace to run this "
    "(and allow ptrace, where a container forbids it)",
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One recorded run: (the folder it wrote into, the recording)."""
    place = tmp_path_factory.mktemp("power").resolve()
    record(place / "store", seed=1, rounds=4, log=place / "log")
    return place / "store", place / "log"


def test_no_acknowledged_byte_or_entry_is_lost(recording: tuple[Path, Path]) -> None:
    figures, problems = cut_many(*recording, cuts=16, seed=1)
    assert problems == []
    assert figures["cuts"] == 16
    assert figures["promises_checked"] > 16


@pytest.mark.parametrize("act", ["_fsync", "_fdatasync", "_sync_names"])
def test_a_store_that_did_not_sync_would_be_caught(
    monkeypatch: pytest.MonkeyPatch, recording: tuple[Path, Path], act: str
) -> None:
    """The same run, on a disk that takes no notice of one kind of sync."""
    monkeypatch.setattr(RecordedDisk, act, lambda *_: None)
    _, problems = cut_many(*recording, cuts=4, seed=2)
    assert problems


def test_a_recording_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('12 write(3</x>, "\\x41", 1 <unfinished ...>\n')
    with pytest.raises(ValueError, match="two threads"):
        list(calls(log))
    log.write_text("12 sync_file_range(3</x>, 0, 4096, 2) = 0\n")
    with pytest.raises(ValueError, match="not understood: sync_file_range"):
        cut_many(tmp_path, log, cuts=1, seed=1)

"""Which exhibits carry a value is found by the value, and each reading is opened once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import plate_jpeg
from workbench.copies import value_index as known_values
from workbench.copies.value_index import KnownValues
from workbench.types import Claims, Upload

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

SERIAL = "CMX15D0836"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The readings that were opened, in order."""
    asked: list[str] = []
    real = known_values.kept_reading

    def counted(blobs: object, sha256: str) -> object:
        asked.append(sha256)
        return real(blobs, sha256)  # type: ignore[arg-type]

    monkeypatch.setattr(known_values, "kept_reading", counted)
    return asked


def take_and_read(bench: Workbench, actor: Actor, case: CaseSummary, *seeds: int) -> None:
    uploads = [Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed)) for seed in seeds]
    bench.intake.take_in(actor, case.case_id, uploads, Claims())
    bench.reading.read_pending(actor, case.case_id)


def test_each_reading_is_opened_once(
    bench: Workbench, investigator: Actor, case: CaseSummary, opened: list[str]
) -> None:
    take_and_read(bench, investigator, case, 3, 4)
    index = KnownValues(bench.stores)
    opened.clear()
    for _ in range(3):
        assert index.bearers(case.case_id, [SERIAL]) == {"EX-0001", "EX-0002"}
        assert index.bearers(case.case_id, ["NOTHING"]) == frozenset()
        assert index.bearers(case.case_id, []) == frozenset()
    assert len(opened) == 2


def test_a_reading_without_a_value_takes_its_exhibit_out(
    bench: Workbench,
    investigator: Actor,
    case: CaseSummary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_and_read(bench, investigator, case, 3)
    index = KnownValues(bench.stores)
    assert index.bearers(case.case_id, [SERIAL]) == {"EX-0001"}
    monkeypatch.setattr(known_values, "identity_values", lambda _reading: {})
    bench.reading.read_again(investigator, case.case_id, "EX-0001")
    assert index.bearers(case.case_id, [SERIAL]) == frozenset()


def test_what_was_found_is_kept_for_the_next_start(
    bench: Workbench,
    investigator: Actor,
    case: CaseSummary,
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_values, "WORTH_KEEPING", 1)
    take_and_read(bench, investigator, case, 3, 4)
    first = KnownValues(bench.stores)
    first.bearers(case.case_id, [SERIAL])
    first.close()
    opened.clear()
    assert KnownValues(bench.stores).bearers(case.case_id, [SERIAL]) == {"EX-0001", "EX-0002"}
    assert not opened


@pytest.mark.parametrize("content", ["", "[]", "{", '{"c": 1}', '{"c": {"reached": "x"}}'])
def test_a_damaged_index_is_made_anew(
    bench: Workbench, investigator: Actor, case: CaseSummary, settings: Settings, content: str
) -> None:
    take_and_read(bench, investigator, case, 3)
    (settings.store / "cache" / "values.json").write_text(content, encoding="utf-8")
    assert KnownValues(bench.stores).bearers(case.case_id, [SERIAL]) == {"EX-0001"}


def test_a_reading_that_cannot_be_opened_keeps_none_of_the_others(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    take_and_read(bench, investigator, case, 3, 4)
    damaged = bench.exhibits.recorded_in(case.case_id, "EX-0001").reading_sha256
    assert damaged
    (path,) = (bench.stores.settings.store / "blobs").rglob(damaged)
    path.chmod(0o600)
    path.write_bytes(b"{}")
    known_values.kept_reading.cache_clear()
    assert KnownValues(bench.stores).bearers(case.case_id, [SERIAL]) == {"EX-0002"}

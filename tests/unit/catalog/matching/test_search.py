"""Search as a casework manual: what a plate says, what the records hold, what may be concluded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from catalog.matching.search import search
from catalog.types import CoverageEntry, Redactable, Serial
from tests.unit.catalog.casework import (
    asked,
    day,
    delivery,
    history,
    ids,
    kept_json,
    line,
    numbered,
    party,
    permit,
    snapshot_of,
    spoken,
)
from words.english.numbers import times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalog.snapshot.reader import Snapshot
    from catalog.types import Query, Verdict

REDACTED = Redactable(value="", redaction="redacted_full")
WITHHELD = Serial(value="", basis="redacted", redaction="redacted_full", quantity=2)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Twelve hundred turrets, most of them known, and what surrounds them."""
    known = delivery("D-1", "2020-09-24", numbered(*range(1, 1201, 2), 836, 842))
    with snapshot_of(
        tmp_path_factory.mktemp("search"),
        permit(
            "P-1",
            line("P-1/1", known, part_number="72-10015-04"),
            number=REDACTED,
            status_history=history("approved 2020-05-06"),
        ),
        permit(
            "P-2",
            line(
                "P-2/1",
                delivery(
                    "D-2",
                    "2020-06",
                    (),
                ),
                model="CMX-10",
            ),
            line(
                "P-2/2",
                delivery("D-3", "2020-07", numbered(7, 8, form="CMX10-{:04d}")),
                model="CMX-10",
            ),
            status_history=history("approved 2020"),
        ),
        permit(
            "P-3",
            line("P-3/1", quantity=3),
            parties=(party("end_user", "An air force", "AZ"),),
            status_history=history("submitted 2020-06-30", "denied 2020-11"),
        ),
        permit(
            "P-4",
            line(
                "P-4/1",
                delivery("D-4", "2019", numbered(11, 12, form="HX{:05d}")),
                maker_id="hensoldt",
                maker_as_written="Hensoldt",
                model="ARGOS",
            ),
            status_history=history("approved 2019"),
        ),
        coverage=(
            CoverageEntry(
                maker_id="wescam",
                issuer="authority",
                first=day("2018"),
                last=day("2021"),
                completeness="partial",
            ),
        ),
    ) as snapshot:
        yield snapshot


@pytest.mark.parametrize(
    ("query", "verdict", "first"),
    [
        # a clear transcription of a catalogued unit: strong, but one person's reading can err
        (asked("CMX15D-0836"), "consistent_with_catalog_unit", "CMX15D-0836"),
        # a decoded Data Matrix of the same
        (asked("CMX15D-0836", origin="code"), "identifies_catalog_unit", "CMX15D-0836"),
        # separators, case and script do not matter
        (asked("cmx15d 0836", origin="code"), "identifies_catalog_unit", "CMX15D-0836"),
        (asked("СМХ15D-0836", origin="code"), "identifies_catalog_unit", "CMX15D-0836"),
        # the model by a declared variant
        (
            asked("CMX15D-0836", model="MX-15D", origin="code"),
            "identifies_catalog_unit",
            "CMX15D-0836",
        ),
        # one unreadable character: ten units fit, five of them catalogued
        (asked("CMX15D-08?7"), "several_candidates", None),
        # one unreadable character that the catalog narrows to one known unit is still open
        (asked("CMX15D-084?"), "several_candidates", None),
        # a unit that was made but is not in the catalog
        (asked("CMX15D-0838"), "not_in_catalog", None),
        # nothing but the fixed part was read
        (asked("CMX15D-????"), "consistent_with_model_only", None),
        (asked("????"), "consistent_with_model_only", None),
        (asked(None), "consistent_with_model_only", None),
        # a model that another maker makes, and one that nobody makes
        (asked("CMX15D-0836", model="ARGOS"), "not_in_catalog", None),
        (asked("CMX15D-0836", model="MX-20"), "not_in_catalog", None),
        # the integrator's plate is no plate of the maker
        (asked("BYK-T2-0117", maker="BAYKAR", model="TB2-CAM-MOUNT"), "not_in_catalog", None),
        # maker and model unread: every unit of the catalog competes
        (
            asked("CMX15D-0836", maker=None, model=None, origin="code"),
            "identifies_catalog_unit",
            "CMX15D-0836",
        ),
        # a machine's unreadable model is not compared, and then nothing is identified
        (
            asked("CMX15D-0836", model="C##X", origin="machine"),
            "consistent_with_catalog_unit",
            "CMX15D-0836",
        ),
        # look-alike characters of a machine's model reading
        (
            asked("CMX15D-0836", model="CMX-I5D", origin="machine"),
            "consistent_with_catalog_unit",
            "CMX15D-0836",
        ),
    ],
)
def test_what_may_be_concluded(
    catalog: Snapshot, query: Query, verdict: Verdict, first: str | None
) -> None:
    result = search(query, catalog)
    assert result.verdict == verdict, result.explanation
    if first is not None:
        assert result.candidates[0].serial is not None
        assert result.candidates[0].serial.value == first
        assert result.candidates[0].verdict == verdict


def test_a_redacted_permit_is_reached_by_its_serial(catalog: Snapshot) -> None:
    found = search(asked("CMX15D-0836"), catalog).candidates[0]
    assert found.permit_number == ("", "redacted_full")
    assert found.permit.permit_id == "P-1"
    assert found.delivery is not None
    assert str(found.delivery.ship_date) == "2020-09-24"


def test_bits_of_the_waterfall_add_up_to_the_weight(catalog: Snapshot) -> None:
    for query in (
        asked("CMX15D-0836", part_number="72-10015-04"),
        asked("CMX15D-08?6", part_number="99-1"),
        asked("CMX15D-0836", maker=None, model=None),
        asked("CMX15D-0836", model=None),
    ):
        for candidate in search(query, catalog).candidates:
            if candidate.weight is None:
                continue
            bits = sum(feature.weight_bits for feature in candidate.features)
            assert bits == pytest.approx(candidate.weight.bits, abs=1e-6)
            by_character = sum(part.weight_bits for part in candidate.characters)
            serial = next(f for f in candidate.features if f.feature == "serial")
            assert by_character == pytest.approx(serial.weight_bits, abs=1e-6)


def test_maker_and_model_add_nothing_among_units_that_share_them(catalog: Snapshot) -> None:
    candidate = search(asked("CMX15D-0836"), catalog).candidates[0]
    bits = {feature.feature: feature.weight_bits for feature in candidate.features}
    assert bits["maker"] == pytest.approx(0.0, abs=1e-9)
    assert bits["model"] == pytest.approx(0.0, abs=1e-9)
    assert bits["serial"] > 10


def test_an_unreadable_character_carries_no_bits(catalog: Snapshot) -> None:
    candidate = search(asked("CMX15D-08?6"), catalog).candidates[0]
    bits = {part.place: part.weight_bits for part in candidate.characters}
    assert bits[9] == pytest.approx(0.0, abs=0.2)
    assert bits[10] > 2.5


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (asked("CMX15D-0836"), asked("CMX15D-08?6")),
        (asked("CMX15D-0836", part_number="72-10015-04"), asked("CMX15D-0836", part_number="8-1")),
        (asked("CMX15D-0836"), asked("CMX15D-0836", origin="machine")),
        (asked("CMX15D-0836", origin="code"), asked("CMX15D-0836")),
    ],
)
def test_the_better_evidence_weighs_more(catalog: Snapshot, better: Query, worse: Query) -> None:
    def weight(query: Query) -> float:
        return next(
            c.lr
            for c in search(query, catalog).candidates
            if c.lr is not None and c.serial is not None and c.serial.value == "CMX15D-0836"
        )

    assert weight(better) > weight(worse)


def test_the_explanation_says_the_number_and_never_more(catalog: Snapshot) -> None:
    result = search(asked("CMX15D-0836"), catalog)
    candidate = result.candidates[0]
    explanation = spoken(candidate.explanation)
    assert "times more probable if the plate is that of unit CMX15D-0836 than" in explanation
    assert "of 1,2" in explanation
    assert "units fit" in explanation
    assert candidate.weight is not None
    assert f"these findings {times(candidate.weight.lr)} times less often." in explanation
    assert f"the ratio is {times(candidate.weight.after_search)}." in explanation
    for one in (*result.explanation, *candidate.explanation, *result.limits, *candidate.limits):
        assert "proves" not in spoken(one)
        assert "% likely" not in spoken(one)


def test_neighbours_say_which_single_character_would_change_the_answer(catalog: Snapshot) -> None:
    candidate = search(asked("CMX15D-0837"), catalog).candidates[0]
    single = [n for n in candidate.neighbours if len(n.places) == 1]
    assert single
    assert all(n.serial != "CMX15D0837" for n in single)
    nearest = single[0]
    place = nearest.places[0]
    assert f"if character {place} is {nearest.serial[place - 1]}, not" in spoken(nearest.differs)


def test_what_the_catalog_covers_is_said_beside_an_absence(catalog: Snapshot) -> None:
    result = search(asked("CMX15D-0838"), catalog)
    assert "verdict.not-in-catalog" in ids(result.explanation)
    assert "from 2018 to 2021" in spoken(result.coverage_note)
    assert "synthetic" in spoken(result.coverage_note)


def test_applications_that_were_never_approved_are_no_deliveries(catalog: Snapshot) -> None:
    result = search(asked("CMX15D-0836"), catalog)
    assert [one.permit_id for one in result.applications] == ["P-3"]
    assert all(candidate.permit.permit_id != "P-3" for candidate in result.candidates)


def test_a_serial_on_a_denied_application_is_no_candidate(tmp_path: Path) -> None:
    denied = permit(
        "P-9",
        line("P-9/1", delivery("D-9", "", numbered(500))),
        status_history=history("denied 2020-11"),
    )
    lawful = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 400)))),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path, denied, lawful) as snapshot:
        result = search(asked("CMX15D-0500", origin="code"), snapshot)
        assert all(candidate.permit.permit_id != "P-9" for candidate in result.candidates)
        assert result.verdict == "not_in_catalog"


def test_redacted_units_neither_match_nor_exclude(tmp_path: Path) -> None:
    plain = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 900, 3)))),
        status_history=history("approved 2019"),
    )
    hidden = permit(
        "P-2",
        line("P-2/1", replace(delivery("D-2", "2020", ()), quantity=2, serials=(WITHHELD,))),
        status_history=history("approved 2019"),
    )
    with (
        snapshot_of(tmp_path, plain, name="without") as without,
        snapshot_of(tmp_path, plain, hidden, name="with") as with_hidden,
    ):
        for serial in ("CMX15D-0013", "CMX15D-00?3", "CMX15D-0700"):
            a, b = search(asked(serial), without), search(asked(serial), with_hidden)
            weighed = [c for c in b.candidates if c.weight is not None]
            assert [c.lr for c in a.candidates] == [c.lr for c in weighed]
            assert a.verdict == b.verdict
        open_line = search(asked("CMX15D-0899"), with_hidden).candidates[-1]
        assert open_line.permit.permit_id == "P-2"
        assert open_line.verdict == "consistent_with_model_only"
        assert open_line.lr is None


@pytest.mark.parametrize("basis", ["redacted", "quantity_only"])
def test_what_is_left_of_a_redacted_serial_matches_nothing(tmp_path: Path, basis: str) -> None:
    left = Serial(value="CMX15D-0701", basis=basis, redaction="redacted_partial")  # type: ignore[arg-type]
    hidden = permit(
        "P-2",
        line("P-2/1", replace(delivery("D-2", "2020", ()), quantity=1, serials=(left,))),
        status_history=history("approved 2019"),
    )
    other = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 900, 3)))),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path, other, hidden) as snapshot:
        result = search(asked("CMX15D-0701", origin="code"), snapshot)
        assert result.verdict == "inconclusive", "nor is it said to be absent"
        held = [one for one in result.candidates if one.permit.permit_id == "P-2"]
        assert [(one.verdict, one.lr) for one in held] == [("consistent_with_model_only", None)]


def test_two_records_with_one_serial_contradict(tmp_path: Path) -> None:
    first = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(1, 2, 3))),
        status_history=history("approved 2019"),
    )
    second = permit(
        "P-2",
        line("P-2/1", delivery("D-2", "2021", numbered(2))),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path, first, second) as snapshot:
        result = search(asked("CMX15D-0002", origin="code"), snapshot)
        assert result.verdict == "several_candidates"
        assert {c.permit.permit_id for c in result.candidates} == {"P-1", "P-2"}
        assert "candidate.copies" in ids(result.candidates[0].limits)


def test_an_empty_catalog_answers(tmp_path: Path) -> None:
    with snapshot_of(tmp_path) as snapshot:
        result = search(asked("CMX15D-0836"), snapshot)
        assert result.verdict == "not_in_catalog"
        assert result.candidates == ()
        assert "does not say what it covers" in spoken(result.coverage_note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "-" * 500,
        "A" * 5000,
        "\x00\x07",
        "<script>",
        "№ 0836",
        "٠٨٣٦",
        "И002",
        "'; --",
    ],
)
def test_no_reading_makes_the_search_fail(catalog: Snapshot, text: str) -> None:
    for origin in ("human", "machine", "code"):
        result = search(asked(text, origin=origin), catalog)  # type: ignore[arg-type]
        json.dumps(kept_json(result))


def test_letters_without_a_latin_twin_are_told_apart(tmp_path: Path) -> None:
    kept = permit(
        "P-1",
        line(
            "P-1/1",
            delivery("D-1", "2020", numbered(*range(1, 40), form="И{:03d}")),
            maker_id="hensoldt",
            maker_as_written="Hensoldt",
            model="X",
        ),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path, kept) as snapshot:
        same = search(asked("И002", maker="Hensoldt", model="X", origin="code"), snapshot)
        other = search(asked("П002", maker="Hensoldt", model="X", origin="code"), snapshot)
        assert same.verdict == "identifies_catalog_unit"
        assert other.verdict != "identifies_catalog_unit"


def test_sensitivity_says_how_much_hangs_on_the_assumptions(catalog: Snapshot) -> None:
    candidate = search(asked("CMX15D-0836"), catalog).candidates[0]
    rows = {spoken(row.assumption): row for row in candidate.sensitivity}
    assert len(rows) >= 4
    worse = rows["reading errors are twice as frequent"]
    assert candidate.lr is not None
    assert worse.lr < candidate.lr
    better = rows["reading errors are half as frequent"]
    assert better.posterior > worse.posterior


def test_a_middling_weight_says_what_is_left_against_the_next_serial(tmp_path: Path) -> None:
    known = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 1001)))),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path, known) as snapshot:
        unread = search(asked("CMX15D-08?6"), snapshot).candidates[0]
        person = search(asked("CMX15D-0836"), snapshot).candidates[0]
        code = search(asked("CMX15D-0836", origin="code"), snapshot).candidates[0]
    assert "the next likeliest serial, the findings are about as probable" in spoken(
        unread.explanation
    )
    assert "the next likeliest serial, the findings are" in spoken(person.explanation)
    assert "weight.next-serial" not in ids(code.explanation), (
        "an identified unit has no rival to speak of"
    )


def test_json_has_what_screens_and_bundles_need(catalog: Snapshot) -> None:
    data = json.loads(json.dumps(kept_json(search(asked("CMX15D-08?6"), catalog))))
    first = data["candidates"][0]
    assert data["snapshot_sha256"] == catalog.sha256
    assert data["scale"]["version"] in data["algorithm"]
    assert first["fit"]["words"].endswith("units fit")
    assert first["one_over_p"] == first["lr"]
    assert first["one_over_np"] < first["one_over_p"]
    assert first["permit"]["number"] == {"value": "", "redaction": "redacted_full"}
    assert all(feature["about"] for feature in first["features"])
    assert {"statement", "lr"} & set(first) == {"lr"}


def test_units_that_fit_and_are_not_shown_are_said_to_be_there(catalog: Snapshot) -> None:
    result = search(asked("CMX15D-0???"), catalog)
    fit = result.candidates[0].fit
    assert fit is not None
    assert (len(result.candidates), fit.catalogued_fitting) == (20, 502)
    assert "502 of them are in the catalog" in spoken(result.explanation)
    assert "Only 20 of these are shown" in spoken(result.explanation)
    assert "search.shown" not in ids(search(asked("CMX15D-083?"), catalog).explanation)


@pytest.mark.parametrize("end", ["", "."])
def test_coverage_that_is_a_note_claims_no_makers_and_no_years(tmp_path: Path, end: str) -> None:
    said = CoverageEntry(note=f"What one ministry published{end}")
    one = permit("P", line("P/1", delivery("D", "2020", numbered(1))))
    with snapshot_of(tmp_path, one, coverage=(said,)) as snapshot:
        note = spoken(search(asked("CMX15D-0009"), snapshot).coverage_note)
    assert "as text only: What one ministry published. What is not" in note
    assert "every maker" not in note

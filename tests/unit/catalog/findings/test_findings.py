"""What a match means: one story with its dates, and each finding on its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from catalog.findings.findings import Circumstances, findings
from catalog.matching.search import search
from catalog.types import Redactable
from tests.unit.catalog.casework import (
    asked,
    delivery,
    history,
    ids,
    line,
    numbered,
    party,
    permit,
    snapshot_of,
    spoken,
)
from values.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalog.snapshot.reader import Snapshot
    from catalog.types import Finding, Permit

NAVY = (
    party("integrator", "Aircraft Integrator", "TR"),
    party("end_user", "Turkish Naval Forces", "TR"),
)
AIR_FORCE = (party("end_user", "Azerbaijani Air Force", "AZ"),)


def story() -> tuple[Permit, ...]:
    """The dates that were in the news; permits, quantities and serials are invented."""
    turkey = {"country_final_destination": "TR", "parties": NAVY}
    return (
        permit(
            "before",
            line(
                "before/1",
                delivery("D-2019", "2019-08-21", numbered(612, 613)),
                delivery("D-late", "2019-11-02", numbered(617)),
                quantity=6,
            ),
            status_history=history(
                "approved 2019-06-18", "suspended 2019-10-15", "cancelled 2021-04-12"
            ),
            **turkey,
        ),
        permit(
            "may-2020",
            line("may-2020/1", delivery("D-SEP", "2020-09-24", numbered(836, 842)), quantity=7),
            number=Redactable(value="", redaction="redacted_full"),
            status_history=history(
                "approved_with_conditions 2020-05-06",
                "suspended 2020-10-05",
                "cancelled 2021-04-12",
            ),
            conditions=("Exception to the restriction of 15 October 2019",),
            end_use_text=Redactable(value="will not be diverted, re-exported or transferred"),
            undertakings=("no_diversion", "no_third_party_transfer"),
            **turkey,
        ),
        permit(
            "autumn",
            line(
                "autumn/1",
                delivery("D-OCT", "2020-10", numbered(850)),
                delivery("D-OCT-5", "2020-10-05", numbered(851)),
                delivery("D-NOV", "2020-11-03", numbered(852)),
                delivery("D-UNKNOWN", "", numbered(853)),
                quantity=3,
            ),
            status_history=history("approved 2020-06-01", "suspended 2020-10-05"),
            **turkey,
        ),
        permit(
            "applied",
            line("applied/1", quantity=3),
            status_history=history("submitted 2020-06-30", "denied 2020-11"),
            parties=AIR_FORCE,
        ),
        permit(
            "norway",
            line("norway/1", delivery("D-NO", "2020-06-15", numbered(*range(700, 800)))),
            status_history=history("approved 2020-01-20"),
            country_final_destination="NO",
            parties=(party("end_user", "Coast Guard", "NO"),),
        ),
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with snapshot_of(tmp_path_factory.mktemp("story"), *story()) as snapshot:
        yield snapshot


def found(catalog: Snapshot, serial: str | None, **given: str) -> dict[str, Finding]:
    candidate = search(asked(serial, origin="code"), catalog).candidates[0]
    circumstances = Circumstances.from_words(given)
    return {finding.kind: finding for finding in findings(candidate, catalog, circumstances)}


@pytest.mark.parametrize(
    ("serial", "given", "kinds"),
    [
        # September 2020, permit of May 2020 for seven systems: in force, as an exception
        ("CMX15D-0836", {}, {"exception_during_ban"}),
        ("CMX15D-0836", {"found_country": "Turkey"}, {"exception_during_ban"}),
        # found elsewhere, with somebody who had applied and was refused
        (
            "CMX15D-0836",
            {"found_country": "Armenia", "found_with": "Azerbaijani Air Force"},
            {"exception_during_ban", "end_user_differs", "never_approved_application"},
        ),
        ("CMX15D-0836", {"found_with": "Turkish Naval Forces"}, {"exception_during_ban"}),
        (
            "CMX15D-0836",
            {"found_country": "Azerbaijan"},
            {"exception_during_ban", "end_user_differs", "never_approved_application"},
        ),
        # a place that is not a country cannot be compared
        (
            "CMX15D-0836",
            {"found_country": "Nagorno-Karabakh"},
            {"exception_during_ban", "end_user_not_comparable"},
        ),
        # the photo against the shipment of 24 September 2020
        ("CMX15D-0836", {"photo_published": "2020-10-19"}, {"exception_during_ban"}),
        (
            "CMX15D-0836",
            {"photo_taken": "2020-07"},
            {"exception_during_ban", "photo_predates_shipment"},
        ),
        (
            "CMX15D-0836",
            {"photo_taken": "2020-09"},
            {"exception_during_ban", "photo_and_shipment_order_open"},
        ),
        (
            "CMX15D-0836",
            {"photo_taken": "2020"},
            {"exception_during_ban", "photo_and_shipment_order_open"},
        ),
        # shipped before the suspension of 15 October 2019, and after it
        ("CMX15D-0612", {}, set()),
        ("CMX15D-0617", {}, {"permit_not_in_force_on_ship_date"}),
        # October 2020: before or after the suspension of the 5th? On the 5th? In November? When?
        ("CMX15D-0850", {}, {"permit_status_on_ship_date_open", "quantity_exceeded"}),
        ("CMX15D-0851", {}, {"permit_status_on_ship_date_open", "quantity_exceeded"}),
        ("CMX15D-0852", {}, {"permit_not_in_force_on_ship_date", "quantity_exceeded"}),
        ("CMX15D-0853", {"photo_taken": "2020"}, {"quantity_exceeded"}),
        # another country's unit of the same model, lawfully delivered
        ("CMX15D-0750", {"found_country": "NO"}, set()),
        # no serial at all
        (None, {}, {"only_maker_and_model"}),
    ],
)
def test_the_story_with_its_dates(
    catalog: Snapshot, serial: str | None, given: dict[str, str], kinds: set[str]
) -> None:
    assert found(catalog, serial, **given).keys() == kinds


def test_every_finding_has_grounds_and_alternatives_and_no_proof(catalog: Snapshot) -> None:
    given = {
        "found_country": "Armenia",
        "found_with": "Azerbaijani Air Force",
        "photo_taken": "2020-07",
    }
    every = {}
    for serial in ("CMX15D-0836", "CMX15D-0617", "CMX15D-0850", None):
        every |= found(catalog, serial, **given)
    assert len(every) >= 7
    for finding in every.values():
        assert finding.grounds
        assert finding.alternatives
        text = spoken(finding.statement, finding.grounds, finding.alternatives)
        assert not re.search(r"\bprov(e|es|en|ed|ing)\b", text.lower())
        *said, trust = finding.statement
        assert trust.id.startswith("confidence.")
        assert not any("onfidence" in spoken(one) for one in said), "never with a likelihood"
        assert "likely" not in spoken(trust)


def test_the_ground_of_an_exception_is_another_permit(catalog: Snapshot) -> None:
    exception = found(catalog, "CMX15D-0836")["exception_during_ban"]
    assert (
        "On 2020-09-24, when the unit was shipped, another permit to TR was suspended: before."
        in map(spoken, exception.grounds)
    )


def test_a_permit_whose_number_is_withheld_is_named_by_its_record(tmp_path: Path) -> None:
    withheld = Redactable(value="", redaction="redacted_full")
    permits = [
        replace(one, number=withheld) if one.permit_id in {"before", "applied"} else one
        for one in story()
    ]
    with snapshot_of(tmp_path, *permits) as catalog:
        said = found(catalog, "CMX15D-0836", found_with="Azerbaijani Air Force")
    suspended = spoken(said["exception_during_ban"].grounds[0])
    assert suspended.endswith("was suspended: record before (number not readable).")
    applied = spoken(said["never_approved_application"].grounds[0])
    assert applied == "Application record applied (number not readable): denied 2020-11."


def test_the_usual_alternatives_to_a_diversion_are_named(catalog: Snapshot) -> None:
    finding = found(catalog, "CMX15D-0836", found_country="Armenia")["end_user_differs"]
    text = spoken(finding.alternatives)
    for word in ("consented", "theft", "moved", "counterfeit", "catalog", "misread"):
        assert word in text
    assert "will not be diverted" in spoken(finding.grounds)


def test_confidence_follows_the_verdict(catalog: Snapshot) -> None:
    sure = found(catalog, "CMX15D-0836", found_country="AM")["end_user_differs"]
    assert sure.statement[-1].id == "confidence.high"
    result = search(asked("CMX15D-08?6"), catalog)
    vague = findings(result.candidates[0], catalog, Circumstances(found_country="AM"))
    assert not any("confidence.high" in ids(finding.statement) for finding in vague)


def test_a_withheld_end_user_neither_matches_nor_differs(tmp_path: Path) -> None:
    hidden = permit(
        "hidden",
        line("hidden/1", delivery("D", "2020-06", numbered(*range(1, 20)))),
        status_history=history("approved 2020-01-01"),
        parties=(party("end_user", "", "", withheld=True),),
    )
    with snapshot_of(tmp_path, hidden) as snapshot:
        kinds = found(snapshot, "CMX15D-0007", found_country="AM", found_with="Somebody").keys()
        assert kinds == {"end_user_not_comparable"}


def test_a_unit_that_was_reported_stolen_says_so(tmp_path: Path) -> None:
    shipped = delivery("D", "2020-06", numbered(*range(1, 20)))
    stolen = replace(
        shipped, serials=tuple(replace(s, disposition="reported_stolen") for s in shipped.serials)
    )
    kept = permit("P", line("P/1", stolen), status_history=history("approved 2020-01-01"))
    with snapshot_of(tmp_path, kept) as snapshot:
        finding = found(snapshot, "CMX15D-0007")["unit_recorded_otherwise"]
        assert "reported stolen" in spoken(finding.statement)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"photo_taken": "12.05.2020"}, "photo_taken: .* is not a date"),
        ({"photo_published": "2020-02-31"}, "photo_published: .* is not a day"),
        ({"found_in": "AM"}, "'found_in' is not a circumstance"),
    ],
)
def test_circumstances_say_which_field_is_wrong(given: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Circumstances.from_words(given)


@pytest.mark.parametrize(
    ("recorded", "where", "said"),
    [
        ("Korea", "KR", "any-state"),
        ("KR", "Congo", "any-state"),
        ("", "GB", "withheld-user"),
        ("no country", "GB", "no-country"),
        ("GB", "the border", "no-country"),
    ],
)
def test_why_places_cannot_be_compared_is_what_is_open_about_them(
    tmp_path: Path, recorded: str, where: str, said: str
) -> None:
    one = permit(
        "one",
        line("one/1", delivery("D-1", "2020-09-08", numbered(*range(20)))),
        parties=(party("end_user", "Ministry A", recorded),),
    )
    with snapshot_of(tmp_path, one) as snapshot:
        told = found(snapshot, "CMX15D-0007", found_country=where)
        assert told["end_user_not_comparable"].alternatives == (say(f"alternative.{said}"),)


@pytest.mark.parametrize(
    ("recorded", "where", "kinds"),
    [
        ("Korea", "KR", {"end_user_not_comparable"}),
        ("Korea", "North Korea", {"end_user_not_comparable"}),
        ("Korea", "France", {"end_user_not_comparable"}),
        ("United Kingdom", "GB", set()),
        ("U.K.", "Royaume-Uni", set()),
        ("USSR", "Russia", {"end_user_not_comparable"}),
        ("", "GB", {"end_user_not_comparable"}),
        ("no country", "GB", {"end_user_not_comparable"}),
        ("United Kingdom", "France", {"end_user_differs"}),
    ],
)
def test_an_end_user_differs_only_where_both_places_are_certain(
    tmp_path: Path, recorded: str, where: str, kinds: set[str]
) -> None:
    one = permit(
        "one",
        line("one/1", delivery("D-1", "2020-09-08", numbered(*range(20)))),
        parties=(party("end_user", "Ministry A", recorded),),
    )
    with snapshot_of(tmp_path, one) as snapshot:
        told = found(snapshot, "CMX15D-0007", found_country=where)
        assert told.keys() == kinds
        for finding in told.values():
            doubt = any(one.id.startswith("not-comparable.") for one in finding.grounds)
            assert doubt == (finding.kind == "end_user_not_comparable")
        said = spoken(*(finding.grounds for finding in told.values()))
        assert ("may be KP (North Korea) or KR (South Korea)" in said) == (recorded == "Korea")


def test_an_application_is_of_that_country_only_where_it_is_certain(tmp_path: Path) -> None:
    applied = permit(
        "applied",
        line("applied/1", quantity=3),
        status_history=history("submitted 2020-06-30", "denied 2020-11"),
        parties=(party("end_user", "Ministry B", "Korea"),),
    )
    one = permit("one", line("one/1", delivery("D-1", "2020-09-08", numbered(*range(20)))))
    with snapshot_of(tmp_path, one, applied) as snapshot:
        assert "never_approved_application" not in found(
            snapshot, "CMX15D-0007", found_country="KR"
        )


def test_a_status_that_cannot_be_told_says_what_is_missing(tmp_path: Path) -> None:
    one = permit(
        "one",
        line("one/1", delivery("D-1", "2019-05-02", numbered(*range(20)))),
        status_history=history("approved"),
    )
    with snapshot_of(tmp_path, one) as snapshot:
        told = found(snapshot, "CMX15D-0007")["permit_status_on_ship_date_open"]
    assert ids(told.statement) == ["finding.status-open", "missing.since", "confidence.high"]
    assert "does not say since when it was approved." in spoken(told.statement)

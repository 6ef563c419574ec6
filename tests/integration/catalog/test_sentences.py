"""Each sentence of the catalog is said in its state, and not in the state where it is false."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from catalog.findings.findings import CONFIDENCE, Circumstances, findings
from catalog.matching import compare
from catalog.matching.bands import band
from catalog.matching.competitors import MOST_GROUPS, Competition, competition
from catalog.matching.contradiction import (
    UNREAD,
    maker_met,
    maker_named,
    model_named,
    part_number_named,
)
from catalog.matching.coverage import coverage_note
from catalog.matching.error_rates import error_rates
from catalog.matching.identification import SAID
from catalog.matching.results import Fit
from catalog.matching.search import search
from catalog.numbering.count import statistics
from catalog.numbering.population import population
from catalog.records.makers import MakerHit, ModelHit
from catalog.records.parties import compare_parties
from catalog.records.places import compare_places
from catalog.records.status import what_is_missing
from catalog.types import (
    CoverageEntry,
    FieldEvidence,
    Maker,
    MakerAlias,
    PermitLine,
    Query,
    Redactable,
    Serial,
)
from tests.unit.catalog.casework import (
    WESCAM,
    asked,
    delivery,
    history,
    ids,
    line,
    numbered,
    party,
    permit,
    snapshot_of,
)
from tests.unit.catalog.findings.test_findings import story
from values.dates import UNKNOWN, PartialDate
from values.sentence import say
from words import en

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from catalog.snapshot.reader import Snapshot
    from catalog.types import Finding

DAY = PartialDate.parse
FIRM = Maker(
    maker_id="firm",
    canonical="Qorvxi",
    aliases=(MakerAlias(name="Qorvxi", kind="legal"), MakerAlias(name="STM", kind="trading")),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with snapshot_of(tmp_path_factory.mktemp("story"), *story()) as snapshot:
        yield snapshot


def seen(text: str, origin: Literal["machine", "human", "code"] = "human") -> FieldEvidence:
    return FieldEvidence(text=text, origin=origin)


@pytest.mark.parametrize(
    ("read", "maker", "said"),
    [
        ("Qorvxi", FIRM, None),
        ("Trakka", FIRM, "plate.another-maker"),
        ("Qorvz", Maker(maker_id="one", canonical="Qorvx"), "plate.maybe-maker"),
        ("ВЕСКАМ", WESCAM, "plate.sounds-like"),
        ("АСЕЛСАН", WESCAM, "plate.sounds-like-another"),
        ("Роскосмос", WESCAM, "plate.other-script"),
    ],
)
def test_a_makers_name_that_was_not_met(read: str, maker: Maker, said: str | None) -> None:
    found = maker_named(seen(read), maker).said
    assert (found and found.id) == said


def met(alias: str, *, exact: bool = True, kind: str = "trading") -> MakerHit:
    return MakerHit(
        maker_id="firm",
        canonical="Qorvxi",
        alias=alias,
        kind=kind,
        valid_from=UNKNOWN,
        valid_to=UNKNOWN,
        exact=exact,
        in_time=None,
    )


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("STM", None),
        ("STM Electronics", "plate.maybe-another-firm"),
        ("STM for Thales", "plate.beside-another"),
    ],
)
def test_a_makers_name_among_other_words(read: str, said: str | None) -> None:
    found = maker_met(seen(read), met("STM"), FIRM).said
    assert (found and found.id) == said


def test_a_parent_firm_is_called_related_and_a_stranger_is_not() -> None:
    child = Maker(maker_id="invented", canonical="Zorvex", parents=("thales",))
    for read, said in (("Thales", "plate.related-maker"), ("ASELSAN", "plate.another-maker")):
        found = maker_named(seen(read), child).said
        assert found is not None
        assert found.id == said


def test_a_model_and_a_part_number() -> None:
    own = PermitLine(line_id="1", maker_id="m", maker_as_written="M", model="X", part_number="831")
    cases = [
        (model_named(seen("CMX-15D"), "CMX-15D", found=True), None),
        (model_named(seen("CMX-15", "machine"), "CMX-15D", found=False), "plate.maybe-model"),
        (model_named(seen("TB2"), "CMX-15D", found=False), "plate.another-model"),
        (part_number_named(seen("831"), own), None),
        (part_number_named(seen("9404"), own), "plate.another-part-number"),
    ]
    assert [(one.said and one.said.id) for one, _ in cases] == [said for _, said in cases]


def test_what_stands_beside_the_makers_name() -> None:
    def detail(read: str | None, hit: MakerHit | None) -> list[str]:
        evidence = seen(read) if read else None
        return ids(compare.maker(evidence, "Qorvxi", hit, 0.0, UNREAD).detail)

    assert detail(None, None) == ["feature.maker-unread"]
    assert detail("Qorvxi", None) == ["feature.maker-one-of"]
    assert detail("Qorvxi", met("Qorvxi")) == ["feature.maker-same"]
    assert detail("STM", met("STM")) == ["feature.maker-named"]
    assert detail("STM Ankara", met("STM")) == ["feature.maker-holds"]
    assert detail("STN", met("STM", exact=False)) == ["feature.maker-near"]
    late = replace(met("STM"), in_time=False)
    assert detail("STM", late) == ["feature.maker-named", "feature.maker-in-use"]


def test_what_stands_beside_the_model_and_the_part_number() -> None:
    def hit(*, exact: bool) -> ModelHit:
        return ModelHit(maker_id="m", model="X", variant="Y", exact=exact, source="")

    cases = [
        (None, None, "feature.model-unread"),
        (seen("X"), None, "feature.model-found"),
        (seen("X"), hit(exact=True), "feature.model-same"),
        (seen("Y"), hit(exact=False), "feature.model-declared"),
    ]
    for evidence, model, said in cases:
        assert ids(compare.model(evidence, "X", model, 0.0, UNREAD).detail) == [said]
    parts = [
        (None, "831", "feature.part-number-unread"),
        (seen("831"), "", "feature.part-number-unrecorded"),
        (seen("831"), "831", "feature.part-number-same"),
        (seen("9404"), "831", "feature.part-number-another"),
    ]
    for evidence, number, said in parts:
        one = PermitLine(
            line_id="1", maker_id="m", maker_as_written="M", model="X", part_number=number
        )
        assert ids(compare.part_number(evidence, one).detail) == [said]
    fit = Fit(fitting=1.0, units=9.0, catalogued_fitting=1, catalogued=1)
    assert ids(compare.serial(seen("1"), "1", 0.0, fit).detail) == ["feature.serial"]
    assert fit.said.id == "fit.units"
    assert [one.id for one in compare.ABOUT.values()] == [
        "feature.about-maker",
        "feature.about-model",
        "feature.about-part-number",
        "feature.about-serial",
    ]


def test_each_verdict_has_its_own_sentence() -> None:
    assert {verdict: one.id for verdict, one in SAID.items()} == {
        "identifies_catalog_unit": "verdict.identifies-catalog-unit",
        "consistent_with_catalog_unit": "verdict.consistent-with-catalog-unit",
        "consistent_with_model_only": "verdict.consistent-with-model-only",
        "several_candidates": "verdict.several-candidates",
        "contradicted": "verdict.contradicted",
        "not_in_catalog": "verdict.not-in-catalog",
        "excluded": "verdict.excluded",
        "inconclusive": "verdict.inconclusive",
    }


def test_confidence_follows_each_verdict() -> None:
    assert {verdict: one.id for verdict, one in CONFIDENCE.items()} == {
        "identifies_catalog_unit": "confidence.high",
        "consistent_with_catalog_unit": "confidence.moderate",
        "several_candidates": "confidence.one-of-several",
        "consistent_with_model_only": "confidence.no-more-known",
        "inconclusive": "confidence.low",
        "contradicted": "confidence.names-another",
    }


@pytest.mark.parametrize(
    ("lr", "said"),
    [(1.0, "band.supports"), (0.99, "band.supports"), (0.5, "band.supports-another")],
)
def test_support_for_another_unit_is_said_from_where_there_is_some(lr: float, said: str) -> None:
    assert band(lr).id == said


def test_why_nothing_competes(tmp_path: Path) -> None:
    with snapshot_of(tmp_path) as empty:
        for query, said in (
            (Query(), "absent.anything"),
            (Query(maker=seen("Trakka")), "absent.maker"),
            (Query(maker=seen("Trakka"), model=seen("X")), "absent.model"),
        ):
            found = competition(query, empty).absent
            assert found is not None
            assert found.id == said
            assert ids(search(query, empty).explanation) == [said]


def test_a_unit_that_fits_and_one_that_does_not(told: Snapshot) -> None:
    fits = search(asked("CMX15D-0836", origin="code"), told).candidates[0]
    assert ids(fits.explanation)[:5] == [
        "weight.supports",
        "weight.one-over-p",
        "weight.picked",
        "weight.fits",
        "verdict.identifies-catalog-unit",
    ]
    assert ids(fits.tested) == ["tested.not"]
    odd = search(asked("CMX15D-9999", origin="code"), told)
    assert ids(odd.explanation)[:2] == ["verdict.inconclusive", "search.fits"]
    misses = next(one for one in odd.candidates if one.weight is not None)
    assert ids(misses.explanation) == ["weight.no-fit", "verdict.inconclusive"]
    assert misses.band is not None
    assert misses.band.id == "band.no-fit"
    assert ids(fits.limits)[0] == "population.sequence"
    assert [one.assumption.id for one in fits.sensitivity] == [
        *3 * ["assumed.errors"],
        *2 * ["assumed.units"],
    ]
    assert {one.differs.id for one in fits.neighbours} == {"neighbour.characters"}
    assert ids(odd.limits)[-2:] == ["search.prior", "search.moved"]


def test_a_unit_of_another_maker_has_no_support(told: Snapshot) -> None:
    best = search(asked("CMX15D-0836", maker="ASELSAN", origin="code"), told).candidates[0]
    assert ids(best.explanation)[:2] == ["plate.another-maker", "weight.contradicted"]
    assert ids(best.explanation)[-1] == "verdict.contradicted"
    assert best.band is not None
    assert best.band.id == "band.contradicted"


def test_without_a_serial(told: Snapshot) -> None:
    result = search(asked(None), told)
    assert ids(result.explanation) == ["search.no-serial", "search.permits"]
    first = result.candidates[0]
    assert ids(first.explanation) == ["candidate.only-found"]
    assert ids(first.limits) == ["candidate.line-not-compared"]
    against = search(asked(None, maker="ASELSAN"), told).candidates[0]
    assert ids(against.explanation) == ["plate.another-maker", "candidate.not-this-line"]
    nothing = search(Query(part_number=seen("831")), told).candidates[0]
    assert ids(nothing.explanation) == ["candidate.nothing-found"]


def test_identifications_from_pixels_name_what_was_tested() -> None:
    said = ids(error_rates(900, pixels=True))
    assert (said[0], said[-1]) == ("tested.among", "tested.real")
    assert set(said[1:-1]) == {"tested.of"}
    assert ids(error_rates(900, pixels=False)) == ["tested.not"]


def test_how_many_units_are_taken_to_exist() -> None:
    import numpy as np

    def said(*keys: str) -> list[str]:
        width = max(map(len, keys), default=1)
        return ids(population(statistics(np.array(sorted(keys), dtype=f"S{width}"))).basis)

    assert said() == ["population.none"]
    one = [f"A{number:04d}" for number in range(1, 30)]
    assert said(*one) == ["population.sequence"]
    two = [f"B{number:04d}" for number in range(1, 20)]
    assert said(*one, *two) == ["population.sequence", "population.other-sequences"]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("TR", "Turkey", None),
        ("TR", "NO", None),
        ("", "NO", "not-comparable.no-country"),
        ("the border", "NO", "not-comparable.unknown-country"),
        ("Korea", "NO", "not-comparable.several-states"),
        ("USSR", "Russia", "not-comparable.successor"),
    ],
)
def test_two_places(one: str, other: str, said: str | None) -> None:
    reason = compare_places(one, other).reason
    assert (reason and reason.id) == said


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("Coast Guard Norway", "Norway Coast Guard", None),
        ("Alpha Holding", "Omega Trading House", None),
        ("", "Ministry", "not-comparable.party-not-named"),
        ("Министерство Альфа", "Omega House", "not-comparable.scripts"),
        ("MoD", "Ministry of Defence", "not-comparable.short-form"),
        ("Ministry of Defence", "National Police", "not-comparable.shared-words"),
        ("Alpha Works", "Alpha Yard", "not-comparable.common-part"),
    ],
)
def test_two_parties(one: str, other: str, said: str | None) -> None:
    reason = compare_parties(one, other).reason
    assert (reason and reason.id) == said


@pytest.mark.parametrize(
    ("steps", "validity", "shipped", "said"),
    [
        (("approved 2018-01-01",), "", "2020-05-06", []),
        (("approved",), "", "2020-05-06", ["missing.since"]),
        (("approved 2018", "suspended 2020-05"), "", "2020-05-06", ["missing.day-of-status"]),
        (("approved 2018-01-01",), "2020-05", "2020-05-06", ["missing.day-of-end"]),
        (("approved 2018-01-01", "suspended 2020-10-05"), "", "2020-10", ["missing.day-shipped"]),
        (("unknown 2018-01-01",), "", "2020-05-06", ["missing.status"]),
        (("submitted 2020-02-11",), "", "2020-01-01", ["missing.status-on"]),
        (
            ("approved 2018-01-01", "suspended 2020-05-06"),
            "",
            "2020-05-06",
            ["missing.hour"],
        ),
    ],
)
def test_what_a_record_does_not_say(
    steps: tuple[str, ...], validity: str, shipped: str, said: list[str]
) -> None:
    one = permit("P", status_history=history(*steps), valid_to=DAY(validity))
    assert ids(what_is_missing(one, DAY(shipped))) == said


def test_a_day_of_beginning_that_is_not_known() -> None:
    one = permit("P", status_history=history("approved 2018-01-01"), valid_from=DAY("2020-05"))
    assert ids(what_is_missing(one, DAY("2020-05-06"))) == ["missing.day-of-beginning"]
    assert what_is_missing(one, DAY("2020-06-01")) == ()


def found(catalog: Snapshot, serial: str | None, **given: str) -> dict[str, Finding]:
    candidate = search(asked(serial, origin="code"), catalog).candidates[0]
    said = findings(candidate, catalog, Circumstances.from_words(given))
    return {one.statement[0].id: one for one in said}


ABROAD = ["alternative.retransfer", "alternative.theft", "alternative.moved-plate"]
AT_HOME = ["alternative.counterfeit", "alternative.record", "alternative.misread"]


def test_findings_on_where_it_was_found(told: Snapshot) -> None:
    said = found(told, "CMX15D-0836", found_country="AM", found_with="Azerbaijani Air Force")
    assert said.keys() == {
        "finding.end-user-elsewhere",
        "finding.exception",
        "finding.refused-party",
    }
    differs = said["finding.end-user-elsewhere"]
    assert ids(differs.grounds) == [
        "ground.end-user",
        "ground.undertakings",
        "ground.end-use",
        "ground.found-in",
        "ground.found-with",
    ]
    assert ids(differs.alternatives) == [*ABROAD, *AT_HOME]
    assert ids(said["finding.exception"].grounds) == ["ground.suspended", "ground.condition"]
    assert ids(said["finding.exception"].alternatives)[0] == "alternative.narrower-restriction"
    refused = said["finding.refused-party"]
    assert ids(refused.grounds)[0] == "ground.application"
    assert ids(refused.alternatives)[0] == "alternative.other-supply"
    assert "finding.refused-country" in found(told, "CMX15D-0836", found_country="AZ")
    with_others = found(told, "CMX15D-0836", found_with="Omega Trading House")
    assert "finding.end-user-another" in with_others
    nowhere = found(told, "CMX15D-0836", found_country="Nagorno-Karabakh")
    open_ = nowhere["finding.end-user-not-comparable"]
    assert ids(open_.grounds)[-1] == "not-comparable.unknown-country"
    assert ids(open_.alternatives) == ["alternative.no-country"]
    assert found(told, "CMX15D-0836", found_country="TR").keys() == {"finding.exception"}


def test_findings_on_dates_and_quantities(told: Snapshot) -> None:
    early = found(told, "CMX15D-0836", photo_taken="2020-07")["finding.photo-before-shipment"]
    assert ids(early.grounds) == ["ground.photo", "ground.shipped-as-recorded"]
    assert ids(early.alternatives)[:3] == [
        "alternative.photo-date",
        "alternative.ship-date",
        "alternative.before-paperwork",
    ]
    order = found(told, "CMX15D-0836", photo_taken="2020-09")["finding.photo-order-open"]
    assert ids(order.alternatives) == ["alternative.either-order"]
    late = found(told, "CMX15D-0617")["finding.not-in-force"]
    assert ids(late.grounds)[:2] == ["ground.shipped", "ground.status"]
    assert "alternative.another-authorisation" in ids(late.alternatives)
    october = found(told, "CMX15D-0850")
    assert ids(october["finding.status-open"].alternatives) == ["alternative.order-within-dates"]
    many = october["finding.too-many"]
    assert ids(many.grounds) == ["ground.quantity"]
    assert ids(many.alternatives)[:2] == ["alternative.amendment", "alternative.recorded-twice"]


def test_findings_of_a_model_alone_and_of_another_unit(told: Snapshot) -> None:
    (only,) = found(told, None).values()
    assert ids(only.statement) == ["finding.only-model", "confidence.no-more-known"]
    assert ids(only.grounds) == ["ground.recorded-model"]
    assert ids(only.alternatives) == ["alternative.any-unit"]
    best = search(asked("CMX15D-0836", maker="ASELSAN", origin="code"), told).candidates[0]
    (other,) = findings(best, told, Circumstances())
    assert ids(other.statement) == ["finding.names-another", "confidence.names-another"]
    assert ids(other.alternatives)[:2] == ["alternative.same-serial", "alternative.unknown-name"]


def test_findings_on_units_that_were_refused_returned_or_valid_for_a_time(tmp_path: Path) -> None:
    received = replace(delivery("D-1", "", numbered(*range(1, 9))), received_date=DAY("2021-01-05"))
    stolen = replace(
        delivery("D-2", "2021-02-02", ()),
        serials=(Serial(value="CMX15D-0020", basis="single", disposition="reported_stolen"),),
    )
    permits = (
        permit("P-1", line("P-1/1", received), status_history=history("denied 2020-01-01")),
        permit(
            "P-2",
            line("P-2/1", stolen),
            status_history=history("approved 2020-01-01"),
            valid_to=DAY("2020-12-31"),
        ),
    )
    with snapshot_of(tmp_path, *permits) as catalog:
        refused = found(catalog, "CMX15D-0005")["finding.without-approval"]
        assert ids(refused.grounds) == ["ground.status", "ground.received"]
        said = found(catalog, "CMX15D-0020")
        assert "ground.valid" in ids(said["finding.not-in-force"].grounds)
        assert ids(said["finding.recorded-otherwise"].grounds) == ["ground.serial"]


def test_what_a_catalog_covers(tmp_path: Path, told: Snapshot) -> None:
    nobody = Competition(competitors=(), limits=(), absent=None, certain=False)
    assert ids(coverage_note(told, nobody)) == ["coverage.synthetic", "coverage.not-said"]
    entries = (
        CoverageEntry(note="one ministry"),
        CoverageEntry(issuer="B", completeness="partial"),
    )
    with snapshot_of(tmp_path, *story(), coverage=entries) as catalog:
        assert ids(coverage_note(catalog, nobody)) == [
            "coverage.synthetic",
            "coverage.declared-in-words",
            "coverage.declared",
            "coverage.absence",
        ]
        assert "coverage.found" in ids(search(asked("CMX15D-0836"), catalog).coverage_note)


def test_leads_are_named_by_what_they_are(tmp_path: Path) -> None:
    gap = replace(
        delivery("D-3", "2020-03-01", ()),
        serials=(Serial(value="", basis="quantity_only", quantity=4),),
        quantity=4,
    )
    permits = (
        permit("P-1", line("P-1/1", delivery("D-1", "2020-01-01", numbered(*range(1, 9))))),
        permit("P-2", line("P-2/1", delivery("D-2", "2020-02-01", ("ZZ-77",)), model="OTHER")),
        permit("P-3", line("P-3/1", gap)),
        permit("P-4", line("P-4/1", delivery("D-4", "2020-04-01", ("Q-1",)), model="CMX-15D LE")),
    )
    with snapshot_of(tmp_path, *permits) as catalog:
        result = search(asked("ZZ-77"), catalog)
        assert {one.kind: ids(lead.said for lead in one.shown) for one in result.leads} == {
            "same_serial_elsewhere": ["lead.serial-elsewhere"],
            "units_without_serials": ["lead.without-serials"],
            "near_models": ["lead.near-model"],
        }
        assert {one.said.id for one in result.leads} == {"leads.of-kind"}
        assert "search.unserialised" in ids(result.explanation)


def test_a_register_without_serials_says_so(tmp_path: Path) -> None:
    gap = replace(
        delivery("D-1", "2020-03-01", ()),
        serials=(Serial(value="", basis="redacted", redaction="redacted_full", quantity=2),),
    )
    users = (party("end_user", "", "", withheld=True),)
    one = permit("P-1", line("P-1/1", gap), parties=users, number=Redactable(value="1"))
    with snapshot_of(tmp_path, one) as catalog:
        result = search(asked("CMX15D-0001"), catalog)
        assert ids(result.explanation)[:2] == [
            "verdict.inconclusive",
            "search.no-serials-on-record",
        ]


def test_places_that_were_or_are_part_of_others() -> None:
    for one, other, when, said in (
        ("SD", "SS", "2010-01-01", "not-comparable.split"),
        ("SD", "SS", "2015-01-01", None),
        ("HK", "CN", "", "not-comparable.part-of"),
        ("HK", "MO", "", "not-comparable.both-parts"),
    ):
        reason = compare_places(one, other, when=DAY(when)).reason
        assert (reason and reason.id) == said, (one, other, when)


def test_a_serial_of_another_length_is_said_by_its_length(tmp_path: Path) -> None:
    units = delivery("D-1", "2020-01-01", ("A123", "A1234", "A9"))
    with snapshot_of(tmp_path, permit("P-1", line("P-1/1", units))) as catalog:
        best = search(asked("A1234"), catalog).candidates[0]
        assert "neighbour.length" in {one.differs.id for one in best.neighbours}


def test_more_makers_and_models_than_are_weighed_is_said() -> None:
    said = say("search.too-many", found=65, most=MOST_GROUPS)
    assert en.text(said).startswith("65 makers and models remain possible; only the first 64 ")

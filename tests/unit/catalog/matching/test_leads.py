"""Absence says what was looked through: leads are named, counted in full, and weigh nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.matching import leads as rules
from catalog.matching.leads import (
    MOST_COUNTED,
    MOST_LEADS,
    Lead,
    Leads,
    Register,
    near_model,
    not_asked,
)
from catalog.matching.search import search
from catalog.snapshot.gaps import without_serials
from catalog.types import Maker, Party, Permit, Redactable, Serial
from tests.unit.catalog.casework import (
    asked,
    delivery,
    history,
    kept_json,
    line,
    numbered,
    permit,
    snapshot_of,
    spoken,
)
from values.dates import UNKNOWN
from values.sentence import say

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.matching.results import SearchResult

APPROVED = history("approved 2019")


def end_user(name: str) -> tuple[Party, ...]:
    return (Party(role="end_user", name=Redactable(value=name)),)


def counted(quantity: int | None, basis: str = "quantity_only") -> Serial:
    return Serial(value="", basis=basis, quantity=quantity)  # type: ignore[arg-type]


def permitted(name: str, quantity: int, **more: object) -> Permit:
    return permit(
        name,
        line(f"{name}/1", quantity=quantity),
        status_history=APPROVED,
        parties=end_user(f"Ministry {name}"),
        **more,
    )


def kind(result: SearchResult, name: str) -> Leads | None:
    return next((one for one in result.leads if one.kind == name), None)


def of_kind(result: SearchResult, name: str) -> Leads:
    found = kind(result, name)
    assert found is not None, [one.kind for one in result.leads]
    return found


def test_units_that_were_permitted_without_serials_are_named_and_leave_it_open(
    tmp_path: Path,
) -> None:
    with snapshot_of(tmp_path, permitted("A", 25)) as snapshot:
        result = search(asked("0851"), snapshot)
        assert result.verdict == "inconclusive"
        assert "cannot be determined" in spoken(result.explanation)
        assert "25 units without serials, on 1 permit" in spoken(result.explanation)
        said = str(kept_json(result))
        assert "0 of 0" not in said
        assert "No catalog unit fits" not in said
        (lead,) = of_kind(result, "units_without_serials").shown
        assert (lead.permit_id, lead.party, lead.quantity) == ("A", "Ministry A", 25)
        for word in ("A", "Ministry A", "25", "cannot be determined"):
            assert word in spoken(lead.said)


def test_units_that_were_delivered_without_serials_too(tmp_path: Path) -> None:
    sent = replace(
        delivery("D-1", "2020", ()),
        quantity=25,
        serials=(counted(25),),
        consignee=Redactable(value="Consignee B"),
    )
    with snapshot_of(
        tmp_path, permit("P-1", line("P-1/1", sent), status_history=APPROVED)
    ) as snapshot:
        result = search(asked("0851"), snapshot)
        assert result.verdict == "inconclusive"
        (lead,) = of_kind(result, "units_without_serials").shown
        assert (lead.quantity, lead.party) == (25, "Consignee B")
        assert "delivered" in spoken(lead.said)


@pytest.mark.parametrize("withheld", ["redacted_full", "redacted_partial", "withheld", "illegible"])
def test_what_is_left_of_a_withheld_number_or_name_is_not_said(
    tmp_path: Path, withheld: str
) -> None:
    def hidden(value: str) -> Redactable:
        return Redactable(value=value, redaction=withheld)  # type: ignore[arg-type]

    sent = replace(
        delivery("D-1", "2020", ()),
        quantity=25,
        serials=(counted(25),),
        consignee=hidden("Consignee B"),
    )
    held = permit(
        "P-1",
        line("P-1/1", sent),
        status_history=APPROVED,
        parties=(Party(role="end_user", name=hidden("Ministry A")),),
        number=hidden("LIC-77"),
    )
    with snapshot_of(tmp_path, held) as snapshot:
        (lead,) = of_kind(search(asked("0851"), snapshot), "units_without_serials").shown
        assert lead.party == ""
        assert spoken(lead.said).startswith("Permit of record P-1: ")
        for word in ("Consignee B", "Ministry A", "LIC-77"):
            assert word not in spoken(lead.said)


def test_what_is_fully_on_record_leaves_nothing_open(tmp_path: Path) -> None:
    full = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(1, 2, 3)), quantity=3),
        status_history=APPROVED,
    )
    with snapshot_of(tmp_path, full) as snapshot:
        result = search(asked("CMX15D-0009"), snapshot)
        assert result.verdict == "not_in_catalog"
        assert "cannot be determined" not in spoken(result.explanation)
        assert kind(result, "units_without_serials") is None


def test_a_serial_beside_units_without_serials_is_not_said_to_be_absent(tmp_path: Path) -> None:
    full = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 900, 3)))),
        status_history=APPROVED,
    )
    with snapshot_of(tmp_path, full, permitted("A", 5)) as snapshot:
        result = search(asked("CMX15D-0009"), snapshot)
        assert result.verdict == "inconclusive"
        assert (
            "cannot be determined whether this is one of 5 units without serials, on 1 permit"
            in spoken(result.explanation)
        )
        found = search(asked("CMX15D-0010"), snapshot)
        assert found.verdict == "consistent_with_catalog_unit"
        assert kind(found, "units_without_serials") is None, "one fits, so nothing is absent"


@pytest.mark.parametrize(
    ("quantity", "serials", "stated", "entries", "units", "exact"),
    [
        (25, 0, None, (), 25, True),
        (25, 20, None, (), 5, True),
        (20, 20, 20, (), 0, True),
        (None, 20, 25, (), 5, True),
        (25, 0, 25, (counted(25),), 25, True),
        (25, 10, 25, (counted(15, "redacted"),), 15, True),
        (None, 3, None, (counted(None, "redacted"),), 0, False),
        (10, 20, None, (), 0, True),
        (None, 0, None, (), 0, True),
    ],
)
def test_how_many_units_of_a_line_have_no_serial(
    quantity: int | None,
    serials: int,
    stated: int | None,
    entries: tuple[Serial, ...],
    units: int,
    exact: bool,
) -> None:
    sent = delivery("D-1", "2020", numbered(*range(serials)))
    sent = replace(sent, quantity=stated, serials=(*sent.serials, *entries))
    gap = without_serials(line("P-1/1", sent, quantity=quantity))
    assert (gap.units, gap.exact) == (units, exact)
    assert gap.any == bool(units or not exact)


@pytest.mark.parametrize("permits", [1, MOST_LEADS, MOST_LEADS + 10])
def test_a_list_that_is_cut_says_of_how_many(tmp_path: Path, permits: int) -> None:
    every = [permitted(f"A-{number:03d}", 5) for number in range(permits)]
    with snapshot_of(tmp_path, *every) as snapshot:
        result = search(asked(None), snapshot)
        of = of_kind(result, "units_without_serials")
        assert of.total == permits
        assert len(of.shown) == min(permits, MOST_LEADS)
        cut = permits > MOST_LEADS
        assert (f"{MOST_LEADS} of {permits} shown" in spoken(of.said)) == cut
        assert (f"{MOST_LEADS} of {permits} are shown" in spoken(result.explanation)) == cut
        assert f"{permits} permit" in spoken(result.explanation)


def test_an_application_that_was_never_approved_permits_nothing(tmp_path: Path) -> None:
    refused = replace(permitted("A", 25), status_history=history("denied 2020"))
    with snapshot_of(tmp_path, refused) as snapshot:
        result = search(asked("0851"), snapshot)
        assert kind(result, "units_without_serials") is None
        assert [one.permit_id for one in result.applications] == ["A"]


def two_models() -> tuple[Permit, ...]:
    return tuple(
        permit(
            name,
            line(
                f"{name}/1", delivery("D-1", "2020-09", numbered(830, form="{:04d}")), model=model
            ),
            status_history=APPROVED,
        )
        for name, model in (("P-1", "CMX-10"), ("P-2", "CMX-15D"))
    )


def test_the_same_serial_on_two_models_is_two_units(tmp_path: Path) -> None:
    with snapshot_of(tmp_path, *two_models()) as snapshot:
        result = search(asked("0830"), snapshot)
        assert [c.model for c in result.candidates] == ["CMX-15D"]
        (lead,) = of_kind(result, "same_serial_elsewhere").shown
        assert (lead.model, lead.permit_id, lead.serial) == ("CMX-10", "P-1", "0830")
        both = search(asked("0830", model=None), snapshot)
        assert {c.model for c in both.candidates} == {"CMX-10", "CMX-15D"}
        assert kind(both, "same_serial_elsewhere") is None


def test_a_serial_of_a_refused_application_is_a_lead_and_says_so(tmp_path: Path) -> None:
    refused = permit(
        "P-9",
        line("P-9/1", delivery("D-9", "", numbered(500))),
        status_history=history("denied 2020-11"),
    )
    lawful = permit(
        "P-1", line("P-1/1", delivery("D-1", "2020", numbered(1, 2, 3))), status_history=APPROVED
    )
    with snapshot_of(tmp_path, refused, lawful) as snapshot:
        result = search(asked("CMX15D-0500"), snapshot)
        (lead,) = of_kind(result, "same_serial_elsewhere").shown
        assert lead.permit_id == "P-9"
        assert "never approved" in spoken(lead.said)
        other = search(asked("CMX15D-0002"), snapshot)
        assert kind(other, "same_serial_elsewhere") is None


def test_a_unit_that_competes_is_no_lead_whether_or_not_it_is_known_to_be_delivered(
    tmp_path: Path,
) -> None:
    undated = replace(delivery("D-1", "2020", numbered(1, 836)), ship_date=UNKNOWN)
    on_record = permit("P-1", line("P-1/1", undated), status_history=APPROVED)
    with snapshot_of(tmp_path, on_record) as snapshot:
        assert kind(search(asked("CMX15D-0836"), snapshot), "same_serial_elsewhere") is None


def test_part_of_a_serial_is_looked_for_in_the_models_that_compete_or_in_all(
    tmp_path: Path,
) -> None:
    with snapshot_of(tmp_path, *two_models()) as snapshot:
        each = [rules._part_of_serial(snapshot, (one,), "830").total for one in snapshot.groups()]
        assert len(each) == 2
        assert all(each)
        assert rules._part_of_serial(snapshot, (), "830").total == sum(each)


def test_how_many_is_exact_only_if_it_is_on_every_line(tmp_path: Path) -> None:
    unknown = replace(delivery("D-2", "2020", ()), quantity=None, serials=(counted(None),))
    on_record = permit(
        "P-1", line("P-1/1", quantity=25), line("P-1/2", unknown), status_history=APPROVED
    )
    with snapshot_of(tmp_path, on_record) as snapshot:
        (lead,) = of_kind(search(asked("0851"), snapshot), "units_without_serials").shown
        assert lead.quantity is None


def longer_model() -> Permit:
    return permit(
        "P1",
        line(
            "P1/1",
            delivery("D-1", "2020", ("512/37",)),
            maker_id="works",
            maker_as_written="Northern Works Ltd",
            model="TYPE E",
        ),
        status_history=APPROVED,
    )


WORKS = Maker(maker_id="works", canonical="Northern Works Ltd")


def test_a_serial_under_a_longer_model_is_a_lead_beside_a_strict_verdict(tmp_path: Path) -> None:
    with snapshot_of(tmp_path, longer_model(), makers=(WORKS,)) as snapshot:
        result = search(asked("512/37", maker=None, model="E"), snapshot)
        assert result.verdict == "not_in_catalog"
        assert result.candidates == ()
        (lead,) = of_kind(result, "same_serial_elsewhere").shown
        assert "TYPE E" in spoken(lead.said)
        (near,) = of_kind(result, "near_models").shown
        assert near.model == "TYPE E"


@pytest.mark.parametrize(("part", "found"), [("512", 1), ("2/37", 1), ("51", 0), ("513", 0)])
def test_part_of_a_serial_is_a_lead(tmp_path: Path, part: str, found: int) -> None:
    with snapshot_of(tmp_path, longer_model(), makers=(WORKS,)) as snapshot:
        result = search(asked(part, maker=None, model=None), snapshot)
        assert all(c.verdict in {"excluded", "inconclusive"} for c in result.candidates)
        leads = kind(result, "part_of_serial")
        assert (leads.total if leads else 0) == found


def test_a_part_that_stands_across_two_serials_is_none(tmp_path: Path) -> None:
    unit = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", ("AA12", "34BB", "X")), model="CMX-15D"),
        status_history=APPROVED,
    )
    with snapshot_of(tmp_path, unit) as snapshot:
        assert kind(search(asked("1234"), snapshot), "part_of_serial") is None


def test_more_parts_than_are_counted_are_said_to_be_more(tmp_path: Path) -> None:
    unit = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(MOST_COUNTED + 5)))),
        status_history=APPROVED,
    )
    with snapshot_of(tmp_path, unit) as snapshot:
        leads = of_kind(search(asked("CMX15D"), snapshot), "part_of_serial")
        assert leads.more
        assert f"{MOST_LEADS} of more than {MOST_COUNTED:,} shown" in spoken(leads.said)


@pytest.mark.parametrize(
    ("read", "recorded", "near"),
    [
        ("TB2", "Bayraktar TB2", True),
        ("Su-24", "Su-24/Fencer", True),
        ("Mi-17", "Mi-8MT/Mi-17", True),
        ("CMX-15D", "CMX-15D EO/IR turret", True),
        ("CMX-15D EO/IR turret", "CMX-15D", True),
        ("E", "TYPE E", True),
        ("E", "TYPE EF", False),
        ("E", "EE", False),
        ("CMX-15D", "cmx 15d", False),
        ("CMX-15D", "CMX-15E", True),
        ("CMX-15D", "MX-20", False),
        ("TB2", "TB3", False),
        ("MX-15", "CMX-15D", True),
        ("", "TYPE E", False),
        ("ARGOS", "ARGUS", True),
    ],
)
def test_near_models(read: str, recorded: str, near: bool) -> None:
    assert near_model(read, recorded) is near


@given(st.text(max_size=12), st.text(max_size=12))
def test_nearness_goes_both_ways_and_no_text_makes_it_fail(one: str, other: str) -> None:
    assert near_model(one, other) == near_model(other, one)
    assert not near_model(one, one)


@pytest.mark.parametrize(
    ("read", "recorded", "near"),
    [
        ("Mi-8", "Ми-8МТВ-5", True),
        ("Mi-8MTV-5", "Ми-8МТВ-5", True),
        ("Корнет", "Kornet-E", True),
        ("ОРЛАН-10", "Orlan 10", True),
        ("Искандер", "Iskander-M", True),
        ("Mi-24", "Ми-8МТВ-5", False),
        ("Корнет", "Konkurs", False),
    ],
)
def test_models_in_two_scripts_are_near_if_they_sound_alike(
    read: str, recorded: str, *, near: bool
) -> None:
    assert near_model(read, recorded) is near_model(recorded, read) is near


def test_registers_that_were_not_asked_are_counted() -> None:
    assert not_asked(()).total == 0
    many = not_asked(
        Register(name=f"register {number}", sha256="ab" * 32, permits=1, serials=2)
        for number in range(MOST_LEADS + 3)
    )
    assert spoken(many.shown[0].said) == (
        "Not searched: “register 0” (abababababab…), 1 permit or application, 2 serials."
    )
    assert many.total == MOST_LEADS + 3
    assert f"{MOST_LEADS} of {MOST_LEADS + 3} shown" in spoken(many.said)


def test_leads_carry_no_weight(tmp_path: Path) -> None:
    full = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 900, 3)))),
        status_history=APPROVED,
    )
    with (
        snapshot_of(tmp_path, full, name="without") as without,
        snapshot_of(tmp_path, full, permitted("A", 25), name="with") as beside,
    ):
        a, b = (search(asked("CMX15D-0010"), one) for one in (without, beside))
        assert a.candidates[0].weight == b.candidates[0].weight
        assert "likelihood" not in str(kept_json(b)["leads"])


def test_how_many_leads_are_shown_and_counted() -> None:
    assert (rules.MOST_LEADS, rules.MOST_PERMITS, rules.MOST_COUNTED) == (20, 500, 1_000)
    assert rules.SHORTEST_PART == 3


@pytest.mark.parametrize(
    ("total", "shown", "more", "words"),
    [
        (2, 2, False, ": 2"),
        (25, 20, False, ": 20 of 25 shown"),
        (1000, 20, True, ": 20 of more than 1,000 shown"),
        (20, 20, True, ": 20 of more than 20 shown"),
    ],
)
def test_how_many_there_are_is_said(total: int, shown: int, more: bool, words: str) -> None:
    one = Leads(
        kind="near_models",
        total=total,
        shown=(Lead(said=say("absent.anything")),) * shown,
        more=more,
    )
    assert spoken(one.said) == f"Models spelled similarly to what was read{words}"


def holding(part: str, *keys: str) -> list[int]:
    return list(rules._holding(np.array([key.encode() for key in keys]), part.encode()))


def test_a_key_holds_a_part_once_and_more_than_it() -> None:
    assert holding("12", "0123", "12", "3412", "0000") == [0, 2]
    assert holding("12", "1212") == [0], "each key once"
    assert holding("23", "0012", "3400") == [], "not across two keys"
    assert holding("0123", "0123") == [], "a part is shorter than what holds it"
    assert list(rules._holding(np.zeros(0, "S9"), b"12")) == []


def one_serial_on(models: int) -> tuple[Permit, ...]:
    """The serial 0830 on as many models, none of which is spelled like CMX-15D."""
    return tuple(
        permit(
            f"P-{number}",
            line(
                f"P-{number}/1",
                delivery(f"D-{number}", "2020-09", numbered(830, form="{:04d}")),
                model=f"TURRET {number:04d}",
            ),
            status_history=APPROVED,
        )
        for number in range(models)
    )


@pytest.mark.parametrize("beyond", [0, 1])
def test_one_serial_on_more_models_than_are_counted_is_said_to_be_on_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    most = MOST_LEADS + 2
    monkeypatch.setattr(rules, "MOST_COUNTED", most)
    with snapshot_of(tmp_path, *one_serial_on(most + beyond)) as snapshot:
        leads = of_kind(search(asked("0830"), snapshot), "same_serial_elsewhere")
        assert (leads.total, leads.more) == (most, bool(beyond))
        assert len(leads.shown) == MOST_LEADS


def test_of_a_permit_only_the_lines_of_the_model_are_counted(tmp_path: Path) -> None:
    both = permit(
        "A",
        line("A/1", quantity=7, model="TURRET 9"),
        line("A/2", quantity=25),
        status_history=APPROVED,
    )
    with snapshot_of(tmp_path, both) as snapshot:
        (lead,) = of_kind(search(asked("0851"), snapshot), "units_without_serials").shown
        assert (lead.model, lead.quantity) == ("CMX-15D", 25)


def test_more_near_models_than_are_shown_are_counted(tmp_path: Path) -> None:
    many = [
        permit(f"P-{n}", line(f"P-{n}/1", quantity=1, model=f"TURRET Z{n:02d}"))
        for n in range(MOST_LEADS + 3)
    ]
    with snapshot_of(tmp_path, *many) as snapshot:
        near = of_kind(search(asked("0851", model="TURRET"), snapshot), "near_models")
        assert near.total == MOST_LEADS + 3
        assert [lead.model for lead in near.shown] == [f"TURRET Z{n:02d}" for n in range(20)]

"""A serial cell is one serial only if it looks like one."""

from __future__ import annotations

import random
import string
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.importing.cells import CellProblem
from catalog.importing.load import load_csv
from catalog.importing.mapping import ColumnMapping
from catalog.importing.serial_cell import (
    LEAST_DIGITS,
    MAX_RANGE,
    MAX_SERIAL,
    SHORT_STEP,
    is_plain_serial,
    read_serial_cell,
    remark_on,
    serial_problem,
)
from catalog.matching.search import search
from catalog.types import FieldEvidence, Query
from tests.unit.catalog.casework import asked, delivery, ids, line, numbered, permit, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path


def serials(text: str, **said: str) -> list[str]:
    return [part.value for part in read_serial_cell(text, **said)]  # type: ignore[arg-type]


ONE_TO_FIVE = ["0831", "0832", "0833", "0834", "0835"]


FIVE = (
    "0831-0835|0831 - 0835|0831–0835|0831 — 0835|0831..0835|0831...0835|0831…0835|0831 to 0835|"
    "0831 TO 0835|0831 thru 0835|0831 through 0835|from 0831 to 0835|0831 bis 0835|"
    "von 0831 bis 0835|0831 à 0835|de 0831 à 0835|с 0831 по 0835|з 0831 по 0835|"
    "dal 0831 al 0835|od 0831 do 0835|0831 ~ 0835|0831 t/m 0835|0831-0835 incl.|"
    "0831 to 0835 inclusive|S/N 0831-0835|S/N 0831 to S/N 0835|Nos. 0831-0835|№ 0831-№ 0835|"
    "№№ 0831-0835|0831, 0832-0835|0831-0834; 0835|0831-0832, 0833 and 0834-0835|"
    "0831;0832;0833;0834;0835|0831, 0832, 0833, 0834, 0835|0831,0832,0833,0834,0835|"
    "0831\n0832\n0833\n0834\n0835|0831 and 0832 and 0833 and 0834 and 0835|"
    "0831 & 0832 & 0833 & 0834 & 0835|0831 und 0832, 0833 und 0834, 0835|"
    "0831 и 0832; 0833-0835|S/N 0831, S/N 0832, S/N 0833, S/N 0834, S/N 0835|"
    "0831/0832; 0833/0834; 0835|０８３１, 0832-0835"
)


@pytest.mark.parametrize(
    ("text", "basis", "value", "redaction"),
    [
        ("0836", "redacted", "0836", "withheld"),
        ("", "redacted", "", "withheld"),
        ("[redacted]", "", "", "redacted_full"),
        ("[redacted]", "redacted", "", "redacted_full"),
        ("[redacted]", "single", "", "redacted_full"),
        ("CMX15D-█836", "", "CMX15D-█836", "redacted_partial"),
    ],
)
def test_a_redacted_serial_is_no_unit(text: str, basis: str, value: str, redaction: str) -> None:
    (part,) = read_serial_cell(text, basis=basis)
    assert (part.value, part.basis, part.quantity) == (value, "redacted", None)
    assert part.redaction == redaction
    assert not part.serial("delivered").is_unit


def test_what_is_known_by_quantity_alone_has_no_serial() -> None:
    with pytest.raises(CellProblem, match="only a quantity"):
        read_serial_cell("0836", basis="quantity_only")
    (part,) = read_serial_cell("unknown", basis="quantity_only")
    assert (part.value, part.basis, part.quantity) == ("", "quantity_only", None)


def test_a_list_is_called_one_however_few_it_has() -> None:
    assert [part.basis for part in read_serial_cell("A-1; A-2")] == ["list", "list"]
    assert [part.basis for part in read_serial_cell("A-1", basis="list")] == ["list"]
    assert [part.basis for part in read_serial_cell("A-1")] == ["single"]


def test_a_number_with_a_letter_behind_it_is_looked_at_twice() -> None:
    assert [is_plain_serial(text) for text in ("0836A", "K0836", "K0836A", "0836")] == [
        False,
        True,
        True,
        True,
    ]


def test_letters_that_take_several_bytes_make_a_serial_too_long() -> None:
    problem = serial_problem("𐐀" * MAX_SERIAL)
    assert problem is not None
    assert "longer than any serial" in problem[0]
    assert serial_problem("K" * MAX_SERIAL) is None


@pytest.mark.parametrize("text", ["unknown", "S/N unknown", "S/N: N/A"])
def test_that_no_serial_is_known_is_remarked_on(text: str) -> None:
    assert "says that no serial is known" in remark_on(text)
    assert remark_on("0836") == ""


@pytest.mark.parametrize("text", FIVE.split("|"))
def test_the_same_five_serials_in_many_notations(text: str) -> None:
    assert serials(text.replace("０８３１", "0831")) == ONE_TO_FIVE


@pytest.mark.parametrize(
    ("text", "last", "count"),
    [
        ("WX100-WX104", "WX104", 5),
        ("WX 100 - WX 104", "WX 104", 5),
        ("A-001 to A-009", "A-009", 9),
        ("A-008..011", "A-011", 4),
        ("a001-A009", "a009", 9),
        ("MX-15-001 - MX-15-004", "MX-15-004", 4),
        ("MX-15-001-MX-15-004", "MX-15-004", 4),
        ("512/37 to 512/40", "512/40", 4),
        ("998 – 1001", "1001", 4),
        ("98 to 103", "103", 6),
        ("000-009", "009", 10),
    ],
)
def test_a_range_keeps_its_prefix_and_its_zeros(text: str, last: str, count: int) -> None:
    found = serials(text)
    assert (found[-1], len(found), len(set(found))) == (last, count, count)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("S/N 0870", "0870"),
        ("S/N: 0870", "0870"),
        ("S/N0870", "0870"),
        ("s/n 0870", "0870"),
        ("SN: 0870", "0870"),
        ("SN 0870", "0870"),
        ("No. 0870", "0870"),
        ("No.0870", "0870"),
        ("Nr. 0870", "0870"),
        ("№ 0870", "0870"),
        ("№0870", "0870"),
        ("# 0870", "0870"),
        ("N° 0870", "0870"),
        ("Serial no. 0870", "0870"),
        ("Serial Number: WX-100", "WX-100"),
        ("Ser. No. 44", "44"),
        ("Seriennummer 0870", "0870"),
        ("зав. № 0870", "0870"),
        ("заводской номер 0870", "0870"),
    ],
)
def test_a_label_is_no_part_of_a_serial(text: str, serial: str) -> None:
    assert serials(text) == [serial]


ONE_SERIAL = (
    "0831|CMX15D-0836|12-345|A1-B2|512/37|512-37|AR2/1210/19|T/0836-2|AB-1234-CD|98-103|SN1234|"
    "SN-0870|NR7|No12|20EA|5S|W10482|K90316|WX 100|AB 12 CD|MAR-0012|П-12|1.02.003|A.12.3|"
    "12345/A|A-12-15|KBA-3-17-22|cmx15d-0836|0871A"
)


@pytest.mark.parametrize("text", ONE_SERIAL.split("|"))
def test_what_looks_like_one_serial_is_kept_as_written(text: str) -> None:
    assert [(part.value, part.basis) for part in read_serial_cell(text)] == [(text, "single")]


IN_TWO_WAYS = (
    "0831/35|0831-35|12-15|1234-5|1-3|10-5|0880/0883|A100/101|CMX15D-0836-0840|1234-5678|"
    "12–345|0910.0|830.5|830,5|1,234|12.345|8.3E+02|8.3e+2|2020-10-05|2020-10-05 00:00:00|"
    "05/10/2020|05.10.2020|10/5|10-Oct|5-Oct-20|Oct-10|10:05|0920 (returned)|0920 (2 units)|"
    "0870 lost|unit 0870|0831 to see annex|0831; lost|0831; N/A|0831, 32, 33|Smith, John|"
    "WX100, returned|1234 5678|A-1 / B-2|WX100/WY200|ABC|TYPE-E|returned|#REF!|#VALUE!|"
    "ditto|0831 to 0831|0835 to 0831|A-001 to B-009|1 to 99999|1 to 9999, 10001 to 19999|"
    "0831 to 35|0831=0835"
)


@pytest.mark.parametrize("text", IN_TWO_WAYS.split("|"))
def test_what_may_be_read_in_two_ways_is_an_issue_with_a_remedy(text: str) -> None:
    with pytest.raises(CellProblem) as caught:
        read_serial_cell(text)
    assert caught.value.problem
    assert len(caught.value.remedy) > 8


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("20 units", 20),
        *((text, None) for text in ("unknown", "N/A", "see annex", "various", "TBD", "б/н")),
        *((text, None) for text in ("S/N: N/A", "S/N", "", "?")),
    ],
)
def test_units_without_a_serial_are_counted_and_none_is_invented(
    text: str, count: int | None
) -> None:
    [part] = read_serial_cell(text)
    assert (part.value, part.basis, part.quantity) == ("", "quantity_only", count)


@pytest.mark.parametrize(
    ("text", "basis", "found"),
    [
        ("12-15", "single", ["12-15"]),
        ("12-15", "range", ["12", "13", "14", "15"]),
        ("12-15", "list", ["12-15"]),
        ("0831/35", "range", ONE_TO_FIVE),
        ("0831/35", "single", ["0831/35"]),
        ("2020-10-05", "single", ["2020-10-05"]),
        ("0000", "single", ["0000"]),
        ("ABC", "single", ["ABC"]),
        ("ABC; DEF", "list", ["ABC", "DEF"]),
        ("12.345", "single", ["12.345"]),
    ],
)
def test_a_person_can_say_what_a_cell_is(text: str, basis: str, found: list[str]) -> None:
    assert serials(text, basis=basis) == found


@pytest.mark.parametrize("basis", ["single", "list", "range", "not_on_permit_from_delivery_record"])
@pytest.mark.parametrize("text", ["unknown", "N/A", "#REF!", "20 units", "see annex"])
def test_nobody_can_say_that_a_placeholder_is_a_serial(text: str, basis: str) -> None:
    with pytest.raises(CellProblem):
        read_serial_cell(text, basis=basis)


def test_the_mapping_says_it_for_the_whole_file() -> None:
    assert serials("12-15", meaning="one") == ["12-15"]
    assert serials("12-15", meaning="range") == ["12", "13", "14", "15"]
    assert serials("A1-B2", meaning="range") == ["A1-B2"]
    assert [part.basis for part in read_serial_cell("N/A", meaning="one")] == ["quantity_only"]


def test_the_bounds_are_what_is_stated() -> None:
    assert (MAX_RANGE, MAX_SERIAL, LEAST_DIGITS, SHORT_STEP) == (10_000, 64, 3, 10)
    assert len(serials("1 to 10000")) == MAX_RANGE
    with pytest.raises(CellProblem, match="more than 10000"):
        read_serial_cell("1 to 10001")
    with pytest.raises(CellProblem, match="at most 64"):
        read_serial_cell("A1" * 33)
    with pytest.raises(CellProblem):
        serials("10-12")
    assert serials("110-112") == ["110", "111", "112"]
    assert serials("1210-21") == ["1210-21"]
    with pytest.raises(CellProblem):
        serials("1210-19")


# Properties: what is written out in any notation is read as what it was

PREFIX = st.sampled_from(["", "A", "WX", "CMX", "T-", "AB-", "K/"])
SEPARATORS = st.sampled_from(["; ", ";", "\n", "|", ", ", " and ", " & ", " und ", " et ", " и "])
SPANS = st.sampled_from([" to ", "..", " thru ", " bis ", " – ", "…", " по "])
LABELS = st.sampled_from(["", "S/N ", "S/N: ", "No. ", "№ ", "Serial no. ", "SN: "])


@given(
    prefix=PREFIX,
    numbers=st.lists(st.integers(1000, 9999), min_size=2, max_size=8, unique=True),
    separator=SEPARATORS,
    label=LABELS,
)
def test_a_list_written_in_any_notation_is_read_as_it_was(
    prefix: str, numbers: list[int], separator: str, label: str
) -> None:
    wanted = [f"{prefix}{number}" for number in numbers]
    assert serials(label + separator.join(wanted)) == wanted


@given(
    prefix=PREFIX,
    first=st.integers(0, 9000),
    more=st.integers(1, 300),
    span=SPANS,
    label=LABELS,
    twice=st.booleans(),
)
def test_a_range_written_in_any_notation_is_read_as_it_was(
    prefix: str, first: int, more: int, span: str, label: str, twice: bool
) -> None:
    wanted = [f"{prefix}{number:04d}" for number in range(first, first + more + 1)]
    last = wanted[-1] if twice else wanted[-1].removeprefix(prefix)
    assert serials(f"{label}{wanted[0]}{span}{last}") == wanted


@given(text=st.text(max_size=60))
def test_no_text_makes_it_fail_or_gives_an_empty_or_endless_unit(text: str) -> None:
    try:
        parts = read_serial_cell(text)
    except CellProblem:
        return
    assert 1 <= len(parts) <= MAX_RANGE
    for part in parts:
        if part.basis in ("quantity_only", "redacted"):
            continue
        assert serial_problem(part.value) is None
        assert any(map(str.isdigit, part.value))


@given(
    st.text(string.ascii_letters + string.digits + "-/ .,;–&", min_size=1, max_size=24),
)
def test_a_serial_that_was_read_is_read_again_as_itself(text: str) -> None:
    try:
        parts = read_serial_cell(text)
    except CellProblem:
        return
    for part in parts:
        if part.basis in ("single", "list") and part.value:
            assert part.value in text
            assert serials(part.value, basis="single") == [part.value]


@given(st.text(string.ascii_letters + string.digits + "-/", min_size=1, max_size=20))
def test_the_short_way_for_plain_serials_says_the_same(text: str) -> None:
    assume(is_plain_serial(text))
    [part] = read_serial_cell(f"{text};")
    assert part.value == text


# Whole files


def table(*cells: str, quantity: str = "") -> bytes:
    head = "permit_number,maker,model,serial,delivery_quantity,ship_date"
    rows = [
        f'P-{at},L3 Wescam,CMX-15D,"{cell}",{quantity},2020-09-08' for at, cell in enumerate(cells)
    ]
    return "\n".join([head, *rows, ""]).encode()


def units(data: bytes, mapping: ColumnMapping | None = None) -> list[str]:
    records = load_csv(data, name="made_up.csv", mapping=mapping).records
    return [
        serial.value
        for one in records.permits
        for item in one.lines
        for shipment in item.deliveries
        for serial in shipment.serials
        if serial.value
    ]


def test_two_cells_without_a_serial_are_no_duplicate_and_no_unit() -> None:
    result = load_csv(table("N/A", "N/A", "unknown", "0831"), name="made_up.csv")
    assert result.rows_accepted == result.rows_read == 4
    assert units(table("N/A", "N/A", "unknown", "0831")) == ["0831"]
    assert [(issue.row, issue.severity) for issue in result.issues] == [
        (2, "warning"),
        (4, "warning"),
    ]


def test_noughts_are_kept_and_remarked_on() -> None:
    result = load_csv(table("0000", "0000000", "0001"), name="made_up.csv")
    assert result.rows_accepted == 3
    assert [issue.severity for issue in result.issues] == ["warning", "warning"]
    assert "only zeros" in result.issues[0].problem


def test_a_cell_never_stands_for_more_units_than_its_shipment_has() -> None:
    result = load_csv(table("0831-0835", quantity="4"), name="made_up.csv")
    assert result.rows_accepted == 0
    assert "stands for 5 units, and the shipment has 4" in result.issues[0].problem
    assert units(table("0831-0835", quantity="5")) == ONE_TO_FIVE
    assert units(table("0831-0835")) == ONE_TO_FIVE
    assert "20 units" not in units(table("20 units", quantity="20"))
    assert load_csv(table("20 units", quantity="5"), name="x").rows_accepted == 0


@given(quantity=st.integers(1, 20), more=st.integers(1, 20))
def test_no_row_gives_more_units_than_it_states(quantity: int, more: int) -> None:
    assert len(units(table(f"1000-{1000 + more}", quantity=str(quantity)))) <= quantity


def test_the_mapping_keeps_what_serial_cells_mean() -> None:
    data = table("12-15")
    guessed = load_csv(data, name="x")
    assert guessed.rows_accepted == 0
    assert "serial_cells" in guessed.issues[0].remedy
    value = guessed.mapping.to_json()
    for said, found in (("one", ["12-15"]), ("range", ["12", "13", "14", "15"])):
        mapping = ColumnMapping.from_json({**value, "serial_cells": said})
        assert ColumnMapping.from_json(mapping.to_json()) == mapping
        assert units(data, mapping) == found


@pytest.mark.parametrize("column", ["maker", "model"])
@pytest.mark.parametrize("text", ["(unspecified)", "unknown", "N/A", "various", "#REF!"])
def test_a_maker_or_model_that_is_none_keeps_its_row_out(column: str, text: str) -> None:
    cells = {"maker": "L3 Wescam", "model": "CMX-15D"} | {column: text}
    data = f"permit_number,maker,model,serial\nP,{cells['maker']},{cells['model']},0831\n".encode()
    [issue] = load_csv(data, name="made_up.csv").errors
    assert issue.problem == f"{text!r} is not a valid {column}"


def test_names_and_numbers_that_are_none_are_not_taken_for_values() -> None:
    data = (
        b"permit_id,permit_number,maker,model,part_number,serial,consignee,end_user,end_user_country\n"
        b"A,N/A,L3 Wescam,CMX-15D,unknown,0831,various,unknown,TR\n"
    )
    [one] = load_csv(data, name="made_up.csv").records.permits
    assert not one.number.readable
    assert one.lines[0].part_number == ""
    assert not one.lines[0].deliveries[0].consignee.readable
    [user] = one.parties
    assert (user.name.readable, user.country) == (False, "TR")
    without = data.replace(b"permit_id,", b"").replace(b"A,N/A", b"N/A")
    assert load_csv(without, name="made_up.csv").errors[0].column == "permit_id"


@pytest.mark.parametrize("text", ["unknown", "N/A", "see annex", "20 units", "-", "#REF!", "???"])
def test_a_query_for_no_serial_finds_nothing(tmp_path: Path, text: str) -> None:
    one = permit("P", line("P/1", delivery("D", "2020-09-08", numbered(*range(20)))))
    with snapshot_of(tmp_path, one) as snapshot:
        alone = search(Query(serial=FieldEvidence(text=text, origin="human")), snapshot)
        assert (alone.candidates, alone.verdict) == ((), "inconclusive")
        assert ids(alone.explanation) == ["search.nothing-asked", "search.not-a-value"]
        beside = search(asked(text), snapshot)
        assert all(candidate.lr is None for candidate in beside.candidates)
        assert "search.not-compared" in ids(beside.limits)


def test_shuffled_serials_stay_the_same_units() -> None:
    cells = ["0831", "A-1", "WX100", "12-345"]
    draw = random.Random(7)
    shuffled = draw.sample(cells, k=len(cells))
    assert sorted(units(table(*cells))) == sorted(units(table(*shuffled)))


@pytest.mark.parametrize(
    "text",
    [
        "0830 or 0831", "0830 OR 0831", "0830 oder 0831", "0830 или 0831", "ca. 0830", "CA 0830",
        "approx. 0830", "~0830", "lot of 20", "LOT 20", "BATCH 20", "unknown 1", "UNKNOWN 1",
        "N/A 2", "N.A. 3", "0830*", "0830 -", "0830 –", "0830…", "- 0830", "x5", "5x", "X 5", "5 ×",
        "10-off", "001/2019-010/2019", "0830-0829", "0830-0830", "A830-A829",
        "0830 ff", "0830 etc.", "0830 u. 0831", "0830 y/o 0831", "0830 и/или 0831", "to 0830",
        "0830 to", "bis 0830", "May 2019", "май 0830",
    ],
)  # fmt: skip
def test_what_may_be_something_else_beside_a_number_is_no_serial(text: str) -> None:
    found: list[str] = []
    with suppress(CellProblem):
        found = serials(text)
    assert not any(found), "an issue, or units without serials"


@pytest.mark.parametrize(
    "text",
    [
        "2019-0830", "1234-5678-9", "512/37", "A-101", "MX15/0830", "NA 123", "ND0830", "X512345",
        "0830X", "CA0830", "OR-0830", "WX-10-0830", "B-52-0001",
    ],
)  # fmt: skip
def test_a_serial_with_dashes_and_letters_stays_one(text: str) -> None:
    assert serials(text) == [text]


@pytest.mark.parametrize("text", ['=CONCATENATE("A-","2")', "=A1", "@SUM(1;2)", "=A1,B2", "=1/2"])
def test_a_formula_is_called_one_whatever_stands_in_it(text: str) -> None:
    with pytest.raises(CellProblem, match="a formula is not a serial"):
        read_serial_cell(text)


def test_the_limits_of_a_cell() -> None:
    assert (MAX_RANGE, MAX_SERIAL, LEAST_DIGITS, SHORT_STEP) == (10_000, 64, 3, 10)


@pytest.mark.parametrize(
    ("text", "why"),
    [("08?1", "an unknown character"), ("8.3E+22", "rounded"), ("K" * 65, "65 characters")],
)
def test_nobody_can_say_that_what_is_no_serial_is_one(text: str, why: str) -> None:
    with pytest.raises(CellProblem, match=why):
        read_serial_cell(text, basis="single")


def test_what_is_only_on_a_delivery_record_is_so_in_any_notation() -> None:
    parts = read_serial_cell("T/0836-2; T/0837-2", basis="not_on_permit_from_delivery_record")
    assert [part.value for part in parts] == ["T/0836-2", "T/0837-2"]
    assert {part.basis for part in parts} == {"not_on_permit_from_delivery_record"}


@pytest.mark.parametrize("text", ["S/N:", "№", "S/N: -", "Serial No. №"])
def test_a_label_alone_is_refused(text: str) -> None:
    with pytest.raises(CellProblem, match="label without a serial"):
        read_serial_cell(text)


@pytest.mark.parametrize("said", [{"basis": "single"}, {"meaning": "one"}])
def test_a_cell_that_is_called_single_has_one_serial(said: dict[str, str]) -> None:
    with pytest.raises(CellProblem, match="has 2 serials but is called single") as caught:
        serials("A-1; A-2", **said)
    assert "call it list" in caught.value.remedy
    assert serials("A-1;", **said) == ["A-1;"]


def test_words_that_join_nothing_are_no_serials() -> None:
    with pytest.raises(CellProblem, match="has no letter and no digit"):
        read_serial_cell("; and ;")


def test_what_has_no_letter_and_no_digit_is_no_serial() -> None:
    problem = serial_problem("**")
    assert problem is not None
    assert "has no letter and no digit" in problem[0]

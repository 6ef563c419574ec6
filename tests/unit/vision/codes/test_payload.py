"""Payload grammars, case by case; the sentences name the standard that each case comes from."""

from __future__ import annotations

import pytest

from values.sentence import say
from vision.codes.payload import MAX_PAYLOAD, parse_payload

RS, GS, EOT = "\x1e", "\x1d", "\x04"


def message(form: str, *elements: str) -> str:
    return f"[)>{RS}{form}{GS}{GS.join(elements)}{RS}{EOT}"


CASES = [
    # MIL-STD-130: construct 2 joins enterprise, original part number and serial.
    (
        message("06", "17V38596", "1P72-10015-04", "SCMX15D-0836"),
        (("cage", "38596"), ("part_number", "72-10015-04"), ("serial", "CMX15D-0836")),
        "D3859672-10015-04CMX15D-0836",
        2,
    ),
    # Construct 1 in one element: enterprise and serial together.
    (
        message("06", "18S38596CMX15D0836"),
        (("cage", "38596"), ("serial", "CMX15D0836")),
        "D38596CMX15D0836",
        1,
    ),
    # Construct 1 in two elements: a serial unique within the enterprise.
    (message("06", "17V1T1T1", "S0042"), (("cage", "1T1T1"), ("serial", "0042")), "D1T1T10042", 1),
    # A lot number takes the place of the part number in construct 2.
    (
        message("06", "17VKE123", "1TL77", "S9"),
        (("cage", "KE123"), ("lot", "L77"), ("serial", "9")),
        "DKE123L779",
        2,
    ),
    # 25S: the whole identifier, as the maker built it.
    (message("06", "25SD385960836", "30P72-1"), (("part_number", "72-1"),), "D385960836", None),
    # A DUNS number is preceded by its issuing agency, UN.
    (message("06", "12V194532095", "S7"), (("serial", "7"),), "UN1945320957", 1),
    # A DoDAAC is preceded by LD.
    (message("06", "7LW25G1V", "S7"), (("serial", "7"),), "LDW25G1V7", 1),
    # Format 12, text element identifiers: SEQ is unique within the part number, SER is not.
    (
        message("12", "CAG 38596", "PNO 72-1", "SEQ 0836"),
        (("cage", "38596"), ("part_number", "72-1"), ("serial", "0836")),
        "D3859672-10836",
        2,
    ),
    (
        message("12", "MFR 38596", "SER 0836", "PNR 72-2"),
        (("cage", "38596"), ("serial", "0836"), ("part_number", "72-2")),
        "D385960836",
        1,
    ),
    # Data identifiers outside a UII: production date.
    (message("06", "16D20200815", "S1A"), (("date", "20200815"), ("serial", "1A")), None, None),
]


@pytest.mark.parametrize(("payload", "fields", "uii", "construct"), CASES)
def test_envelopes(payload: str, fields: object, uii: str | None, construct: int | None) -> None:
    parsed = parse_payload(payload)
    assert parsed.fields == fields
    assert (parsed.uii, parsed.construct) == (uii, construct)
    assert parsed.notes == ()


@pytest.mark.parametrize(
    ("payload", "gs1", "fields"),
    [
        ("(01)09506000134352(21)A0836", True, (("serial", "A0836"),)),
        (f"010950600013435221A0836{GS}10LOT7", True, (("serial", "A0836"), ("lot", "LOT7"))),
        ("70015965123456789", True, (("nsn", "5965123456789"),)),
        (
            "S/N: CMX15D-0836; P/N: 72-1",
            False,
            (("serial", "CMX15D-0836"), ("part_number", "72-1")),
        ),
        ("https://x.example/?sn=0836&model=CMX", False, (("serial", "0836"), ("model", "CMX"))),
        ("1P72-10015-04", False, (("part_number", "72-10015-04"),)),
        ("17V38596", False, (("cage", "38596"),)),
    ],
)
def test_other_forms(payload: str, gs1: bool, fields: object) -> None:
    assert parse_payload(payload, gs1=gs1).fields == fields


@pytest.mark.parametrize(
    "payload", ["", "CMX15D-0836", "hello world", "SERIAL", "12345678", "S0836"]
)
def test_text_without_a_known_form_fills_no_field(payload: str) -> None:
    assert parse_payload(payload).fields == ()


def test_oddities_are_said_and_nothing_is_lost() -> None:
    cut = parse_payload(f"[)>{RS}06{GS}17V38596{GS}S0836")
    assert ("serial", "0836") in cut.fields
    assert cut.notes == (say("code.unended"),)
    bad_cage = parse_payload(message("06", "17VOI000", "S1"))
    assert bad_cage.notes == (say("code.no-cage", text="OI000"),)
    long_serial = parse_payload(message("06", "17V38596", "S" + "1" * 60))
    assert long_serial.notes == (
        say("code.long-value", field="serial", most=30),
        say("code.long-identifier", characters=66),
    )
    assert parse_payload(message("06", "17V38596", "S" + "1" * 30)).notes == ()
    lower = parse_payload(message("06", "17V38596", "Sab_1"))
    assert lower.notes == (say("code.strange-identifier"),)
    foreign = parse_payload(message("99", "x"))
    assert foreign.notes == (say("code.unknown-format", format="99"),)
    not_a_cage = parse_payload(message("06", "18S12"))
    assert not_a_cage.fields == ()
    assert not_a_cage.notes == (say("code.serial-without-cage"),)


def test_a_huge_payload_is_not_parsed_and_says_so() -> None:
    parsed = parse_payload("S/N: " + "1" * MAX_PAYLOAD)
    assert parsed.fields == ()
    assert parsed.notes == (say("code.too-long", characters=MAX_PAYLOAD + 5, most=MAX_PAYLOAD),)
    assert parse_payload("S/N: " + "1" * (MAX_PAYLOAD - 5)).notes == ()

"""Each reason is given where it is true, and not on a plate that differs by just that."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.unit.vision.lines import text_line
from tests.unit.vision.plate.layouts import Layout, fields
from tests.unit.vision.plate.test_assurance import (
    PLATE,
    assured,
    code,
    draft,
    engine_text,
    field_reading,
)
from values.sentence import Sentence, say
from vision.plate.assurance import LEGIBLE, Exposures, SingleEngine, assure

if TYPE_CHECKING:
    from collections.abc import Callable

    from vision.types import Code

Later: TypeAlias = "Callable[[], set[Sentence | str]]"
Line: TypeAlias = "str | tuple[str, dict[str, tuple[str, float]]] | float"
"""A line, a line that some readers read otherwise, or a gap in letter heights."""


def later(ask: Callable[..., set[Sentence | str]]) -> Callable[..., Later]:
    """Ask when the test runs, not when it is collected."""
    return partial(partial, ask)


@later
def on(
    *lines: Line,
    codes: tuple[Code, ...] = (),
    readers: tuple[str, ...] = (),
    pitch: float = 0.0,
) -> set[Sentence | str]:
    """Every reason given for any field of a plate."""
    layout = Layout("reasons", 0)
    layout.pitch = pitch or layout.pitch
    for line in lines:
        if isinstance(line, float):
            layout.gap(line)
        elif isinstance(line, str):
            layout.text(line)
        else:
            layout.text(line[0], otherwise=line[1])
    reading = layout.read(codes=codes, **({"readers": readers} if readers else {}))
    return of(why for one in fields(reading) for why in one.reasons)


def of(reasons: object) -> set[Sentence | str]:
    return {why.sentence for why in reasons}  # type: ignore[attr-defined]


@later
def weighed(**changes: object) -> set[Sentence | str]:
    """Every reason given for a value that two witnesses read."""
    return of(
        assured(
            draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"), **changes)
        ).reasons
    )


@later
def together(*given: object, sure: float = 0.96, exposures: int = 2) -> set[Sentence | str]:
    readings = tuple(given)
    return of(
        assure(Exposures(readings=readings, key="1234", sure=sure, exposures=exposures)).reasons
    )  # type: ignore[arg-type]


@later
def alone(**changes: object) -> set[Sentence | str]:
    one = draft(engine_text("rapidocr", "123456"), **changes)
    return of(assure(SingleEngine(draft=one, engine="rapidocr")).reasons)


@later
def legible(confidence: float) -> set[Sentence | str]:
    line = dataclasses.replace(text_line("L9", "28 VDC", 0, 0, 90, 30), confidence=confidence)
    both = draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))
    return of(assured(both, dataclasses.replace(PLATE, lines=(line,))).reasons)


@later
def passed(text: str) -> set[Sentence | str]:
    first = dataclasses.replace(engine_text("rapidocr", "123456"), passes=((f"S/N {text}", 0.99),))
    return of(assured(draft(first, engine_text("easyocr", "123456"))).reasons)


@later
def followed(by: str) -> set[Sentence | str]:
    both = [
        dataclasses.replace(engine_text(name, "123456"), line=f"S/N 123456{by}")
        for name in ("rapidocr", "easyocr")
    ]
    return of(assured(draft(*both)).reasons)


@later
def placed(strength: float) -> set[Sentence | str]:
    both = [
        dataclasses.replace(engine_text(name, "123456"), strength=strength)
        for name in ("rapidocr", "easyocr")
    ]
    return of(assured(draft(*both)).reasons)


AGREE = say("reason.readers-agree", readers=2)
PLAIN = ("MODEL CX-117", "SERIAL NO 204771")
MORE = ("BORA SYSTEMS INC", "SERIAL NO 204771", "QUALITY PASSED")
OTHER = {"easyocr": ("SERIAL NO 204778", 0.97)}
UNSEEN = {"easyocr": ("", 0.0)}
SERIAL_CODE = code("S204771", said=(("serial", "204771"),))

GIVEN = {
    "reason.readers-agree": (AGREE, on(*PLAIN), on(*PLAIN, readers=("rapidocr", "ppocr5"))),
    "reason.one-engine": (
        say("reason.one-engine"), on(*PLAIN, readers=("rapidocr",)), on(*PLAIN),
    ),
    "reason.one-family": (
        say("reason.one-family"),
        on(*PLAIN, readers=("rapidocr", "ppocr5")),
        on(*PLAIN, readers=("rapidocr",)),
    ),
    "reason.one-witness": (
        say("reason.one-witness"),
        on("MODEL CX-117", ("SERIAL NO 204771", {"easyocr": ("SERIAL NO 204778", 0.7)}),
           readers=("rapidocr", "easyocr")),
        on("MODEL CX-117", ("SERIAL NO 204771", UNSEEN), readers=("rapidocr", "easyocr")),
    ),
    "reason.readers-differ": (
        say("reason.readers-differ", text="204778"),
        on("MODEL CX-117", ("SERIAL NO 204771", OTHER)),
        on(*PLAIN),
    ),
    "reason.unreadable": (say("reason.unreadable"), weighed(sure=0.1), weighed(sure=0.2)),
    "reason.pixels-open": (say("reason.pixels-open"), weighed(rival=0.06), weighed(rival=0.05)),
    "reason.hard-to-read": (
        say("reason.hard-to-read"), legible(LEGIBLE - 0.01), legible(LEGIBLE),
    ),
    "reason.another-look": (say("reason.another-look"), passed("128456"), passed("123456")),
    "reason.place-open": (
        say("reason.place-open", field="serial"),
        placed(0.79),
        placed(0.8),
    ),
    "reason.blocks-differ": (
        say("reason.blocks-differ", text="7890"), alone(elsewhere=("7890", "55")), alone(),
    ),
    "reason.code-repeats": (
        say("reason.code-repeats"), on(*PLAIN, codes=(SERIAL_CODE,)), on(*PLAIN),
    ),
    "reason.code-differs": (
        say("reason.code-differs", text="654321"),
        on(*PLAIN, codes=(code("S654321", said=(("serial", "654321"),)),)),
        on(*PLAIN, codes=(SERIAL_CODE,)),
    ),
    "reason.code-of-another-field": (
        say("reason.code-of-another-field", field="part_number"),
        on(*PLAIN, codes=(code("1P204771", said=(("part_number", "204771"),)),)),
        on(*PLAIN, codes=(SERIAL_CODE,)),
    ),
    "reason.code-of-article": (
        say("reason.code-of-article"),
        on("MODEL CX-117", "SERIAL NO 4006381333931", codes=(code("4006381333931", "EAN-13"),)),
        on("MODEL CX-117", "SERIAL NO 4006381333931", codes=(code("4006381333931X"),)),
    ),
    "reason.bare-number-sign": (
        say("reason.bare-number-sign"),
        on("ПРИБОР ПК-51", "№ 012345"),
        on("ПРИБОР ПК-51", "Зав. № 012345"),
    ),
    "reason.sign-in-value": (
        say("reason.sign-in-value"), on("SERIAL NO N04711"), on("SERIAL NO A04711"),
    ),
    "reason.unsure-label": (
        say("reason.unsure-label", label="UNIT NO"),
        on("MAKER: ACME LTD", "UNIT NO 220714"),
        on("MAKER: ACME LTD", "SERIAL NO 220714"),
    ),
    "reason.product-number": (
        say("reason.product-number"), on("Изделие № 012345"), on("Изделие ПК-51"),
    ),
    "reason.announced-by": (
        say("reason.announced-by", label="PERMIT NO"),
        on("PERMIT NO 204771", "SERIAL NO 204771"),
        on("PERMIT NO 204779", "SERIAL NO 204771"),
    ),
    "reason.labelled-twice": (
        say("reason.labelled-twice", text="555123"),
        on("SERIAL NO 204771", "MODEL CX-117", "S/N 555123"),
        on(*PLAIN),
    ),
    "reason.two-serial-labels": (
        say("reason.two-serial-labels"),
        on("SERIAL NO 204771", "MODEL CX-117", "S/N --"),
        on(*PLAIN),
    ),
    "reason.label-twice": (
        say("reason.label-twice", label="PART NO"),
        on("SERIAL NO 204771", "PART NO 55512", "PART NO 55513"),
        on("SERIAL NO 204771", "PART NO 55512"),
    ),
    "reason.contradicting-line": (
        say("reason.contradicting-line", text="ID 204778"),
        on(*PLAIN, "ID 204778"),
        on(*PLAIN, "ID 999778"),
    ),
    "reason.looks-like": (
        say("reason.looks-like", kind="protection"), on("SERIAL NO IP67"), on("SERIAL NO XP6712"),
    ),
    "reason.unit-follows": (say("reason.unit-follows"), followed(" VDC"), followed(" CX")),
    "reason.perhaps-announced-by": (
        say("reason.perhaps-announced-by", label="MODEL"),
        on(("SERIAL NO 204771", {"ppocr5": ("MODEL 204771", 0.97)})),
        on("SERIAL NO 204771"),
    ),
    "reason.wide-gap": (
        say("reason.wide-gap"),
        on("ACME AVIONICS LTD", "MODEL CX-117", "MADE IN ENGLAND", 1.2, *MORE, pitch=1.3),
        on("ACME AVIONICS LTD", "MODEL CX-117", "MADE IN ENGLAND", *MORE, pitch=1.3),
    ),
    "reason.counter": (say("reason.counter"), weighed(text="1/3"), weighed(text="3/1")),
    "reason.piece": (
        say("reason.piece", text="500452U025AA2B"),
        on("TYPE 500", "500452U025AA2B"),
        on("TYPE 500", "612452U025AA2B"),
    ),
    "reason.spelt-as-model": (
        say("reason.spelt-as-model"), weighed(respelt=True), weighed(),
    ),
    "reason.exposures-agree": (
        say("reason.exposures-agree", exposures=2),
        together(field_reading("1234"), field_reading("1234")),
        together(field_reading("1234"), field_reading("1234"), exposures=1),
    ),
    "reason.exposures-differ": (
        say("reason.exposures-differ", text="7234"),
        together(field_reading("1234"), field_reading("1234"), field_reading("7234", "stated")),
        together(field_reading("1234"), field_reading("1234"), field_reading("7234")),
    ),
    "reason.one-exposure": (
        say("reason.one-exposure"),
        together(field_reading("1234"), exposures=1),
        together(field_reading("1234"), field_reading("1234")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("identifier", GIVEN)
def test_a_reason_is_given_where_it_is_true_and_nowhere_else(identifier: str) -> None:
    reason, there, elsewhere = GIVEN[identifier]
    assert reason in there()
    assert identifier not in {one.id for one in elsewhere() if isinstance(one, Sentence)}

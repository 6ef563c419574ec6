"""Decide whether a value is stated, offered or unreadable. This is the only place that does.

A wrong value stated as certain is the worst outcome. So a value is *stated* only if nothing speaks
against it (`VETOES`) and something independent supports it: a code on the plate that repeats it, or
engines trained separately that agree on a plate that leaves nothing open (`CONDITIONS`). Each rule
has an identifier and returns a reason; all that apply are listed.

Numbers without another source were set by judgement and are measured by `benchmarks.reading`;
decision 0040 explains the vetoes, 0041 why engines of one family are one witness.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.sentence import Sentence, say
from values.text import fold, skeleton
from vision.codes.payload import is_article_number
from vision.plate.fragments import longer_value
from vision.plate.labels import NUMBER_SIGN, fold_word
from vision.shapes import (
    kind_of_statement,
    letters_and_digits,
    looks_like_date,
    looks_like_measure,
    unit_follows,
)
from vision.types import FieldReading, Reason, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vision.plate.draft import EngineText, FieldDraft, PlateDraft
    from vision.plate.layout import Row
    from vision.plate.spans import PlacedLabel
    from vision.types import Code, FieldName, ReadingState, TextLine

READABLE = 0.15
"""If the best value is less probable than this, the field is unreadable."""

STATED = 0.9
"""Minimum probability (0–1) for stating a value on which engines agree. Other crops and passes of
one engine do not count: they share its habits, such as reading a worn `/` as 7.
"""

EVEN = 0.5
"""Minimum probability (0–1) for stating a value that a code on the plate repeats."""

LEAST_STRENGTH = 0.5
"""A value from a field rule weaker than this (0–1) is never stated, even if a code repeats it."""

CLEAR_PLACE = 0.8
"""Minimum strength (0–1) of the field rule for stating a value that only engines agree on: the
label is in the line or close to the left, or the form is distinctive, such as a vehicle's number. A
value below or far from a label may belong to another cell.
"""

LIKELY_RIVAL = 0.06
"""A value is not stated if another one is at least this probable (0–1)."""

LEGIBLE = 0.94
"""Minimum median confidence (0–1) of the lines of a plate on which a value is stated. Engines agree
on the same wrong character of embossed or worn letters; on such plates other lines are read poorly,
too.
"""

SURE = 0.8
"""A line read at least this surely (0–1) that says something else is evidence against a value."""

FUSED = 0.95
"""Minimum calibrated probability (0–1) for stating a value fused from several exposures."""

SHORT_CODE = 4
"""A code does not confirm a value with fewer letters and digits than this, which it may contain by
chance.
"""

WIDE_GAP, WIDER = 1.2, 2.5
"""Two plates, one above the other, are assumed to meet where the space between two rows is at least
`WIDE_GAP` letter heights and `WIDER` times the usual row spacing there.
"""

FAMILIES = {"rapidocr": "PP-OCR", "ppocr5": "PP-OCR", "cyrillic": "PP-OCR"}
"""Engines whose weights were trained on the same data, or are shared: each family counts as one
witness. Both PP-OCR generations read the embossed slash of one plate as 7 (docs/validity.md); the
Cyrillic engine is based on RapidOCR's weights (decision 0032).
"""

IDENTITY: tuple[FieldName, ...] = ("maker", "model", "serial", "part_number", "nsn", "cage")
"""Fields that a plate has only once; if one of their labels occurs twice, there are two plates."""

IDENTIFIERS: tuple[FieldName, ...] = ("serial", "model", "part_number", "nsn", "cage", "lot")
"""Fields whose values are checked against other lines, labels and codes before they are stated."""

UNSURE_WORDS = frozenset(
    fold_word(word)
    for word in ("ITEM NO", "ITEM NUMBER", "UNIT NO", "REF", "REF NO", "PIN", "SERIES")
)
"""Label words with several meanings: an item of a list, a unit of a set, a pin."""

PRODUCT_WORDS = frozenset(fold_word(word) for word in ("Изделие", "Gerät", "设备型号", "Cinsi"))
"""Words for the product itself: followed by a number sign, the number may be its serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All evidence from the engines of one plate on whether a value may be stated."""

    draft: FieldDraft
    plate: PlateDraft

    @property
    def field(self) -> FieldName:
        """The field of the value."""
        return self.draft.field

    @property
    def key(self) -> str:
        """Letters and digits of the value."""
        return letters_and_digits(self.draft.text)

    @property
    def agreeing(self) -> tuple[EngineText, ...]:
        """Every engine that read this very value at its place."""
        return tuple(
            one for one in self.draft.engine_texts if letters_and_digits(one.text) == self.key
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleEngine:
    """A value read by one engine alone: offered at most."""

    draft: FieldDraft
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """A value fused from several exposures of one plate."""

    readings: tuple[FieldReading, ...]
    """The reading of each exposure."""
    key: str
    """Letters and digits of the value."""
    sure: float
    """Its calibrated probability, 0–1."""
    exposures: int
    """The number of exposures whose readings gave this very value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """How far a value can be relied on, why, and who read it."""

    state: ReadingState
    reasons: tuple[Reason, ...]
    """Why it is stated, or everything that prevents it from being stated."""
    witnesses: tuple[Witness, ...] = ()

    def of(self, reading: FieldReading) -> FieldReading:
        """Return a reading with this assurance applied."""
        return replace(reading, state=self.state, reasons=self.reasons, witnesses=self.witnesses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason not to state a value: its identifier, the check, and its source."""

    identifier: str
    asks: Callable[[Evidence], Sentence | None]
    """Returns the reason if the rule forbids stating the value, else None."""
    source: str

    @property
    def meaning(self) -> str:
        """The rule in one sentence."""
        return (self.asks.__doc__ or "").splitlines()[0]


def assure(evidence: Evidence | SingleEngine | Exposures) -> Assurance:
    """Decide how far one value can be relied on; nothing else decides it or changes it later."""
    if isinstance(evidence, Exposures):
        return _assure_exposures(evidence)
    witnesses = _witnesses(evidence)
    if evidence.draft.sure < READABLE:
        return Assurance(state="unreadable", reasons=(_UNREADABLE,), witnesses=witnesses)
    if isinstance(evidence, SingleEngine):
        elsewhere = _blocks_differ(evidence)
        why = (Reason(rule="blocks-differ", sentence=elsewhere),) if elsewhere else ()
        return Assurance(state="offered", reasons=(*why, _ONE_ENGINE), witnesses=witnesses)
    code = repeating_code(evidence)
    rules = VETOES if code else (*VETOES, *CONDITIONS)
    against = tuple(
        Reason(rule=rule.identifier, sentence=sentence)
        for rule in rules
        if (sentence := rule.asks(evidence))
    )
    if against:
        return Assurance(state="offered", reasons=against, witnesses=witnesses)
    if code:
        why_stated = Reason(rule="code-repeats", sentence=say("reason.code-repeats"))
    else:
        count = sum(one.stance == "agrees" for one in witnesses)
        why_stated = Reason(
            rule="readers-agree", sentence=say("reason.readers-agree", readers=count)
        )
    return Assurance(state="stated", reasons=(why_stated,), witnesses=witnesses)


_UNREADABLE = Reason(rule="unreadable", sentence=say("reason.unreadable"))
_ONE_ENGINE = Reason(rule="one-engine", sentence=say("reason.one-engine"))


def _witnesses(evidence: Evidence | SingleEngine) -> tuple[Witness, ...]:
    draft = evidence.draft
    key = letters_and_digits(draft.text)
    if isinstance(evidence, SingleEngine):
        engine_texts = (
            (replace(draft.engine_texts[0], engine=evidence.engine),) if draft.engine_texts else ()
        )
        return witnesses_of(engine_texts, key, (evidence.engine,))
    return witnesses_of(draft.engine_texts, key, evidence.plate.names)


def _assure_exposures(evidence: Exposures) -> Assurance:
    """Decide for several exposures: a veto in one is a veto for all."""
    if evidence.sure < READABLE:
        return Assurance(state="unreadable", reasons=(_UNREADABLE,))
    own = [item for item in evidence.readings if letters_and_digits(item.text) == evidence.key]
    others = [item for item in evidence.readings if item.state == "stated" and item not in own]
    stated = any(item.state == "stated" for item in own)
    against = list(
        dict.fromkeys(why for item in own for why in item.reasons if why.rule in VETO_NAMES)
    )
    if evidence.sure < FUSED:
        against.append(Reason(rule="pixels-open", sentence=say("reason.pixels-open")))
    if evidence.exposures < 2 and not stated:
        against.append(Reason(rule="one-exposure", sentence=say("reason.one-exposure")))
    if max((item.strength for item in own), default=0.0) < CLEAR_PLACE and not stated:
        against.append(Reason(rule="place-open", sentence=_place(evidence.readings[0].field)))
    if others:
        differs = say("reason.exposures-differ", text=others[0].text)
        against.append(Reason(rule="exposures-differ", sentence=differs))
    if against:
        return Assurance(state="offered", reasons=tuple(against))
    agree = say("reason.exposures-agree", exposures=evidence.exposures)
    why = Reason(rule="exposures-agree", sentence=agree)
    return Assurance(state="stated", reasons=(why,))


def with_state(evidence: Evidence | SingleEngine) -> FieldReading:
    """Turn a drafted field into a reading with its state."""
    draft, given = evidence.draft, assure(evidence)
    return FieldReading(
        field=draft.field,
        text=draft.text,
        confidence=draft.confidence,
        state=given.state,
        glyphs=draft.glyphs,
        alternatives=draft.alternatives,
        source=draft.source,
        notes=(
            *draft.notes,
            *(say("reading.elsewhere", text=text) for text in draft.elsewhere),
        ),
        strength=draft.strength,
        lattice=draft.lattice,
        reasons=given.reasons,
        witnesses=given.witnesses,
    )


def family_of(engine: str) -> str:
    """Return the witness that an engine belongs to: its family, or itself."""
    return FAMILIES.get(engine, engine)


def witnesses_of(
    engine_texts: Sequence[EngineText], key: str, engines: Sequence[str]
) -> tuple[Witness, ...]:
    """Return for each engine family whether it read this value, another one, or nothing there.

    A family whose members surely read different things is *divided*.
    """
    every = dict.fromkeys(
        family_of(name) for name in (*engines, *(one.engine for one in engine_texts))
    )
    return tuple(
        _witness(name, [one for one in engine_texts if family_of(one.engine) == name], key)
        for name in every
    )


def _witness(name: str, engine_texts: Sequence[EngineText], key: str) -> Witness:
    same = [one for one in engine_texts if letters_and_digits(one.text) == key]
    differ = [
        one for one in engine_texts if one not in same and (one.confidence >= SURE or not same)
    ]
    stance = (
        "divided" if same and differ else "agrees" if same else "differs" if differ else "silent"
    )
    return Witness(
        name=name,
        engines=tuple(dict.fromkeys(one.engine for one in engine_texts)),
        stance=stance,  # type: ignore[arg-type]
        texts=tuple(dict.fromkeys(one.text for one in engine_texts)),
    )


def repeating_code(evidence: Evidence) -> Code | None:
    """Return the code that confirms the value: one that names its field, or contains nothing else.

    A code without structure confirms the characters only, so a label must say which field they
    belong to. Article codes (GTIN, EAN, UPC) are the same on every unit and confirm no serial.
    """
    draft, key = evidence.draft, evidence.key
    strongest = max((one.strength for one in draft.engine_texts), default=draft.strength)
    if len(key) < SHORT_CODE or draft.sure < EVEN or strongest < LEAST_STRENGTH:
        return None
    labelled = any(one.label for one in draft.engine_texts)
    for code in evidence.plate.codes:
        named = {letters_and_digits(text) for name, text in code.fields if name == draft.field}
        whole = not code.fields and letters_and_digits(code.payload) == key and labelled
        if key in named or (whole and not is_article_number(code)):
            return code
    return None


# --- Vetoes: each prevents stating, whatever supports the value --------------------------


def _blocks_differ(evidence: Evidence | SingleEngine) -> Sentence | None:
    """A person drew the region as one place; values on which its blocks differ stay open."""
    if evidence.draft.elsewhere:
        return say("reason.blocks-differ", text=evidence.draft.elsewhere[0])
    return None


def _bare_number_sign(evidence: Evidence) -> Sentence | None:
    """A number sign without a word does not say what the number is."""
    if evidence.draft.source.label == NUMBER_SIGN:
        return say("reason.bare-number-sign")
    return None


_SIGN_LEFT = re.compile(r"^N(?:[O0º°9]|R|UM)?\.?\s?(?=\d)", re.IGNORECASE)


def _sign_in_the_value(evidence: Evidence) -> Sentence | None:
    """A value that begins with N, NO or N0 before digits may begin with a number sign."""
    named = evidence.draft.source.label is not None
    if evidence.field in IDENTIFIERS and named and _SIGN_LEFT.match(evidence.draft.text):
        return say("reason.sign-in-value")
    return None


def _unsure_word(evidence: Evidence) -> Sentence | None:
    """Some label words have several meanings."""
    label = evidence.draft.source.label
    if label and fold_word(label) in UNSURE_WORDS and evidence.field != "lot":
        return say("reason.unsure-label", label=label)
    return None


def _product_number(evidence: Evidence) -> Sentence | None:
    """A number after the word for the product and a number sign may be its serial."""
    label = evidence.draft.source.label
    if evidence.field != "model" or not label or fold_word(label) not in PRODUCT_WORDS:
        return None
    numbered = any(
        placed.label.numbered and fold_word(placed.label.word) == fold_word(label)
        for text in evidence.plate.texts
        for placed in text.labels
    )
    return say("reason.product-number") if numbered else None


def _announced_otherwise(evidence: Evidence) -> Sentence | None:
    """A value that another label announces, in any sure reading, is not stated under this one."""
    if evidence.field not in IDENTIFIERS:
        return None
    key = evidence.key
    for text in evidence.plate.texts:
        for word, number in text.elsewhere:
            if any(letters_and_digits(part) == key for part in (number, *number.split())):
                return say("reason.announced-by", label=word)
        for guess in text.guesses:
            same = letters_and_digits(guess.text) == key and guess.label is not None
            own = guess.line.line_id == evidence.draft.source.line_id
            clear = guess.line.confidence >= SURE and guess.strength >= evidence.draft.strength
            if same and own and guess.field != evidence.field and clear:
                return say("reason.perhaps-announced-by", label=str(guess.label))
    return None


def _code_names_another_field(evidence: Evidence) -> Sentence | None:
    """A code gives these characters as another field, or as an article number."""
    if evidence.field not in IDENTIFIERS:
        return None
    key = evidence.key
    for code in evidence.plate.codes:
        mine = any(
            name == evidence.field and letters_and_digits(text) == key for name, text in code.fields
        )
        for name, text in code.fields:
            if not mine and name != evidence.field and letters_and_digits(text) == key:
                return say("reason.code-of-another-field", field=name)
        if is_article_number(code) and letters_and_digits(code.payload).lstrip("0") in {
            key.lstrip("0"),
            "01" + key,
            "1" + key,
        }:
            return say("reason.code-of-article")
    return None


def _code_differs(evidence: Evidence) -> Sentence | None:
    """A code names this field and gives another value."""
    said = [
        text
        for code in evidence.plate.codes
        for name, text in code.fields
        if name == evidence.field and evidence.field in ("serial", "part_number")
    ]
    keys = {letters_and_digits(text) for text in said}
    if keys and evidence.key not in keys:
        return say("reason.code-differs", text=said[0])
    return None


def _labelled_twice(evidence: Evidence) -> Sentence | None:
    """Two labels of one field, or two values under its labels, leave open which is meant."""
    field = evidence.field
    values = {
        letters_and_digits(guess.text)
        for text in evidence.plate.texts
        for guess in text.guesses
        if guess.field == field and guess.label not in (None, NUMBER_SIGN)
        if guess.line.line_id != evidence.draft.source.line_id and guess.line.confidence >= SURE
        if guess.strength >= LEAST_STRENGTH
    }
    if field in IDENTIFIERS and values - {evidence.key}:
        return say("reason.labelled-twice", text=min(values - {evidence.key}))
    if field == "serial" and _places(evidence.plate, "serial") > 1:
        return say("reason.two-serial-labels")
    return None


def _places(plate: PlateDraft, field: FieldName) -> int:
    """Count the places of labels of a field; two side by side are one label in two languages."""
    places: dict[tuple[str, int], tuple[PlacedLabel, str]] = {}
    for text in plate.texts:
        here = [one for one in text.labels if field in one.label.fields and _sure(one)]
        last: PlacedLabel | None = None
        number = 0
        for one in here:
            same_line = last is not None and last.row.line.line_id == one.row.line.line_id
            number = number + 1 if same_line else 0
            joined = (
                same_line
                and last is not None
                and not one.row.line.text[last.label.end : one.label.start].strip(" /|-–·•:.()")
            )
            if not joined:
                places.setdefault((one.row.line.line_id, number), (one, one.label.word))
            last = one
    return len(places)


def _sure(placed: PlacedLabel) -> bool:
    return placed.row.line.confidence >= SURE and placed.label.strength >= 0.7


def _two_plates(evidence: Evidence) -> Sentence | None:
    """Values that may come from two plates are not stated as the identity of one."""
    for text in evidence.plate.texts:
        words = Counter(
            fold_word(one.label.word)
            for one in text.labels
            if set(one.label.fields) & set(IDENTITY) and _sure(one)
        )
        for one in text.labels:
            if words[fold_word(one.label.word)] > 1:
                return say("reason.label-twice", label=one.label.word)
    if _gap_between(evidence.plate):
        return say("reason.wide-gap")
    return None


def _gap_between(plate: PlateDraft) -> bool:
    """Whether a wide gap separates identity labels on both of its sides."""
    bands: list[tuple[float, float, list[Row]]] = []
    for row in sorted(plate.rows, key=lambda one: one.middle):
        top, bottom = row.middle - row.height / 2, row.middle + row.height / 2
        if bands and top < bands[-1][1]:
            first, last, rows = bands[-1]
            bands[-1] = (first, max(last, bottom), [*rows, row])
        else:
            bands.append((top, bottom, [row]))
    if len(bands) < 4:
        return False
    heights = sorted(row.height for row in plate.rows)
    height = heights[len(heights) // 2]
    gaps = [(after[0] - before[1]) / height for before, after in pairwise(bands)]
    usual = sorted(gaps)[(len(gaps) - 1) // 2]
    labelled = {
        one.row.line.line_id
        for text in plate.texts
        for one in text.labels
        if set(one.label.fields) & set(IDENTITY)
    }
    for at, gap in enumerate(gaps, start=1):
        sides = (bands[:at], bands[at:])
        marked = all(
            any(row.line.line_id in labelled for _, _, rows in side for row in rows)
            for side in sides
        )
        whole = min(len(side) for side in sides) >= 2  # a title alone is not a plate
        if gap >= WIDE_GAP and gap >= WIDER * max(usual, 0.1) and marked and whole:
            return True
    return False


def _contradicting_line(evidence: Evidence) -> Sentence | None:
    """Another line surely gives the value with look-alikes or, on its plate, with one edit."""
    if evidence.field not in IDENTIFIERS:
        return None
    key, line_id = fold(evidence.draft.text), evidence.draft.source.line_id
    here = len(evidence.plate.read)
    for at, line in enumerate((*evidence.plate.read, *evidence.plate.around)):
        if line.line_id == line_id or line.confidence < SURE:
            continue
        words = [fold(part) for part in (line.text, *line.text.split())]
        for word in words:
            start = word[: len(key)]
            if len(key) >= 2 and start != key and skeleton(start) == skeleton(key):
                return say("reason.contradicting-line", text=line.text.strip())
            if at < here and _one_apart(word, key) and not _is_announced(evidence, line, word):
                return say("reason.contradicting-line", text=line.text.strip())
    return None


def _one_apart(word: str, key: str) -> bool:
    """Whether two values of at least four characters are one edit apart."""
    short, long = sorted((word, key), key=len)
    if len(short) < 4 or len(long) - len(short) > 1 or short == long:
        return False
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _is_announced(evidence: Evidence, line: TextLine, word: str) -> bool:
    """Whether a label of another field known here announces this word."""
    return any(
        guess.line.line_id == line.line_id
        and guess.field != evidence.field
        and guess.label is not None
        and guess.strength >= CLEAR_PLACE
        and fold(guess.text) == word
        for text in evidence.plate.texts
        for guess in text.guesses
    )


def _no_identifier(evidence: Evidence) -> Sentence | None:
    """Measures, dates, degrees of protection, counts and placeholders are not identifiers."""
    text = evidence.draft.text
    kind = kind_of_statement(text)
    if kind and evidence.field not in ("voltage", "weight", "date"):
        return say("reason.looks-like", kind=kind)
    if evidence.field in ("serial", "model", "part_number"):
        if text[-1:].isdigit() and any(_unit_behind(one) for one in evidence.agreeing):
            return say("reason.unit-follows")
        if looks_like_date(text):
            return say("reason.looks-like", kind="date")
        if looks_like_measure(text):
            return say("reason.looks-like", kind="measure")
    return None


def _unit_behind(read: EngineText) -> bool:
    at = read.line.find(read.text)
    return at >= 0 and unit_follows(read.line, at + len(read.text))


_SMALL_FRACTION = re.compile(r"^\s*(\d{1,2})\s*/\s*(\d{1,2})\s*$")


def _counter(evidence: Evidence) -> Sentence | None:
    """Two small numbers separated by a slash, the first no larger, may be a count (1/20)."""
    found = _SMALL_FRACTION.match(evidence.draft.text)
    if evidence.field in IDENTIFIERS and found and 0 < int(found[1]) <= int(found[2]) <= 20:
        return say("reason.counter")
    return None


def _fragment(evidence: Evidence) -> Sentence | None:
    """A value whose row continues, or that begins or ends a longer one, may be a fragment."""
    longer = longer_value(evidence.draft, evidence.plate.fields, evidence.plate.shown)
    if longer is not None:
        return say("reason.piece", text=longer)
    return None


def _respelt(evidence: Evidence) -> Sentence | None:
    """A value spelt differently from what was read rests on a rule, not on a reading."""
    return say("reason.spelt-as-model") if evidence.draft.respelt else None


VETOES = (
    Rule(identifier="blocks-differ", asks=_blocks_differ, source="a region that a person drew"),
    Rule(identifier="bare-number-sign", asks=_bare_number_sign, source="Soviet plates: №"),
    Rule(
        identifier="sign-in-value",
        asks=_sign_in_the_value,
        source="engines drop the space and the raised o of N°",
    ),
    Rule(identifier="unsure-label", asks=_unsure_word, source="packing lists, wiring plates"),
    Rule(identifier="product-number", asks=_product_number, source="ГОСТ 12971 plates: Изделие №"),
    Rule(
        identifier="announced-otherwise",
        asks=_announced_otherwise,
        source="permit, approval, order and patent numbers on plates",
    ),
    Rule(
        identifier="code-of-another-field",
        asks=_code_names_another_field,
        source="ANSI MH10.8.2, GS1 General Specifications",
    ),
    Rule(identifier="code-differs", asks=_code_differs, source="ANSI MH10.8.2, MIL-STD-130N"),
    Rule(
        identifier="labelled-twice",
        asks=_labelled_twice,
        source="plates that name both a component and a unit",
    ),
    Rule(identifier="two-plates", asks=_two_plates, source="labels one above the other"),
    Rule(
        identifier="contradicting-line",
        asks=_contradicting_line,
        source="PaddleOCR 10803, tesseract 1695, ultimateALPR 253",
    ),
    Rule(identifier="no-identifier", asks=_no_identifier, source="IEC 60529, IEC 62262, ratings"),
    Rule(identifier="counter", asks=_counter, source="packing lists: 1/3"),
    Rule(identifier="piece", asks=_fragment, source="plate with a model in two boxes"),
    Rule(
        identifier="respelt", asks=_respelt, source="digits are read as letters, seldom the reverse"
    ),
)
"""Rules that prevent stating a value even if a code repeats it."""

VETO_NAMES = frozenset(rule.identifier for rule in VETOES)

# --- Conditions: must hold where no code repeats the value --------------------------------


def _place(field: FieldName) -> Sentence:
    return say("reason.place-open", field=field)


def _pixels_open(evidence: Evidence) -> Sentence | None:
    """The best value must be probable, and no other one likely."""
    draft = evidence.draft
    if draft.sure < STATED or draft.rival >= LIKELY_RIVAL:
        return say("reason.pixels-open")
    return None


def _hard_to_read(evidence: Evidence) -> Sentence | None:
    """The plate as a whole must be legible."""
    if evidence.plate.legible < LEGIBLE:
        return say("reason.hard-to-read")
    return None


def _place_open(evidence: Evidence) -> Sentence | None:
    """The rule that assigned the text to the field must be strong."""
    strength = max((one.strength for one in evidence.agreeing), default=0.0)
    return _place(evidence.field) if strength < CLEAR_PLACE else None


def _another_pass(evidence: Evidence) -> Sentence | None:
    """No other pass of an agreeing engine may surely read something else."""
    for read in evidence.agreeing:
        for text, sure in read.passes:
            other, line = letters_and_digits(text), letters_and_digits(read.line)
            if sure >= SURE and evidence.key not in other and other not in line:
                return say("reason.another-look")
    return None


def _dissent(evidence: Evidence) -> Sentence | None:
    """No engine may surely read something else there; a part of the same value does not count."""
    for read in evidence.draft.engine_texts:
        if read.confidence >= SURE and letters_and_digits(read.text) not in evidence.key:
            return say("reason.readers-differ", text=read.text)
    return None


def _one_witness(evidence: Evidence) -> Sentence | None:
    """Two engines trained separately must agree; engines of one family are one witness."""
    plate, engine_texts = evidence.plate, evidence.draft.engine_texts
    witnesses = witnesses_of(engine_texts, evidence.key, plate.names)
    agree = [one for one in witnesses if one.stance == "agrees"]
    if len(agree) >= 2:
        return None
    spoke = [one for one in witnesses if one.stance != "silent"]
    engines = [name for one in agree for name in one.engines]
    if len(spoke) > 1:
        return say("reason.one-witness")
    return say("reason.one-engine") if len(engines) < 2 else say("reason.one-family")


CONDITIONS = (
    Rule(identifier="pixels-open", asks=_pixels_open, source="docs/validity.md"),
    Rule(identifier="hard-to-read", asks=_hard_to_read, source="docs/validity.md: embossed plates"),
    Rule(
        identifier="place-open", asks=_place_open, source="docs/validity.md: values of other cells"
    ),
    Rule(identifier="another-look", asks=_another_pass, source="docs/validity.md"),
    Rule(identifier="readers-differ", asks=_dissent, source="a contradicting line is dissent"),
    Rule(identifier="one-witness", asks=_one_witness, source="decision 0041"),
)
"""Further conditions that must hold where only engines support a value."""

RULES: Final = Declared(
    "assurance",
    test="tests/unit/vision/plate/test_assurance.py",
    source="decision 0040; set by judgement, measured by benchmarks.reading",
    units={
        "READABLE": "probability, 0-1",
        "STATED": "probability, 0-1",
        "EVEN": "probability, 0-1",
        "LIKELY_RIVAL": "probability, 0-1",
        "FUSED": "probability, 0-1",
        "LEAST_STRENGTH": "strength of a field rule, 0-1",
        "CLEAR_PLACE": "strength of a field rule, 0-1",
        "LEGIBLE": "confidence of a line, 0-1",
        "SURE": "confidence of a line, 0-1",
        "SHORT_CODE": "letters and digits",
        "WIDE_GAP": "letter heights",
        "WIDER": "times the usual gap",
        "FAMILIES": "engine: its witness",
        "IDENTITY": "fields",
        "IDENTIFIERS": "fields",
        "UNSURE_WORDS": "label words, folded",
        "PRODUCT_WORDS": "label words, folded",
        "VETOES": "rules that prevent stating",
        "CONDITIONS": "rules that must hold for stating",
    },
    sources={
        "FAMILIES": "decision 0041",
        "FUSED": "docs/validity.md",
        "LEGIBLE": "docs/validity.md",
    },
)

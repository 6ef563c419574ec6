"""From lines of text to maker, model, serial …: by label words, position and form.

A value may be in the line of its label, to its right, below or above it; without a label, only its
form supports it. Each guess names its rule and that rule's strength. This module does not use
pixels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from vision.plate.labels import NUMBER_SIGN, Label, find_labels
from vision.plate.layout import Row, rows_of
from vision.shapes import (
    find_container,
    find_nsn,
    find_vin,
    has_legal_form,
    is_legal_form,
    is_number,
    kind_of_statement,
    letters_and_digits,
    looks_like_date,
    looks_like_measure,
    may_name,
    plausible,
    unit_follows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import FieldName, TextLine

INLINE, RIGHT, BELOW, ABOVE = "label in the line", "label to the left", "label above", "label below"
FORM, PLACE = "form alone", "place alone"

SIGN = "number sign alone"
"""The rule for a number announced only by a number sign, as on Soviet plates."""

SIGN_STRENGTH = 0.28
"""How far such a number is trusted to be the serial (0–1); by judgement: it may be any number, and
a long one without any sign is as likely to be the serial.
"""

RULE_STRENGTH = {INLINE: 1.0, RIGHT: 0.95, BELOW: 0.85, ABOVE: 0.6}
"""How far each placement is trusted (0–1); by judgement, checked on the reading benchmark."""

REACH_RIGHT, REACH_DOWN, REACH_UP = 14.0, 2.6, 1.9
"""How far a value may be from its label, in letter heights of the label."""

WANTED: tuple[FieldName, ...] = ("serial", "model", "part_number")
"""Fields for which a label without a value is worth another pass, in this order."""

NUMBERED: tuple[FieldName, ...] = ("serial", "part_number", "lot", "contract", "nsn")
"""Fields whose labels announce a number: next to one of them a bare number sign means nothing."""

TELLING: tuple[FieldName, ...] = (
    "serial", "model", "part_number", "maker", "nsn", "cage", "date", "lot", "contract",
)  # fmt: skip
"""Fields whose lines are read again by other engines, most important first."""

ANSWERED = 0.7
"""A label whose value was found by a rule weaker than this is still unanswered."""

STANDS_OUT, LEAST_LINES = 1.25, 3
"""An unlabelled maker's name is at the top of a plate of at least `LEAST_LINES` lines, or in
letters this many times the usual height there.
"""

_STRAY = " .:;,#=_-–—|*'\"“”·•…<>"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGuess:
    """A value for a field: characters `start` to `end` of a line, and why."""

    field: FieldName
    line: TextLine
    start: int
    end: int
    label: str | None
    rule: str
    strength: float
    """0–1: support by rule, label and form; says nothing about the pixels."""

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.line.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Span:
    """A span of one line that may be a value."""

    row: Row
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.row.line.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Asking:
    """A label without a value so far."""

    row: Row
    label: Label


@dataclass(slots=True)
class _Sorted:
    """The parts into which the lines of a plate were split."""

    guesses: list[FieldGuess] = dataclass_field(default_factory=list)
    asking: list[_Asking] = dataclass_field(default_factory=list)
    free: list[_Span] = dataclass_field(default_factory=list)
    labels: list[PlacedLabel] = dataclass_field(default_factory=list)
    elsewhere: list[tuple[str, str]] = dataclass_field(default_factory=list)
    signs: list[tuple[_Asking, _Span | None]] = dataclass_field(default_factory=list)
    """Number signs on their own, with what follows in the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLabel:
    """A label word and its row."""

    label: Label
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateText:
    """What the lines of one plate say by label, position and form."""

    lines: tuple[TextLine, ...] = ()
    guesses: tuple[FieldGuess, ...]
    """Values of fields, strongest guess of each field first."""
    labels: tuple[PlacedLabel, ...]
    elsewhere: tuple[tuple[str, str], ...]
    """Numbers announced by labels of no known field: the label's word, the number."""


def find_fields(lines: Sequence[TextLine]) -> tuple[FieldGuess, ...]:
    """Find all fields in the lines of one plate, strongest guess of each field first."""
    return read_plate(lines).guesses


def read_plate(lines: Sequence[TextLine]) -> PlateText:
    """Find the label words and all fields in the lines of one plate."""
    sorted_out = _Sorted()
    rows = rows_of(lines)
    for row in rows:
        _split_line(row, sorted_out)
    free, guesses = sorted_out.free, sorted_out.guesses
    answers, numbers = _answer_labels(sorted_out.asking, free)
    guesses += answers
    elsewhere = [*sorted_out.elsewhere, *((label.word, span.text) for label, span in numbers)]
    taken = {(guess.line.line_id, guess.start) for guess in guesses}
    taken |= {(span.row.line.line_id, span.start) for _, span in numbers}
    unclaimed = [span for span in free if (span.row.line.line_id, span.start) not in taken]
    guesses += _by_sign(sorted_out, unclaimed)
    guesses += _by_form(unclaimed, guesses)
    guesses += _by_place(unclaimed, guesses, rows)
    return PlateText(
        lines=tuple(lines),
        guesses=tuple(sorted(guesses, key=lambda guess: (guess.field, -guess.strength))),
        labels=tuple(sorted_out.labels),
        elsewhere=tuple(elsewhere),
    )


def same_place(guess: FieldGuess, other: TextLine) -> FieldGuess | None:
    """Find in another reading of the line the text at the place of this guess."""
    matcher = SequenceMatcher(None, guess.line.text, other.text, autojunk=False)
    start, end = len(other.text), 0
    for _, first, last, begin, stop in matcher.get_opcodes():
        if last > guess.start and first < guess.end:
            start = min(start, begin + max(guess.start - first, 0))
            end = max(end, stop - max(last - guess.end, 0))
    if not any(char.isalnum() for char in other.text[start:end]):
        return None
    return replace(guess, line=other, start=start, end=end)


def open_labels(lines: Sequence[TextLine]) -> tuple[tuple[FieldName, Row, float], ...]:
    """List labels without a labelled value: the field, its row, the end of the label.

    The end is a distance along the row, from the row's left end, in pixels.
    """
    answered = {guess.field for guess in find_fields(lines) if guess.strength >= ANSWERED}
    found: list[tuple[FieldName, Row, float]] = []
    for row in rows_of(lines):
        for label in find_labels(row.line.text):
            wanted = [field for field in label.fields if field in WANTED]
            if wanted and wanted[0] not in answered and label.end >= len(row.line.text) - 2:
                found.append((wanted[0], row, row.extent(0, label.end)[1] - row.left))
    return tuple(sorted(found, key=lambda item: WANTED.index(item[0])))


def telling_lines(texts: Sequence[PlateText]) -> list[TextLine]:
    """Order lines by importance: values of fields by the strength of the guess, then labels."""
    worth: dict[str, float] = {}
    lines = {line.line_id: line for text in texts for line in text.lines}
    for text in texts:
        for guess in text.guesses:
            value = guess.strength + (1.0 if guess.field == TELLING[0] else 0.5)
            if guess.field in TELLING:
                worth[guess.line.line_id] = max(worth.get(guess.line.line_id, 0.0), value)
        labelled = {placed.row.line.line_id for placed in text.labels}
        for line in text.lines:
            if line.line_id in labelled:
                worth.setdefault(line.line_id, 0.4)
    return [lines[line_id] for line_id in sorted(worth, key=lambda one: -worth[one])]


def _split_line(row: Row, out: _Sorted) -> None:
    """Split a line at its labels: values in the line, labels without one, and free text."""
    text = row.line.text
    labels = find_labels(text)
    out.labels += [PlacedLabel(label=label, row=row) for label in labels]
    first = _trimmed(row, 0, labels[0].start if labels else len(text))
    if first:
        out.free += _without_date(first)
    for number, label in enumerate(labels):
        stop = labels[number + 1].start if number + 1 < len(labels) else len(text)
        span = _trimmed(row, label.end, stop)
        if span is not None:
            span, *dates = _without_date(span)
            out.free += dates
        ask = _Asking(row, label)
        if span is not None and set(label.fields) - {"voltage", "weight"} and _is_measured(span):
            out.asking.append(ask)
            continue
        if label.bare:
            out.signs.append((ask, span))
            out.free += [span] if span else []
            continue
        if span is None:
            out.asking.append(ask)
            continue
        guess = _claim(label, span, INLINE, 1.0)
        if guess:
            out.guesses.append(guess)
        elif label.fields:
            out.asking.append(ask)
            out.free.append(span)
        else:
            out.elsewhere.append((label.word, span.text))


def _is_measured(span: _Span) -> bool:
    """Whether a span is only a number followed by its unit, where units are label words too."""
    return is_number(span.text) and unit_follows(span.row.line.text, span.end)


def _without_date(span: _Span) -> list[_Span]:
    """Split off a date with its month at the end of a line, after something else.

    A year alone stays: it may be part of the serial.
    """
    for gap in re.finditer(r"\s+", span.text):
        before, after = span.text[: gap.start()], span.text[gap.end() :]
        with_month = any(not char.isdigit() for char in after)
        if with_month and looks_like_date(after) and len(letters_and_digits(before)) >= 3:
            at = span.start + gap.end()
            kept = _trimmed(span.row, span.start, span.start + gap.start())
            return [kept, _Span(span.row, at, span.end)] if kept else [span]
    return [span]


def _trimmed(row: Row, start: int, stop: int) -> _Span | None:
    text = row.line.text
    while start < stop and text[start] in _STRAY:
        start += 1
    while stop > start and text[stop - 1] in _STRAY:
        if text[stop - 1] == "." and "." in text[start : stop - 1].split(" ")[-1]:
            break  # the full stop of an abbreviation such as `A.Ş.`
        stop -= 1
    return _Span(row, start, stop) if start < stop else None


def _claim(label: Label, span: _Span, rule: str, nearness: float) -> FieldGuess | None:
    """Assign a span to a label, as the field that the span's form fits best."""
    best: FieldGuess | None = None
    for field in label.fields:
        cut = _cut(field, span)
        fit = plausible(field, cut.text)
        strength = fit * label.strength * RULE_STRENGTH[rule] * nearness
        if fit and (best is None or strength > best.strength):
            best = FieldGuess(
                field=field,
                line=span.row.line,
                start=cut.start,
                end=cut.end,
                label=label.word,
                rule=rule,
                strength=strength,
            )
    return best


_WORDS_AFTER = re.compile(r"\s+(?=[^\W\d]{3,}(?:\W|$))")


def _cut(field: FieldName, span: _Span) -> _Span:
    """Narrow a span to what belongs to the field: a serial ends where ordinary words begin."""
    if field == "nsn":
        found = find_nsn(span.text, dashed=False)
        if found:
            return _Span(span.row, span.start + found[0], span.start + found[1])
    if field in ("serial", "part_number", "cage", "lot", "contract"):
        if kind_of_statement(span.text):
            return span
        words = _WORDS_AFTER.search(span.text)
        if words and any(char.isdigit() for char in span.text[: words.start()]):
            kept = _trimmed(span.row, span.start, span.start + words.start())
            return kept or span
    return span


def _answer_labels(
    asking: Sequence[_Asking], free: Sequence[_Span]
) -> tuple[list[FieldGuess], list[tuple[Label, _Span]]]:
    """Assign to each label without a value its best neighbour, cheapest pairs first.

    A label of something else that announces a number takes its neighbour like the others; the
    second list says which.
    """
    offers: list[tuple[float, int, int, FieldGuess | None]] = []
    for who, ask in enumerate(asking):
        for number, span in enumerate(free):
            rule, cost = _placement(ask, span)
            if not rule:
                continue
            guess = _claim(ask.label, span, rule, 1.0 / (1.0 + 0.15 * cost))
            if guess:
                offers.append((cost - 2.0 * guess.strength, who, number, guess))
            elif _asks_for_another(ask.label) and any(char.isdigit() for char in span.text):
                strength = RULE_STRENGTH[rule] / (1.0 + 0.15 * cost)
                offers.append((cost - 2.0 * strength, who, number, None))
    offers.sort(key=lambda offer: offer[0])
    served: set[int] = set()
    used: set[int] = set()
    found: list[FieldGuess] = []
    others: list[tuple[Label, _Span]] = []
    for _, who, number, guess in offers:
        if who not in served and number not in used:
            served.add(who)
            used.add(number)
            if guess:
                found.append(guess)
            else:
                others.append((asking[who].label, free[number]))
    return found, others


def _asks_for_another(label: Label) -> bool:
    """Whether a label announces a number of something that is not a known field."""
    return not label.fields and label.numbered and not label.bare


def _by_sign(out: _Sorted, free: Sequence[_Span]) -> list[FieldGuess]:
    """Offer the number at a bare number sign, if the plate announces no other number."""
    known = any(
        _asks_for_another(placed.label) or set(placed.label.fields) & set(NUMBERED)
        for placed in out.labels
    )
    if known or len(out.signs) != 1:
        return []
    ((ask, inline),) = out.signs
    near = [(0.0, inline)] if inline else []
    if not inline:
        placed = [(_placement(ask, span), span) for span in free]
        near = [(cost, span) for (rule, cost), span in placed if rule in (RIGHT, BELOW)]
    for _, span in sorted(near, key=lambda pair: pair[0]):
        if span in free and plausible("serial", span.text) >= 0.5:
            return [
                FieldGuess(
                    field="serial",
                    line=span.row.line,
                    start=span.start,
                    end=span.end,
                    label=NUMBER_SIGN,
                    rule=SIGN,
                    strength=SIGN_STRENGTH,
                )
            ]
    return []


def _placement(ask: _Asking, span: _Span) -> tuple[str | None, float]:
    """Classify the position of a span relative to a label, and its cost (0 = as near as can be)."""
    label, value = ask.row, span.row
    if label.line.line_id == value.line.line_id:
        return (None, 0.0)
    height = max(label.height, 1e-6)
    if not 0.35 <= value.height / height <= 3.5:
        return (None, 0.0)
    left, right = label.extent(ask.label.start, ask.label.end)
    start, stop = value.extent(span.start, span.end)
    across = (start - right) / height
    down = (value.middle - label.middle) / height
    if abs(down) < 0.75 and -0.6 <= across <= REACH_RIGHT:
        return (RIGHT, 0.12 * max(across, 0.0) + abs(down))
    overlap = min(right, stop) - max(left, start)
    aside = max(0.0, -overlap) / height
    if aside > 1.5:
        return (None, 0.0)
    if 0.6 <= down <= REACH_DOWN:
        return (BELOW, 0.9 + 0.3 * down + aside)
    if -REACH_UP <= down <= -0.6:
        return (ABOVE, 1.8 - 0.3 * down + aside)
    return (None, 0.0)


def _form_guess(span: _Span, field: FieldName, at: tuple[int, int], strength: float) -> FieldGuess:
    return FieldGuess(
        field=field,
        line=span.row.line,
        start=span.start + at[0],
        end=span.start + at[1],
        label=None,
        rule=FORM,
        strength=strength,
    )


def _by_form(free: Sequence[_Span], known: Sequence[FieldGuess]) -> list[FieldGuess]:
    """Find fields that need no label, since their form suffices to propose them."""
    found: list[FieldGuess] = []
    rest: list[_Span] = []
    for span in free:
        before = len(found)
        for field, finder, strength in (
            ("nsn", find_nsn, 0.9),
            ("serial", find_container, 0.9),
            ("serial", find_vin, 0.8),
        ):
            at = finder(span.text)
            if at:
                found.append(_form_guess(span, field, at, strength))  # type: ignore[arg-type]
        if looks_like_date(span.text):
            found.append(_form_guess(span, "date", (0, len(span.text)), 0.4))
        if len(found) == before:
            rest.append(span)
    done = {guess.field for guess in known if guess.strength >= 0.3}
    if "serial" not in done:
        found += _identifiers(rest, "serial")
    if not done & {"model", "part_number"}:
        found += _identifiers(rest, "model")
    return found


_TOKEN = re.compile(r"[^\s,;:]+(?:[ ](?=\d)[^\s,;:]+)*")


def _identifiers(free: Sequence[_Span], field: FieldName) -> list[FieldGuess]:
    """Propose unlabelled values that look like an identifier, with low strength."""
    found = []
    for span in free:
        for match in _TOKEN.finditer(span.text):
            score = _serial_like(match.group()) if field == "serial" else _model_like(match.group())
            if score > 0:
                found.append(_form_guess(span, field, match.span(), 0.3 * score))
    return found


def _serial_like(text: str) -> float:
    """How much an unlabelled token looks like a serial (0–1): long, and mostly digits."""
    plain = letters_and_digits(text)
    digits = sum(char.isdigit() for char in plain)
    if len(plain) < 4 or digits < 3 or looks_like_date(text) or looks_like_measure(text):
        return 0.0
    if sum(len(group) <= 2 for group in re.split(r"[^A-Za-z0-9]+", text)) >= 3:
        return 0.0  # a row of small numbers: modification records, pins, scales
    if any(char.islower() for char in text) or len(plain) > 24:
        return 0.15
    if re.search(r"[A-Z]{4,}$", plain):
        return 0.1  # a number before a word: a post code and its town
    score = 0.3 + 0.05 * min(len(plain), 10) + 0.2 * (digits >= 5)
    if re.search(r"[-/. ]", text.strip(_STRAY)):
        score -= 0.15
    return max(score, 0.05)


def _model_like(text: str) -> float:
    """How much an unlabelled token looks like a model: letters, then digits, often a hyphen."""
    plain = letters_and_digits(text)
    if len(plain) < 3 or looks_like_date(text) or looks_like_measure(text):
        return 0.0
    letters = sum(char.isalpha() for char in plain)
    digits = len(plain) - letters
    if not letters or not digits:
        return 0.0
    score = 0.4 + 0.2 * plain[0].isalpha() + 0.2 * ("-" in text)
    return score - 0.3 * (digits > 7)


def _by_place(
    free: Sequence[_Span], known: Sequence[FieldGuess], rows: Sequence[Row]
) -> list[FieldGuess]:
    """Propose a maker by a legal form, otherwise by prominence at the top of a plate."""
    if any(guess.field == "maker" for guess in known):
        return []
    names = [span for span in free if plausible("maker", span.text) > 0 and may_name(span.text)]
    firms = [_without_code(span) for span in names if has_legal_form(span.text)]
    found = [_name(span, FORM, 0.75) for span in firms if not is_legal_form(span.text)]
    heights = sorted(row.height for row in rows)
    typical = heights[len(heights) // 2] if heights else 0.0
    for span in names:
        stands_out = span.row.height >= STANDS_OUT * typical or span.row is rows[0]
        if not found and stands_out and len(rows) >= LEAST_LINES and _like_a_name(span.text):
            found.append(_name(span, PLACE, 0.25 if span.row is rows[0] else 0.2))
    return sorted(found, key=lambda guess: -guess.strength)[:1]


def _without_code(span: _Span) -> _Span:
    """Remove a maker code with digits, such as its NCAGE, before its name."""
    first = span.text.split(" ", 1)[0]
    if " " in span.text and sum(char.isdigit() for char in first) >= 2:
        return _trimmed(span.row, span.start + len(first), span.end) or span
    return span


def _like_a_name(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 4 and not any(char.isdigit() for char in text[2:])


def _name(span: _Span, rule: str, strength: float) -> FieldGuess:
    return FieldGuess(
        field="maker",
        line=span.row.line,
        start=span.start,
        end=span.end,
        label=None,
        rule=rule,
        strength=strength,
    )

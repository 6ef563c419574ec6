"""Lines for an operator: with their facts, on one line, and nothing that a source is known by."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import plate_jpeg
from workbench import logs
from workbench.errors import BadRequest, NotAllowed
from workbench.types import Claims, Role, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What is set up is set back."""
    loggers = [logging.getLogger(room) for room in logs.ROOMS]
    before = [(one.handlers, one.level) for one in loggers]
    yield
    for one, (handlers, level) in zip(loggers, before, strict=True):
        one.handlers = handlers
        one.setLevel(level)


def told(level: str, form: str, say: Callable[[logging.Logger], None]) -> str:
    handler = logs.configure(level, {logs.FORM_SETTING: form})
    assert isinstance(handler, logging.StreamHandler)
    handler.stream = io.StringIO()
    say(logging.getLogger("workbench.anything"))
    return str(handler.stream.getvalue())


def test_a_line_has_its_facts_in_order() -> None:
    line = told(
        "info", "text", lambda log: log.info("Recorded.", extra={"entry": 3, "case": "case-1"})
    )
    assert line.endswith("+00:00 INFO workbench.anything: Recorded. case=case-1 entry=3\n")


def test_json_is_one_object_a_line_even_if_the_message_has_lines() -> None:
    text = told("info", "json", lambda log: log.info("a\nb\u2028c", extra={"case": "case-1"}))
    (line,) = text.splitlines()
    said = json.loads(line)
    assert (said["message"], said["case"], said["level"]) == ("a b c", "case-1", "info")


def test_what_is_less_grave_is_not_printed() -> None:
    assert told("warning", "text", lambda log: log.info("x")) == ""


@pytest.mark.parametrize("wrong", [{logs.LEVEL_SETTING: "loud"}, {logs.FORM_SETTING: "xml"}])
def test_another_level_or_form_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadRequest, match="choose from"):
        logs.configure(None, wrong)


def test_acts_and_refusals_are_told_without_what_a_source_is_known_by(
    bench: Workbench, investigator: Actor, enrolled: Callable[..., Actor], case: CaseSummary
) -> None:
    reviewer = enrolled("Somebody", Role.REVIEWER)
    handler = logs.configure("debug", {})
    assert isinstance(handler, logging.StreamHandler)
    handler.stream = io.StringIO()
    photo = Upload(name="field_observer_77.jpg", data=plate_jpeg("A-100", 1))
    claims = Claims(source_account="@field_observer_77", note="from the attic")
    bench.intake.take_in(investigator, case.case_id, [photo], claims)
    bench.reading.read_pending(investigator, case.case_id)
    with pytest.raises(NotAllowed):
        bench.exports.seal(reviewer, case.case_id)
    text = handler.stream.getvalue()
    assert f"case={case.case_id}" in text
    assert "kind=exhibit.taken_in" in text
    assert "Refused." in text
    for secret in ("field_observer", "attic", "A-100"):
        assert secret not in text

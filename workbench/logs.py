"""Log lines for operators: one for each thing that happened, with its case and entry.

They never contain names, sources, file names or what plates say: lines name cases, entries,
exhibits and people by identifier, and the log of each case has the rest.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from workbench.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS: Final = ("debug", "info", "warning", "error")
LEVEL_SETTING: Final = "NAMEPLATE_LOG"
FORM_SETTING: Final = "NAMEPLATE_LOG_FORM"
FORMS: Final = ("text", "json")
ROOMS: Final = ("app", "values", "vision", "catalog", "evidence_store", "workbench", "ui")
"""The packages whose lines are printed; libraries print warnings only."""
FACTS: Final = ("case", "entry", "kind", "exhibit", "person", "seconds", "rule")
"""The facts that a line may give besides its message, in this order."""


class _Line(logging.Formatter):
    """One line of text: time, level, origin, message, and its facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = " ".join(f"{name}={value}" for name, value in facts(record).items())
        line = f"{at} {record.levelname} {record.name}: {_message(record)} {said}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _Json(logging.Formatter):
    """The same as a JSON object, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "message": _message(record),
            **facts(record),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=True)


def _message(record: logging.LogRecord) -> str:
    """The message on one line, whatever it contains."""
    return " ".join(record.getMessage().split())


def facts(record: logging.LogRecord) -> dict[str, object]:
    """The facts that a line gives besides its message."""
    return {name: vars(record)[name] for name in FACTS if vars(record).get(name) is not None}


def configure(
    level: str | None = None, environment: Mapping[str, str] | None = None
) -> logging.Handler:
    """Print messages from `level` up to the error stream; without it, NAMEPLATE_LOG says which.

    NAMEPLATE_LOG_FORM is `text` or `json`. A second call replaces the first. Raises BadRequest for
    another level or form.
    """
    values = os.environ if environment is None else environment
    chosen = (level or values.get(LEVEL_SETTING) or "warning").lower()
    form = (values.get(FORM_SETTING) or "text").lower()
    for name, value, known in (
        (LEVEL_SETTING, chosen, LEVELS),
        (FORM_SETTING, form, FORMS),
    ):
        if value not in known:
            raise BadRequest(f"{name} is {value!r}; choose from {', '.join(known)}.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Line())
    for room in ROOMS:
        logger = logging.getLogger(room)
        logger.handlers = [handler]
        logger.setLevel(chosen.upper())
    return handler

"""Run a test file against one bend: the likeliest tests first, until one fails.

    python -m tools.bend_tests TEST FIRST.json

`FIRST.json` is a list of the functions to run first. The last line printed is JSON: the function
that `failed`, if any, and the `seconds` of each.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = 10
"""Random examples per property on the first try; if it passes, all are tried."""
OWN_SETTINGS = "_hypothesis_internal_use_settings"
"""Attribute in which a property stores its settings; if renamed, all examples would run."""
NO_LONGER = 240
"""Seconds after which a test counts as failed."""


class Watched:
    """Sorts tests, reduces the examples of properties, and records which test failed."""

    def __init__(self, first: Sequence[str] = (), examples: int | None = None) -> None:
        self.first = first
        self.examples = examples
        self.failed = ""
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put tests that noticed other bends first, and reduce the examples of properties."""
        place = {name: at for at, name in enumerate(self.first)}
        items.sort(key=lambda item: place.get(function_of(item.nodeid), len(place)))
        for item in items:
            function = getattr(item, "obj", None)
            function = getattr(function, "__func__", function)
            own = getattr(function, OWN_SETTINGS, None)
            if own is not None:
                most = min(own.max_examples, self.examples or own.max_examples)
                # A failure is enough: nobody reads the minimal example.
                phases = set(own.phases) - {Phase.shrink, Phase.explain, Phase.reuse}
                quick = settings(own, max_examples=most, phases=phases, database=None)
                with suppress(AttributeError):
                    setattr(function, OWN_SETTINGS, quick)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be loaded has noticed, too."""
        if report.failed:
            self.failed = "(loading)"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the first test that failed, and the time of each."""
        name = function_of(report.nodeid)
        self.seconds[name] = self.seconds.get(name, 0.0) + report.duration
        if report.failed and not self.failed:
            self.failed = name


def function_of(node: str) -> str:
    """Return the function of a test, without its file and its parameters."""
    return node.partition("::")[2].partition("[")[0]


def arguments(test: str, part: str = "") -> list[str]:
    """Return pytest's arguments for a test file, or for part of it (pytest's `-k`)."""
    loaded = "ignore::pytest.PytestAssertRewriteWarning"  # modules loaded before pytest started
    kept_in_memory = "--capture=sys"  # output of tests; forks would share a file
    plain = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:anyio"]
    return [*plain, kept_in_memory, f"--timeout={NO_LONGER}", "-W", loaded, "-k", part, test]


def main() -> int:
    """Run a file of tests; the exit code is pytest's."""
    test, first = sys.argv[1:]
    watched = Watched(json.loads(Path(first).read_text("utf-8")))
    code = int(pytest.main(arguments(test), plugins=[watched]))
    print(json.dumps({"failed": watched.failed, "seconds": watched.seconds}))
    return code


if __name__ == "__main__":
    sys.exit(main())

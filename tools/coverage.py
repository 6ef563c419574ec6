"""Show which branches of the rules their own tests leave out: `python -m tools.coverage`.

Runs, for each module that declares rules, the test file that it names, and that alone; exit code 2
if any leaves a branch out or fails. Settings are in pyproject.toml.

    python -m tools.coverage [TOPIC …]        these topics only
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(topics: list[str]) -> int:
    """Measure each module by its own tests, and report each that leaves anything out."""
    from tools.bend import declaring

    results = [
        measured(Path(str(one.__file__)).relative_to(ROOT), one.RULES.test)
        for one in declaring()
        if not topics or one.RULES.topic in topics
    ]
    print(f"{results.count(0)} of {len(results)} modules: every branch is taken by its own tests.")
    return 0 if results and not any(results) else 2


def measured(module: Path, test: str) -> int:
    """Run one test file under coverage; 0 if it passes and leaves no branch out."""
    with tempfile.TemporaryDirectory() as folder:
        # The same examples of properties each time: what is random may miss a branch.
        settings = {**os.environ, "COVERAGE_FILE": str(Path(folder, "data")), "CI": "1"}
        cover = [sys.executable, "-m", "coverage"]
        run = [*cover, "run", f"--include={module}", "-m", "pytest", "-q", test]
        tested = subprocess.run(
            run, cwd=ROOT, env=settings, check=False, capture_output=True, text=True
        )
        if tested.returncode:
            print(tested.stdout, tested.stderr, flush=True)
            return tested.returncode
        report = [*cover, "report", f"--include={module}"]
        shown = subprocess.run(
            report, cwd=ROOT, env=settings, check=False, capture_output=True, text=True
        )
        if shown.returncode:
            print(shown.stdout, shown.stderr, flush=True)
        return shown.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

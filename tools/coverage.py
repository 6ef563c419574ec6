"""Show which branches of the rules their own tests leave out: `python -m tools.coverage`.

Runs the test file of each module that declares rules; exit code 2 if it leaves anything out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the tests of the rules under coverage, then print the report."""
    from tools.bend import declaring

    modules = [*declaring()]
    files = [str(Path(str(one.__file__)).relative_to(ROOT)) for one in modules]
    tests = sorted({one.RULES.test for one in modules})
    data = {**os.environ, "COVERAGE_FILE": str(ROOT / ".coverage")}
    cover = [sys.executable, "-m", "coverage"]
    include = f"--include={','.join(files)}"
    run = [*cover, "run", "--branch", include, "-m", "pytest", "-q", *tests]
    tested = subprocess.run(run, cwd=ROOT, env=data, check=False).returncode
    report = [*cover, "report", include, "--show-missing", "--skip-covered", "--fail-under=100"]
    return tested or subprocess.run(report, cwd=ROOT, env=data, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

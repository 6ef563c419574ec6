"""The runner that bends rules tells what a test notices from what none does; no file is changed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tools import bends

if TYPE_CHECKING:
    from pathlib import Path

RULE = '''\
"""Who is of age, and which days are free."""

from values.rule import Declared

OF_AGE = 18
"""Years."""

FREE = {"saturday": True, "monday": False}
"""Whether a day is free."""

RULES = Declared("of-age", test="TEST", units={"OF_AGE": "years", "FREE": "days"})


def may_sign(years: int, *, banned: bool) -> bool:
    """Say whether somebody may sign."""
    return years >= OF_AGE and not banned
'''
GOOD = """\
from good_rule import FREE, may_sign


def test_who_may_sign_and_which_days_are_free():
    assert [may_sign(years, banned=False) for years in (16, 17, 18, 30)] == [0, 0, 1, 1]
    assert not may_sign(30, banned=True)
    assert FREE == {"saturday": True, "monday": False}
"""
EMPTY = """\
import empty_rule as rule


def test_that_asks_the_rule_itself():
    assert rule.may_sign(rule.OF_AGE, banned=False) in (True, False)
"""
IN_ANOTHER_PROCESS = """\
import subprocess
import sys


def test_who_is_of_age_as_a_process_of_its_own_says():
    asked = "import empty_rule; print(empty_rule.OF_AGE)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert ran.stdout == "18\\n"
"""
FAILING = "def test_that_fails():\n    assert False\n"
RUN = """\
import importlib
import sys
from pathlib import Path

from tools import bend, bends

modules = [one for one in sys.argv[1:] if one.endswith("_rule")]
options = [one for one in sys.argv[1:] if one not in modules]
bend.ROOT = bends.ROOT = Path.cwd()
bend.FOUND = bend.ROOT / ".bend"
bend.ARGUED = bend.ROOT / "argued.toml"
bend.declaring = lambda: [importlib.import_module(name) for name in modules]
sys.exit(bend.main(options))
"""
BENDS = {
    "OF_AGE: 18 -> 22",
    "OF_AGE: 18 -> 14",
    "FREE: without 'saturday'",
    "FREE: 'saturday': False",
    "FREE: without 'monday'",
    "FREE: 'monday': True",
    "FREE: True -> False",
    "FREE: False -> True",
    "may_sign: years >= OF_AGE and (not banned) -> years >= OF_AGE or not banned",
    "may_sign: years >= OF_AGE -> years < OF_AGE",
    "may_sign: not banned -> banned",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small program of three rules: with a good test, an empty one, and one that fails."""
    for name, test in {"good": GOOD, "empty": EMPTY, "failing": FAILING}.items():
        rule = RULE.replace("TEST", f"test_{name}.py")
        (tmp_path / f"{name}_rule.py").write_text(rule, encoding="utf-8")
        (tmp_path / f"test_{name}.py").write_text(test, encoding="utf-8")
    argued = '"empty_rule.may_sign: not banned -> banned" = "Nobody is banned."\n'
    (tmp_path / "argued.toml").write_text(argued, encoding="utf-8")
    (tmp_path / "run.py").write_text(RUN, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


def bent(folder: Path, *arguments: str) -> tuple[int, dict[str, str]]:
    """Run it on modules, with options: the exit code, and by each bend whether it was noticed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = contents(folder)
    asked = [sys.executable, "run.py", *arguments]
    ran = subprocess.run(
        asked, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=600
    )
    assert contents(folder) == before, "the source is as it was"
    lines = [line.partition(" ") for line in ran.stdout.splitlines() if "_rule." in line]
    return ran.returncode, {bend.strip(): words for words, _, bend in lines}


def test_what_a_test_notices_is_told_from_what_none_does(folder: Path) -> None:
    code, found = bent(folder, "--quick", "--jobs", "2", "good_rule", "empty_rule")
    argued = "empty_rule.may_sign: not banned -> banned"
    assert found == {
        **{f"good_rule.{one}": "noticed" for one in BENDS},
        **{f"empty_rule.{one}": "UNNOTICED" for one in BENDS},
        argued: "argued",
    }
    assert code == 1, "something went unnoticed that is not argued"


def test_what_was_found_is_kept_while_module_and_tests_are_the_same(folder: Path) -> None:
    kept = folder / ".bend" / "found.jsonl"
    assert bent(folder, "good_rule")[0] == 0
    first = kept.read_text("utf-8").splitlines()
    assert len(first) == len(BENDS) + 1, "each bend, and the tests as they are"
    assert bent(folder, "good_rule") == (0, {f"good_rule.{one}": "noticed" for one in BENDS})
    assert kept.read_text("utf-8").splitlines() == first
    # Without its only test nothing is noticed, though much was before.
    (folder / "test_good.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    code, found = bent(folder, "--quick", "good_rule")
    assert code == 1
    assert set(found.values()) == {"UNNOTICED"}


def test_what_no_fork_notices_is_tried_in_a_copy(folder: Path) -> None:
    (folder / "test_empty.py").write_text(IN_ANOTHER_PROCESS, encoding="utf-8")
    code, found = bent(folder, "of-age.of-age", "empty_rule")
    assert (code, set(found.values())) == (0, {"noticed"})
    code, found = bent(folder, "of-age.free", "empty_rule")
    assert (code, set(found.values())) == (1, {"UNNOTICED"})


def test_nothing_is_bent_where_the_test_fails_as_it_is(folder: Path) -> None:
    assert bent(folder, "failing_rule") == (2, {})


def test_sets_of_characters_and_patterns_are_bent() -> None:
    node = ast.parse('a = frozenset("ab")\nb = re.compile("x|y")\nc = re.compile("p|q|r|s")').body
    words = [[what for _, what, _ in bends._changes(one.value)] for one in node]  # type: ignore[attr-defined]
    assert words == [
        ["without 'a'", "without 'b'"],
        ["'x|y' and x"],
        ["without p", "without q", "without r", "without s"],
    ]

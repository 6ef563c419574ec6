"""Whoever asks `--help` is told what every command, argument and option is."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from workbench.__main__ import GROUPS, main, parser
from workbench.export.software import software

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def actions() -> Iterator[tuple[str, argparse.Action]]:
    for name, command in [("", parser()), *commands()]:
        for action in command._actions:
            yield f"{name} {action.option_strings or action.dest}", action


@pytest.mark.parametrize("named", list(actions()), ids=lambda named: named[0].strip())
def test_every_argument_says_what_it_is(named: tuple[str, argparse.Action]) -> None:
    name, action = named
    assert action.help, f"{name} has no help"


@pytest.mark.parametrize("named", list(commands()), ids=lambda named: named[0])
def test_every_command_has_one_plain_sentence(named: tuple[str, argparse.ArgumentParser]) -> None:
    description = named[1].description or ""
    assert re.fullmatch(r"[A-Z].*[a-z]\.", description), description
    assert "\n" not in description


def test_the_list_of_commands_has_each_of_them_under_its_group() -> None:
    listed = parser().epilog or ""
    for name, command in commands():
        assert re.search(rf"^  {name} +{re.escape(command.description or '')}$", listed, re.M)
    assert [group.TITLE for group in GROUPS] == re.findall(r"^(\S.*):$", listed, re.M)


@pytest.mark.parametrize("command", [[], *([name] for name, _ in commands())], ids=" ".join)
def test_help_can_be_printed(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: python -m workbench")


def test_who_and_where_may_be_said_before_or_after_the_command() -> None:
    before = parser().parse_args(["--store", "s", "--as", "A", "people"])
    after = parser().parse_args(["people", "--store", "s", "--as", "A"])
    assert (before.store, before.actor) == (after.store, after.actor)
    assert parser().parse_args(["people"]).actor is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("read C --limit 0", "must be a whole number, at least 1"),
        ("find 08 --limit -1", "must be a whole number, at least 1"),
        ("frame C E --at 1/0", "not a time in seconds"),
        ("frame C E --at=-1", "not a time in seconds"),
        ("key P --end --at yesterday", "not a time in ISO 8601"),
        ("judge C E serial perhaps", "invalid choice"),
        ("fly", "invalid choice"),
        ("", "required"),
    ],
)
def test_a_command_that_cannot_be_understood_is_exit_code_two(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [["case", "list"], ["show"], ["log", "case-1", "--loud"]])
def test_a_wrong_argument_is_answered_by_the_command_it_was_given_to(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(command)
    said = capsys.readouterr().err
    assert said.startswith(f"usage: python -m workbench {command[0]} ")
    assert f"For details: `python -m workbench {command[0]} --help`." in said


def test_help_loads_no_service() -> None:
    asked = (
        "import sys; from workbench.__main__ import parser; parser().format_help(); "
        "print(*sorted({'workbench.workbench', 'sqlalchemy', 'cv2', 'av', 'openpyxl'} "
        "& sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == ""


def test_the_version_is_the_one_that_bundles_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"Nameplate {dict(software())['nameplate']}\n"

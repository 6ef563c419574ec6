"""What commands share: how they are added, who acts, how results are printed and files read."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from evidence_store.keys.signing import sign_with_ssh_keygen
from workbench.cli.terminal import safe
from workbench.errors import BadRequest, NotFound
from workbench.logs import LEVELS
from workbench.rules.blindness import EACH
from workbench.rules.sign_in import NAMESPACE, Proof, proof_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from workbench.types import Actor
    from workbench.workbench import Workbench

Command: TypeAlias = "Callable[[Workbench, argparse.Namespace], int]"
"""Does what was asked, prints the result, and returns the exit code."""

Verbs = argparse._SubParsersAction  # noqa: SLF001 (argparse has no public name for it)


class Parser(argparse.ArgumentParser):
    """A parser that says, at every wrong argument, which help to read."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse leftover arguments here, where it is known to which command they were given."""
        options, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return options, rest

    def error(self, message: str) -> NoReturn:
        """Exit with the usage, what was wrong, and how to read more."""
        super().error(f"{message}\nFor details: `{self.prog} --help`.")


def verb(
    verbs: Verbs[argparse.ArgumentParser], name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    """Add a command with its one sentence; --store and --as may be given before or after it."""
    added = verbs.add_parser(name, description=text)
    add_common(added, default=argparse.SUPPRESS)
    added.set_defaults(command=command, verb=name)
    return added


def add_common(parser: argparse.ArgumentParser, *, default: str | None = None) -> None:
    """Add the options that every command has."""
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FOLDER",
        default=default,
        help="the store's folder, created if missing; "
        "default: NAMEPLATE_STORE, else nameplate-store here",
    )
    parser.add_argument(
        "--as",
        dest="actor",
        metavar="NAME",
        default=default,
        help="who you are, by name or identifier; default: the only person of the store",
    )
    parser.add_argument(
        "--own-key",
        type=Path,
        metavar="FILE",
        default=default,
        help="with --as, for a person who holds their own key: that key",
    )
    parser.add_argument(
        "--log-level",
        choices=LEVELS,
        default=default,
        help="print messages from this level up to standard error; default: NAMEPLATE_LOG, else "
        "warning",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that prints the result as JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the case that a command is about."""
    parser.add_argument("case", metavar="CASE", help="the case, such as case-0123456789ab")


def add_seen(
    parser: argparse.ArgumentParser, shown_by: str, *, required: bool = True, with_: str = ""
) -> None:
    """Add the option that says what the person looked at, without which no other's act is replaced.

    `shown_by` is the command that shows it, without the name of the program.
    """
    parser.set_defaults(shown_by=shown_by)
    parser.add_argument(
        "--seen",
        type=count,
        required=required,
        metavar="N",
        help=f"{with_}what you saw: the number that `{shown_by.split()[0]}` printed; "
        "refused if there is something newer",
    )


def actor_of(workbench: Workbench, options: argparse.Namespace) -> Actor:
    """The person named by --as; in a store with one person, no name is needed."""
    people = workbench.people.in_service()
    if not people:
        raise BadRequest(nobody(workbench))
    if options.actor is None:
        if len(people) != 1:
            raise BadRequest("Say who you are: --as NAME (see `python -m workbench people`).")
        person_id = people[0].person_id
    else:
        person_id = person_called(workbench, options.actor)
    return signed_in(workbench, person_id, options.own_key)


def signed_in(workbench: Workbench, person_id: str, own_key: Path | None) -> Actor:
    """Let a person prove who they are: by passphrase, or by a key that they hold themselves."""
    person = workbench.people.person(person_id)
    needed = proof_of(person)
    if needed is Proof.PASSPHRASE:
        return workbench.people.sign_in(person_id, passphrase=getpass.getpass("Passphrase: "))
    if needed is Proof.NAME or person.left_at is not None:
        return workbench.people.sign_in(person_id)
    if own_key is None:
        raise BadRequest(
            f"{person.name} holds their own key and signs in with it: name it with --own-key "
            "FILE, the private key, or the .pub file of one that an ssh-agent holds."
        )
    challenge = workbench.people.challenge(person_id)
    proof = sign_with_ssh_keygen(own_key, challenge.encode("ascii"), NAMESPACE)
    return workbench.people.sign_in(person_id, proof=proof)


def shows(
    workbench: Workbench, options: argparse.Namespace, case_id: str, exhibits: Iterable[str]
) -> None:
    """Record that the actor is shown, by this command, what was read on these exhibits.

    It decides whether what they write later counts as blind.
    """
    places = [(exhibit_id, EACH, EACH) for exhibit_id in exhibits]
    if places:
        actor = actor_of(workbench, options)
        workbench.shown.note(actor, case_id, places, shown_by=f"`{options.verb}`")


def nobody(workbench: Workbench) -> str:
    """What to do in a store without people; the store is named, since it may be the wrong one."""
    return (
        f"The store {workbench.stores.settings.store} has no people yet: "
        '`python -m workbench enrol "Your name"`. For another store, use --store FOLDER.'
    )


def person_called(workbench: Workbench, words: str) -> str:
    """The identifier of the person with this name. Raises NotFound."""
    for person in workbench.people.everyone():
        if words in {person.name, person.person_id}:
            return person.person_id
    raise NotFound(f"Nobody here is called {words!r}.", kind="person")


def file_bytes(path: Path, workbench: Workbench) -> bytes:
    """The content of a named file. Raises NotFound, or BadRequest if it cannot be read."""
    most = workbench.stores.settings.max_file_bytes
    try:
        size = path.stat().st_size
        if size > most:
            raise BadRequest(f"{path} has {size} bytes; at most {most} are allowed for one file.")
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}. Check its name and folder.") from None
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}.") from None


def line(*cells: object) -> None:
    """Print one result on the output, its parts separated by tabs, inert for a terminal."""
    print(*(safe(str(cell)) for cell in cells), sep="\t")


def listing(options: argparse.Namespace, rows: Iterable[tuple[object, tuple[object, ...]]]) -> int:
    """Print the results as lines or, with --json, as one list; returns how many there are.

    Each row has the value for programs, and its parts for people.
    """
    found = list(rows)
    if options.json:
        print_json([value for value, _cells in found])
    else:
        for _value, cells in found:
            line(*cells)
    return len(found)


def print_json(value: object) -> None:
    """Print a value as JSON in ASCII, which is inert: dataclasses as objects, times in ISO 8601."""
    print(json.dumps(value, default=_jsonable, indent=2))


def _jsonable(value: Any) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def aside(sentence: str, *, lines: bool = False) -> None:
    """Print a remark on the error stream; the output stays for programs."""
    print(safe(sentence, lines=lines), file=sys.stderr)


def progress(what: str, done: int, total: int) -> None:
    """Progress on the error stream, one line that overwrites itself on a terminal."""
    if not sys.stderr.isatty():
        return
    end = "\n" if done == total else ""
    print(f"\r\x1b[K{done}/{total} {safe(what)[:60]}", end=end, file=sys.stderr, flush=True)


# --- kinds of arguments ------------------------------------------------------------------


def count(text: str) -> int:
    """A whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, at least 1")
    return int(text)


def seconds(text: str) -> Fraction:
    """Seconds of 0 or more, such as 4.2 or 1001/30."""
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if value < 0:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time in seconds, such as 4.2 or 1001/30"
        )
    return value


def moment(text: str) -> datetime:
    """A date or time in ISO 8601; without a zone, in the zone of this machine."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time in ISO 8601, such as 2020-10-19T14:05+00:00"
        ) from None

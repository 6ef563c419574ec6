"""Mutation testing of rules: change each rule in turn and check that a test fails (`make bend`).

    python -m tools.bend [TOPIC …] [--edges] [--list] [--jobs N] [--again] [--timed]
                         [--part WORDS]

`tools.bends` defines the changes ("bends"). For each one the tests named by the rule are run. A
bend that no test notices must be justified in `tools/bend.toml`.

A bend is tried in a fork of a process in which everything is loaded: there the statement is run
again, with everything derived from it, and properties are tested with few examples. Where that does
not reach all users (a constant from which another module derives its own at import), and before a
bend counts as unnoticed, it is tried in a copy of the whole program, with all examples.

Results are stored in `.bend/` as long as the module and its tests are unchanged, so that an
interrupted run can be resumed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.bend_tests import FEW, Watched, arguments
from tools.bends import ROOMS, Bend, assigned, bends_of, tree_of, used_when_loaded

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
ARGUED = Path(__file__).with_name("bend.toml")
FOUND = ROOT / ".bend"
"""Where results are stored."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The result of one bend."""

    bend: str
    noticed: bool
    by: str = ""
    """The function that failed; empty if the tests did not end."""
    seconds: float = 0.0
    quick: tuple[str, ...] = ()
    """For the run without a bend: the functions of the file, fastest first."""


# --- in a fork --------------------------------------------------------------------------


def bend_here(bend: Bend) -> None:
    """Run the bent statement and everything derived from it, and update all users."""
    module = import_module(bend.module)
    before = dict(vars(module))
    body = tree_of(bend.module).body
    changed = set(assigned(bend.bent)) or {getattr(bend.bent, "name", "")}
    code = compile(ast.Module([bend.bent], []), str(module.__file__), "exec")
    exec(code, vars(module))
    for node in body[bend.statement + 1 :]:
        if used_when_loaded(node) & changed and not isinstance(node, ast.ClassDef):
            exec(compile(ast.Module([node], []), str(module.__file__), "exec"), vars(module))
            changed |= set(assigned(node)) | {getattr(node, "name", "")}
    for other in list(sys.modules.values()):
        if other is module or not getattr(other, "__name__", "").startswith((*ROOMS, "tests")):
            continue
        for name in changed & vars(other).keys():
            if vars(other)[name] is before.get(name):
                setattr(other, name, vars(module)[name])


class Order:
    """The order in which the tests of a file are run: likely ones first, then fast ones."""

    def __init__(self, quick: Iterable[str] = ()) -> None:
        self.quick = tuple(quick)
        self.by: dict[str, Counter[str]] = {}

    def add(self, name: str, function: str) -> None:
        """Record which test noticed a bend of a constant or function."""
        if function:
            self.by.setdefault(name, Counter())[function] += 1

    def of(self, name: str) -> list[str]:
        """Tests that noticed a bend of the same name, those that noticed others, then fast ones."""
        own = [one for one, _ in self.by.get(name, Counter()).most_common()]
        others = sum(self.by.values(), Counter[str]()).most_common()
        return list(
            dict.fromkeys([*own, *(one for one, times in others if times > 1), *self.quick])
        )


class Forks:
    """Starts pytest once for a test file, and forks before collection: once for each bend.

    The test module itself is loaded in the fork, after the bend, as in a normal run.
    """

    def __init__(
        self,
        chosen: Sequence[Bend | None],
        order: Order,
        to: int,
        *,
        part: str,
        jobs: int,
        seconds: float,
    ) -> None:
        self.part = part
        self.chosen = chosen
        self.order = order
        self.to = to
        self.jobs = jobs
        self.seconds = seconds
        self.running: dict[int, tuple[Bend | None, float, Path]] = {}
        self.watched = Watched(examples=FEW)
        self.own: Path | None = None
        """In a fork: the folder of its files."""

    def run(self, test: str) -> int:
        """Start pytest; a return is the exit code of a fork."""
        code = int(pytest.main(arguments(test, self.part), plugins=[self, self.watched]))
        if self.own is not None:
            said = json.dumps([self.watched.failed, self.watched.seconds])
            (self.own / "said").write_text(said, encoding="utf-8")
        return code

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Fork for each bend; a fork continues from here, and the parent process ends."""
        _load_what_it_imports(Path(session.config.args[-1]))
        gc.collect()
        gc.freeze()  # otherwise garbage collection in each fork would copy all loaded objects
        for bend in self.chosen:
            while len(self.running) >= self.jobs:
                self._wait()
            folder = Path(tempfile.mkdtemp(prefix="nameplate-bent-"))
            child = os.fork()
            if child == 0:
                os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
                self.own = folder
                self.watched.first = self.order.of(bend.name if bend is not None else "")
                if bend is not None:
                    bend_here(bend)
                return
            self.running[child] = (bend, time.monotonic(), folder)
        while self.running:
            self._wait()
        os._exit(0)

    def _wait(self) -> None:
        """Wait until one fork has ended, and record its result; one that never ends is stopped."""
        while True:
            for child, (bend, began, folder) in list(self.running.items()):
                done, status, used = os.wait4(child, os.WNOHANG)
                if not done and time.monotonic() - began > self.seconds:
                    os.kill(child, 9)
                    done, status, used = os.wait4(child, 0)
                if not done:
                    continue
                del self.running[child]
                by, took = "", {}
                with suppress(OSError, ValueError):  # it ended before it could report
                    by, took = json.loads((folder / "said").read_text("utf-8"))
                shutil.rmtree(folder, ignore_errors=True)
                if bend is not None:
                    self.order.add(bend.name, by)
                found = Found(
                    bend=bend.id if bend is not None else "",
                    noticed=os.waitstatus_to_exitcode(status) != 0,
                    by=by,
                    seconds=round(used.ru_utime + used.ru_stime, 2),
                    quick=tuple(sorted(took, key=took.__getitem__)) if bend is None else (),
                )
                os.write(self.to, f"{json.dumps(asdict(found))}\n".encode())
                return
            time.sleep(0.01)


def _load_what_it_imports(path: Path) -> None:
    """Load the modules that a test imports, once for all forks, but no other tests."""
    for node in ast.parse(path.read_text("utf-8")).body:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        for name in names:
            if name.startswith(ROOMS):
                with suppress(ImportError):
                    import_module(name)


def in_forks(
    chosen: Sequence[Bend | None],
    order: Order,
    *,
    test: str,
    part: str,
    jobs: int,
    seconds: float,
) -> Iterator[Found]:
    """Try bends in forks of one process that has started pytest; yield each result."""
    from_it, to = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.close(from_it)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            forks = Forks(chosen, order, to, part=part, jobs=jobs, seconds=seconds)
            os._exit(forks.run(test))
        os._exit(1)
    os.close(to)
    with os.fdopen(from_it, encoding="utf-8") as lines:
        for line in lines:
            yield Found(**json.loads(line))
    os.waitpid(child, 0)


# --- in a copy --------------------------------------------------------------------------


class Copies:
    """Copies of the program, in each of which one module at a time is bent."""

    def __init__(self, folder: Path, jobs: int, seconds: float) -> None:
        self.free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self.seconds = seconds
        self.folder = folder
        self.count = iter(range(1_000_000_000, 2_000_000_000))
        self.left = jobs

    def _take(self) -> Path:
        if self.left > 0 and self.free.empty():
            self.left -= 1
            return copied(self.folder / f"copy-{self.left}")
        return self.free.get()

    def __call__(self, bend: Bend, test: str, first: list[str]) -> Found:
        """Try a bend in a copy."""
        scratch = self._take()
        began = time.monotonic()
        asked = scratch.with_suffix(".json")
        asked.write_text(json.dumps(first), encoding="utf-8")
        temp = tempfile.mkdtemp(dir=self.folder)
        self._write(bend, scratch)
        noticed, by = True, ""
        with suppress(subprocess.TimeoutExpired):
            ran = subprocess.run(
                [sys.executable, "-m", "tools.bend_tests", test, str(asked)],
                cwd=scratch,
                env={**os.environ, "PYTEST_DEBUG_TEMPROOT": temp},
                capture_output=True,
                text=True,
                timeout=self.seconds,
                check=False,
            )
            noticed = ran.returncode != 0
            with suppress(ValueError):  # it ended before it could report
                by = str(json.loads(ran.stdout.splitlines()[-1])["failed"])
        path = _place(bend)
        shutil.copyfile(ROOT / path, scratch / path)
        shutil.rmtree(temp, ignore_errors=True)
        self.free.put(scratch)
        took = round(time.monotonic() - began, 2)
        return Found(bend=bend.id, noticed=noticed, by=by, seconds=took)

    def _write(self, bend: Bend, scratch: Path) -> None:
        path = scratch / _place(bend)
        tree = copy.copy(tree_of(bend.module))
        tree.body = [*tree.body[: bend.statement], bend.bent, *tree.body[bend.statement + 1 :]]
        path.write_text(ast.unparse(tree), encoding="utf-8")
        moment = next(self.count)  # otherwise Python would use bytecode of another bend
        os.utime(path, (moment, moment))


def _place(bend: Bend) -> Path:
    return Path(str(import_module(bend.module).__file__)).relative_to(ROOT)


def copied(to: Path) -> Path:
    """Copy the tracked files, without bytecode."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    return to


# --- stored results ---------------------------------------------------------------------


class Kept:
    """Stored results, by the hash of the module, its tests and the bend."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: dict[str, Found] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                with suppress(ValueError, TypeError):  # a run was interrupted while it wrote a line
                    said = json.loads(line)
                    key = said.pop("key")
                    self.found[key] = Found(**said)

    def add(self, key: str, found: Found) -> None:
        """Store the result of a bend."""
        self.found[key] = found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps({'key': key, **asdict(found)})}\n")


def key_of(bend: Bend | None, module: str, test: str) -> str:
    """Return the hash of a module, its tests, and one bend of it (or none)."""
    parts = [ast.dump(tree_of(module)), (ROOT / test).read_text("utf-8")]
    parts += [bend.id, ast.dump(bend.bent)] if bend is not None else []
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def tried(
    module: ModuleType, chosen: list[Bend], kept: Kept, copies: Copies, options: argparse.Namespace
) -> Iterator[tuple[Bend, Found]]:
    """Try bends of one module that have no result yet; raises LookupError if its tests fail."""
    test, name = module.RULES.test, module.__name__
    known = {} if options.again else kept.found
    order = Order()
    left: dict[str, Bend] = {}
    for bend in chosen:
        found = known.get(key_of(bend, name, test))
        if found is None:
            left[bend.id] = bend
        else:
            order.add(bend.name, found.by)
            yield bend, found
    if not left:
        return
    forks = partial(
        in_forks,
        order=order,
        test=test,
        part=options.part,
        jobs=options.jobs,
        seconds=options.seconds,
    )
    whole = key_of(None, name, test)
    unbent = known.get(whole)
    if unbent is None:
        unbent = next(forks([None]), Found(bend="", noticed=True, by="pytest does not begin"))
        if unbent.noticed:
            raise LookupError(f"{test} fails as it is ({unbent.by}); nothing was bent.")
        if not options.part:
            kept.add(whole, unbent)
    order.quick = unbent.quick
    here = [bend for bend in left.values() if not bend.whole]
    for found in forks(here) if here else ():
        bend = left[found.bend]
        order.add(bend.name, found.by)
        if found.noticed:
            del left[bend.id]
            kept.add(key_of(bend, name, test), found)
            yield bend, found
    if options.quick or options.part:
        yield from ((bend, Found(bend=bend.id, noticed=False)) for bend in left.values())
        return
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {
            pool.submit(copies, bend, test, order.of(bend.name)): bend for bend in left.values()
        }
        for ended in as_completed(running):
            bend, found = running[ended], ended.result()
            kept.add(key_of(bend, name, test), found)
            yield bend, found


def _requested(bend: Bend, topic: str, topics: list[str]) -> bool:
    """Whether a bend belongs to a requested topic or rule; True if none was requested."""
    own = (topic, f"{topic}.{bend.name.lower().replace('_', '-')}", f"{topic}.{bend.name}")
    return not topics or any(one in topics for one in own)


def declaring() -> Iterator[ModuleType]:
    """Yield every module of the program that declares rules; loading them takes seconds."""
    from workbench.rules.registry import AREAS

    for modules in AREAS.values():
        yield from modules


def _in_order(topics: list[str]) -> list[ModuleType]:
    """The modules that declare rules; requested topics in the order requested."""
    modules = list(declaring())
    place = {topic: at for at, topic in enumerate(topics)}
    return sorted(modules, key=lambda one: place.get(one.RULES.topic, len(place)))


def _words(bend: Bend, found: Found, argued: Container[str], *, quick: bool) -> str:
    """The result, in a word."""
    if found.noticed:
        return "noticed"
    if quick and bend.whole:
        return "untried"
    return "argued" if bend.id in argued else "UNNOTICED"


def main(asked: list[str] | None = None) -> int:
    """Run the requested bends; exit code 1 if one went unnoticed without a justification."""
    parser = argparse.ArgumentParser(prog="python -m tools.bend", description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="or one rule")
    parser.add_argument(
        "--edges", action="store_true", help="also change whether a limit includes its own value"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="do not use copies of the project: a bend that a fork does not notice counts as "
        "unnoticed, one that needs a copy as untried",
    )
    parser.add_argument(
        "--part",
        default="",
        metavar="WORDS",
        help="use only tests with these names (pytest's -k); implies --quick",
    )
    parser.add_argument("--list", action="store_true", help="list the bends without trying them")
    parser.add_argument("--jobs", type=int, default=1, help="how many to try at once")
    parser.add_argument(
        "--timed",
        action="store_true",
        help="print which test noticed each bend, and the time it took",
    )
    parser.add_argument("--again", action="store_true", help="try again what was tried before")
    parser.add_argument(
        "--seconds", type=float, default=900, help="time limit for the tests of one bend"
    )
    options = parser.parse_args(asked)
    os.environ["CI"] = "1"  # the same random examples each time
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.chdir(ROOT)
    argued = tomllib.loads(ARGUED.read_text("utf-8"))
    kept = Kept(FOUND / "found.jsonl")
    code = 0
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="nameplate-bend-") as folder:
        copies = Copies(Path(folder), options.jobs, options.seconds)
        for module in _in_order(options.topics):
            chosen = [
                one
                for one in bends_of(module)
                if (options.edges or not one.edge)
                and _requested(one, module.RULES.topic, options.topics)
            ]
            if options.list:
                for one in chosen:
                    print(f"{one.id}{' (copy)' if one.whole else ''}")
                continue
            try:
                for bend, found in tried(module, chosen, kept, copies, options) if chosen else ():
                    words = _words(bend, found, argued, quick=options.quick or bool(options.part))
                    count[words] += 1
                    by = f"  [{found.by}, {found.seconds:.1f} s]" if options.timed else ""
                    print(f"{words:9} {bend.id}{by}", flush=True)
                    if found.noticed and bend.id in argued:
                        print(f"          (it is argued in {ARGUED.name}, and need not be)")
            except LookupError as fails:
                print(*fails.args, flush=True)
                code = 2
    print(", ".join(f"{number} {words}" for words, number in sorted(count.items())))
    return code or int(count["UNNOTICED"] > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Kill the program at random moments and check the store against everything it acknowledged.

    python -m benchmarks.crash [--moments 1000] [--work store,intake,review,seal] [--seed N]
                               [--json FILE]

At each moment a forked process works on a store that has survived the earlier kills, and is sent
SIGKILL after a random time. Another process then opens the store normally, without any repair, and
checks: every acknowledged byte and entry is there unchanged, an audit finds no fault, no partial
file counts as complete, temporary files are gone. Work `store` is the evidence store alone;
`intake`, `review` and `seal` drive the workbench.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import random
import selectors
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.crash_work import (
    Promises,
    acknowledger,
    prepare_store,
    store_problems,
    store_work,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.crash_work import Tell

SEED = 20261122
ROUND = 50
"""Kills per store; then a new one is created, so that checks stay short."""

READY_SECONDS = 600

SPAN = 6
"""Acknowledgements within which the kill falls; measured again for each store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work: how to create a store, what to do in it, how to check it."""

    prepare: Callable[[Path], None]
    run: Callable[[Path, int, Tell], None]
    problems: Callable[[Path, Promises], list[str]]


@dataclass(slots=True)
class Tally:
    """The results of the kills."""

    moments: Counter[str] = field(default_factory=Counter)
    promises: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def works(names: Sequence[str]) -> dict[str, Work]:
    """Return the works of these names; the workbench is imported only if one needs it."""
    known = {"store": Work(prepare=prepare_store, run=store_work, problems=store_problems)}
    if set(names) - {"store"}:
        from benchmarks.crash_workbench import WORKS

        known |= {name: Work(**parts) for name, parts in WORKS.items()}
    return {name: known[name] for name in names}


def kill_once(work: Work, folder: Path, seed: int, after: Callable[[int], None]) -> list[str]:
    """Start the work, kill it when `after` returns; returns the lines it had acknowledged."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        _as_child(lambda: work.run(folder, seed, acknowledger(send)))
    os.close(send)
    try:
        text = _read_until_ready(receive)
        after(receive)
        os.kill(child, signal.SIGKILL)
        while piece := os.read(receive, 65536):
            text += piece
    finally:
        os.close(receive)
        _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError(f"the work ended by itself, with status {status}")
    return text.decode().splitlines() if text.endswith(b"\n") else text.decode().splitlines()[:-1]


def check(work: Work, folder: Path, promises: Promises) -> list[str]:
    """Check the store in a separate process, so that this one can still be forked."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)

    def run() -> None:
        try:
            send.send(work.problems(folder, promises))
        except BaseException:  # whatever happened, it is a problem to report
            send.send([traceback.format_exc()])

    process = context.Process(target=run)
    process.start()
    send.close()
    try:
        problems: list[str] = receive.recv()
    except EOFError:
        problems = ["the check itself died"]
    process.join()
    return problems


def kill_many(
    names: Sequence[str], moments: int, *, seed: int, say: Callable[[str], None]
) -> Tally:
    """Kill each kind of work in turn until the number of moments is reached."""
    tally, known = Tally(), works(names)
    for number, name in enumerate(known):
        share = moments // len(known) + (number < moments % len(known))
        for first in range(0, share, ROUND):
            _one_store(name, known[name], range(first, min(first + ROUND, share)), seed, tally)
            say(f"{name}: {tally.moments[name]} of {share}, {len(tally.problems)} problems")
    return tally


def _one_store(name: str, work: Work, moments: range, seed: int, tally: Tally) -> None:
    with tempfile.TemporaryDirectory(prefix="nameplate-crash-") as place:
        folder, promises = Path(place) / "store", Promises()
        prepared = multiprocessing.get_context("fork").Process(target=work.prepare, args=(folder,))
        prepared.start()
        prepared.join()
        longest = _longest(work, folder, promises)
        for moment in moments:
            own = random.Random(f"{seed} {name} {moment}").randrange(2**32)
            pause = random.Random(own).uniform(0, longest)
            for line in kill_once(work, folder, own, partial(_sleep, pause)):
                promises.take(line)
            tally.moments[name] += 1
            found = check(work, folder, promises)
            tally.problems += [f"{name}, moment {moment} (seed {own}): {said}" for said in found]
        tally.promises[name] += len(promises)


def _longest(work: Work, folder: Path, promises: Promises) -> float:
    """Time the work up to its third acknowledgement: kills are spread evenly over that span."""
    begun, got = 0.0, b""

    def wait(pipe: int) -> None:
        nonlocal begun, got
        begun = time.perf_counter()
        while got.count(b"\n") < SPAN and (piece := os.read(pipe, 4096)):
            got += piece
        begun = time.perf_counter() - begun

    rest = kill_once(work, folder, 0, wait)
    for line in [*got.decode().splitlines(), *rest]:
        promises.take(line)
    return begun


def _sleep(seconds: float, _pipe: int) -> None:
    time.sleep(seconds)


def _read_until_ready(pipe: int) -> bytes:
    text = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while b'["ready"]\n' not in text:
            if not selector.select(READY_SECONDS):
                raise RuntimeError("the work did not get ready")
            piece = os.read(pipe, 65536)
            if not piece:
                raise RuntimeError("the work died before it was ready")
            text += piece
    return text


def _as_child(run: Callable[[], None]) -> None:
    """Run in the forked child and never return into the parent's code."""
    try:
        run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(70)


def main() -> int:
    """Kill, print a table, write JSON where asked; 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--moments", type=int, default=1000)
    parser.add_argument("--work", default="store,intake,review,seal")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    tally = kill_many(
        arguments.work.split(","),
        arguments.moments,
        seed=arguments.seed,
        say=lambda words: print(words, flush=True),
    )
    for problem in tally.problems:
        print(f"PROBLEM {problem}")
    figures: dict[str, float] = {
        "moments": tally.moments.total(),
        "promises_checked": tally.promises.total(),
        "problems": len(tally.problems),
        "seconds": round(time.perf_counter() - begun, 1),
        **{f"moments_{name}": count for name, count in tally.moments.items()},
    }
    for name, value in figures.items():
        print(f"{name:20} {value:10}")
    if arguments.json:
        machine = {"system": platform.platform(), "cores": os.cpu_count(), "seed": arguments.seed}
        result = {
            "benchmark": "crash",
            "set": "synthetic",
            "machine": machine,
            "systems": {"ours": figures},
        }
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if tally.problems else 0


if __name__ == "__main__":
    sys.exit(main())

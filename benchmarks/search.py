"""How fast, small and complete the catalog search is, compared with a scan by rapidfuzz.

    python -m benchmarks.search [--serials 1000000] [--queries 200] [--exhaustive 40]
        [--checks 4000] [--json FILE]

The catalog is synthetic (see `search_sets`): six models, half of all units of one of them. Readings
are drawn over all units, so half of them compete in that largest group. The build and the queries
each run in their own process, so that their peak memory is their own. A query is timed from the
reading to the explained candidates, including the weight; the table under other assumptions
(sensitivity) is timed separately. Every time is a median or a 95th percentile of single queries,
after three warm-up queries; `cpu` is CPU time, which is more telling on a busy machine.

*clean*: a text without doubt, as from a person or a code. *pixels*: a clean lattice of the
recogniser's kind. *doubtful*: a lattice with three open characters. *unread*: a text of which a
person could not read three characters. *rapidfuzz*: the plain scan of all serials with
`rapidfuzz.process.extract` (ratio, best 20). *candidate recall*: of the readings for which every
serial of the competing models was scored (see `search_recall`), the share in which the best-scoring
one is among the candidates shown. `--exhaustive` readings are checked in the catalog itself, those
of pixels in models of at most 100,000 units, and `--checks` readings in a catalog of 20,000 serials
of the same kinds: scoring a million serials takes seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.search_recall import recall, summed
from benchmarks.search_sets import KINDS, SEED, makers, permits, reading
from catalog.matching.search import search
from catalog.snapshot.build import SnapshotWriter
from catalog.snapshot.reader import Snapshot, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from catalog.types import Permit, Query

WARM_UP = 3
SCANS = 20
EXHAUSTIVE_PIXELS = 100_000
SMALL = 20_000


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--serials", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200, help="readings of each kind")
    parser.add_argument("--exhaustive", type=int, default=40, help="readings checked exhaustively")
    parser.add_argument("--checks", type=int, default=4000, help="the same, in a smaller catalog")
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--child", choices=tuple(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("--snapshot", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options)))
        return 0
    report = run(options)
    if options.json_file:
        options.json_file.write_text(json.dumps(report, indent=1) + "\n")
    print_table(report)
    return 0


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Build once, then query and scan the same serials, each in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.snapshot"
        built = run_apart("build", options, path)
        asked = run_apart("query", options, path)
        scanned = run_apart("rapidfuzz", options, path)
        checked = run_apart("check", options, path)
    faster = {
        f"times_faster{kind}": scanned[f"p50{kind}_ms"] / asked[f"p50{kind}_ms"]
        for kind in ("", "_cpu")
    }
    return {
        "benchmark": "search",
        "set": f"synthetic, {options.serials} serials, seed {SEED}",
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "systems": {"ours": {**built, **asked, **faster, **checked}, "rapidfuzz": scanned},
    }


def run_apart(child: str, options: argparse.Namespace, path: Path) -> dict[str, Any]:
    """Run one part in its own process."""
    command = [sys.executable, "-m", "benchmarks.search", "--child", child]
    command += ["--snapshot", str(path), "--serials", str(options.serials)]
    command += ["--queries", str(options.queries), "--exhaustive", str(options.exhaustive)]
    command += ["--checks", str(options.checks)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def build(options: argparse.Namespace) -> dict[str, Any]:
    """Write the snapshot, with permits as they are generated; generating them counts as well.

    Memory is measured from when the numbers of the serials are drawn: they are in mapped files.
    """
    started = time.perf_counter()
    drawn = permits(options.serials)
    with own_peak() as peak:
        units = write(options.snapshot, drawn)
    seconds = time.perf_counter() - started
    return {
        "build_seconds": seconds,
        "build_peak_memory_mb": peak_memory_mb(),
        "build_own_memory_mb": peak[0],
        "bytes_per_serial": options.snapshot.stat().st_size / units,
    }


def write(path: Path, drawn: Iterable[Permit]) -> int:
    """Write a synthetic catalog; returns its number of units."""
    with SnapshotWriter(path, makers()) as writer:
        for permit in drawn:
            writer.add(permit)
        manifest = writer.finish(
            sources=(), coverage=(), synthetic=True, built_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    return manifest.counts.units


def query(options: argparse.Namespace) -> dict[str, Any]:
    """Time opening and every kind of reading, then check some against scoring every serial."""
    base = memory_mb("RssAnon")
    opened = [timed(lambda: open_snapshot(options.snapshot).close()) for _ in range(11)]
    draw = np.random.default_rng(SEED)
    result: dict[str, Any] = {"open_ms": float(np.median([wall for wall, _ in opened]))}
    with open_snapshot(options.snapshot) as snapshot:
        for kind in KINDS:
            readings = [reading(snapshot, kind, draw) for _ in range(options.queries + WARM_UP)]
            times = [timed(ask, one, snapshot) for one in readings][WARM_UP:]
            result |= percentiles(times, {"clean": ""}.get(kind, f"_{kind}"))
        sensitive = [reading(snapshot, "clean", draw) for _ in range(20)]
        result["p50_with_sensitivity_ms"] = float(
            np.median([timed(search, one, snapshot)[0] for one in sensitive])
        )
        result["lookup_900_ms"] = lookups(snapshot, draw)
        result["peak_memory_mb"] = peak_memory_mb()
        result["own_memory_mb"] = memory_mb("RssAnon") - base
    return result


def ask(one: Query, snapshot: Snapshot) -> object:
    """Search like a screen before it shows other assumptions."""
    return search(one, snapshot, sensitivity=False)


def lookups(snapshot: Snapshot, draw: np.random.Generator) -> float:
    """Time the exact look-up of 900 neighbours of a serial in the largest group, in ms."""
    group = max(snapshot.groups(), key=lambda group: group.units)
    keys = snapshot.keys(group.group_id)
    times = []
    for _ in range(50):
        serial = keys[int(draw.integers(len(keys)))].decode()
        near = [
            serial[:at] + char + serial[at + 1 :]
            for at in range(len(serial))
            for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        ]
        times.append(timed(snapshot.lookup, group.group_id, near[:900])[0])
    return float(np.median(times[WARM_UP:]))


def check(options: argparse.Namespace) -> dict[str, Any]:
    """Score every serial for some readings of this catalog, and for many of a smaller one."""
    with open_snapshot(options.snapshot) as snapshot:
        parts = [recall(snapshot, options.exhaustive, SEED, most=EXHAUSTIVE_PIXELS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.snapshot"
        write(path, permits(min(options.serials, SMALL)))
        with open_snapshot(path) as snapshot:
            parts.append(recall(snapshot, options.checks, SEED + 1))
    return dict(summed(parts))


def rapidfuzz(options: argparse.Namespace) -> dict[str, Any]:
    """Scan every serial of the catalog for the readings that `query` calls clean."""
    from rapidfuzz import fuzz, process

    draw = np.random.default_rng(SEED)
    with open_snapshot(options.snapshot) as snapshot:
        serials = [
            key.decode()
            for group in snapshot.groups()
            for key in snapshot.keys(group.group_id).tolist()
        ]
        texts = [
            one.serial.text
            for _ in range(SCANS + WARM_UP)
            if (one := reading(snapshot, "clean", draw)).serial
        ]
    times = [
        timed(partial(process.extract, text, serials, scorer=fuzz.ratio, limit=20))
        for text in texts
    ][WARM_UP:]
    return {
        **percentiles(times, ""),
        "peak_memory_mb": peak_memory_mb(),
    }


def timed(call: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """Return the elapsed and CPU time of one call, in milliseconds."""
    busy, started = time.process_time(), time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000


def percentiles(times: Sequence[tuple[float, float]], name: str) -> dict[str, float]:
    """Return median and 95th percentile of single calls: elapsed, and CPU time (cpu)."""
    elapsed, busy = zip(*times, strict=True)
    return {
        f"p{share}{name}_{kind}ms": float(np.percentile(values, share))
        for kind, values in (("", elapsed), ("cpu_", busy))
        for share in (50, 95)
    }


def peak_memory_mb() -> float:
    """Return the peak memory of this process so far, including mapped pages of the snapshot."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def own_peak() -> Iterator[list[float]]:
    """Sample every tenth of a second how much memory is this process's own, not a mapped file.

    Yields a list whose only number is, afterwards, the largest value seen, in MB.
    """
    peak, done = [memory_mb("RssAnon")], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], memory_mb("RssAnon"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def memory_mb(kind: str) -> float:
    """Return the memory under this name in /proc (RssAnon: not a mapped file), in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(kind))
    return int(line.split()[1]) / 1024


def print_table(report: dict[str, Any]) -> None:
    """Print the numbers for people."""
    print(f"search: {report['set']}; {report['machine']}")
    for name, metrics in report["systems"].items():
        for metric, value in metrics.items():
            print(f"  {name:10} {metric:28} {value:12.3f}")


CHILDREN = {"build": build, "query": query, "rapidfuzz": rapidfuzz, "check": check}

if __name__ == "__main__":
    sys.exit(main())

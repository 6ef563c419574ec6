"""Simulate power failures: what is on the disk if only the synced writes reached it.

    python -m benchmarks.power_cut [--cuts 200] [--rounds 12] [--seed N] [--json FILE]

A run of the store (blobs, ledger on SQLite, keys) is recorded by strace: every write, sync, link,
rename and removal, and every acknowledgement between them. For each cut, the disk is rebuilt as it
may be after a power failure at that point: contents as of each file's last fsync, names as of each
folder's, and of what was written since then nothing, or a random part. The store is then opened
without any repair and checked against every acknowledgement before the cut.

strace (Debian package of that name) must be installed; Linux only.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.crash_work import Promises, store_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CALLS = (
    "open,openat,creat,close,write,pwrite64,writev,pwritev,lseek,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "mkdir,mkdirat,rmdir,dup,dup2,dup3"
)
SEED = 20261122

_LINE = re.compile(
    r"^(?:\d+ +)?(?P<call>\w+)\((?P<words>.*)\) += (?P<result>-?\d+)(?P<path><[^>]*>)?"
)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"^(?P<number>\d+)(?:<(?P<path>[^>]*)>)?")


@dataclass(slots=True)
class Inode:
    """A file: what was written, and what of it would survive a power failure."""

    live: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)
    """Writes since the last sync: (offset, data); offset -1: cut to the length in `data`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One system call of the recording."""

    name: str
    words: str
    result: int
    path: str

    def texts(self) -> list[bytes]:
        """Return the strings among its arguments."""
        return [bytes.fromhex(found.replace("\\x", "")) for found in _TEXT.findall(self.words)]

    def descriptor(self) -> tuple[int, str]:
        """Return its first argument: a descriptor's number and path."""
        found = _DESCRIPTOR.match(self.words)
        if found is None:
            raise ValueError(f"no descriptor in {self.name}({self.words[:80]}")
        return int(found["number"]), _unescaped(found["path"] or "")


class RecordedDisk:
    """Replays a recording call by call, within one folder; knows what would survive."""

    def __init__(self, top: Path) -> None:
        self.top = str(top)
        self.names: dict[str, Inode | None] = {}
        """The current state: a file, or None for a folder."""
        self.safe_names: dict[str, Inode | None] = {}
        self.changes: list[tuple[str, str, str, Inode | None]] = []
        """Changes of names since their folder was synced: (act, path, older path, inode)."""
        self._open: dict[int, Inode] = {}
        self._offset: dict[int, int] = {}
        self.said = b""

    def follow(self, call: Call) -> None:
        """Apply one successful call."""
        if call.result < 0:
            return
        act = getattr(self, f"_{call.name}", None)
        if act is None:
            raise ValueError(f"the recording has a call that is not understood: {call.name}")
        act(call)

    def inside(self, path: str) -> bool:
        """Whether a path is in the watched folder."""
        return path.startswith(f"{self.top}/") or path == self.top

    # --- files ---------------------------------------------------------------------------

    def _openat(self, call: Call) -> None:
        path = _unescaped(call.path[1:-1])
        self._open.pop(call.result, None)
        if not self.inside(path) or "O_DIRECTORY" in call.words or self.names.get(path, 0) is None:
            return
        if path not in self.names:
            self._name(path, Inode())
        inode = self.names[path]
        if inode is None:
            return
        self._open[call.result], self._offset[call.result] = inode, 0
        if "O_TRUNC" in call.words and inode.live:
            self._cut(inode, 0)

    _open_ = _openat

    def _close(self, call: Call) -> None:
        self._open.pop(call.descriptor()[0], None)

    def _write(self, call: Call) -> None:
        number, _ = call.descriptor()
        if number == 1:
            self.said += call.texts()[0][: call.result]
        if number in self._open:
            self._put(self._open[number], self._offset[number], call.texts()[0][: call.result])
            self._offset[number] += call.result

    def _pwrite64(self, call: Call) -> None:
        number, _ = call.descriptor()
        if number in self._open:
            offset = int(call.words.rsplit(", ", 1)[1], 0)
            self._put(self._open[number], offset, call.texts()[0][: call.result])

    def _lseek(self, call: Call) -> None:
        self._offset[call.descriptor()[0]] = call.result

    def _ftruncate(self, call: Call) -> None:
        number, _ = call.descriptor()
        if number in self._open:
            self._cut(self._open[number], int(call.words.rsplit(", ", 1)[1], 0))

    def _fsync(self, call: Call) -> None:
        number, path = call.descriptor()
        if number in self._open:
            inode = self._open[number]
            inode.safe, inode.pending = bytes(inode.live), []
        elif self.inside(path):
            self._sync_names(path)

    _fdatasync = _fsync

    # --- names ---------------------------------------------------------------------------

    def _mkdir(self, call: Call) -> None:
        path = call.texts()[0].decode()
        if self.inside(path):
            self._name(path, None)

    def _link(self, call: Call) -> None:
        old, new = (text.decode() for text in call.texts())
        if self.inside(new):
            self._name(new, self.names[old])

    def _linkat(self, call: Call) -> None:
        self._link(call)

    def _rename(self, call: Call) -> None:
        old, new = (text.decode() for text in call.texts())
        if self.inside(new):
            self.changes.append(("rename", new, old, self.names[old]))
            self.names[new] = self.names.pop(old)

    def _unlink(self, call: Call) -> None:
        path = call.texts()[0].decode()
        if path in self.names:
            self.changes.append(("remove", path, "", None))
            del self.names[path]

    def _name(self, path: str, inode: Inode | None) -> None:
        self.changes.append(("add", path, "", inode))
        self.names[path] = inode

    def _sync_names(self, folder: str) -> None:
        kept = []
        for change in self.changes:
            if change[1].rpartition("/")[0] == folder:
                _apply(self.safe_names, change)
            else:
                kept.append(change)
        self.changes = kept

    def _put(self, inode: Inode, offset: int, data: bytes) -> None:
        if len(inode.live) < offset:
            inode.live.extend(bytes(offset - len(inode.live)))
        inode.live[offset : offset + len(data)] = data
        inode.pending.append((offset, data))

    def _cut(self, inode: Inode, size: int) -> None:
        inode.live[size:] = bytes(max(0, size - len(inode.live)))
        inode.pending.append((-1, size.to_bytes(8, "big")))

    # --- after the cut -------------------------------------------------------------------

    def rebuild(self, target: Path, chance: random.Random | None) -> None:
        """Write to an empty folder what a power failure would leave, at worst or at random.

        Without `chance`, nothing unsynced survives. With it, a random prefix of the name changes
        since then does, and a random part of the writes to each file.
        """
        names = dict(self.safe_names)
        if chance is not None:
            for change in self.changes[: chance.randint(0, len(self.changes))]:
                _apply(names, change)
        for path, inode in sorted(names.items()):
            place = target / os.path.relpath(path, self.top)
            if inode is None:
                if place.parent.is_dir():
                    place.mkdir(mode=0o700, exist_ok=True)
            elif place.parent.is_dir():
                place.write_bytes(_survived(inode, chance))
                place.chmod(0o600)


def _survived(inode: Inode, chance: random.Random | None) -> bytes:
    content = bytearray(inode.safe)
    for offset, data in inode.pending if chance is not None else ():
        if chance is None or chance.random() < 0.5:
            continue
        if offset < 0:
            size = int.from_bytes(data, "big")
            content[size:] = bytes(max(0, size - len(content)))
        else:
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
    return bytes(content)


def _apply(names: dict[str, Inode | None], change: tuple[str, str, str, Inode | None]) -> None:
    act, path, older, inode = change
    if act == "remove":
        names.pop(path, None)
        return
    if act == "rename":
        names.pop(older, None)
    names[path] = inode


def _unescaped(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def can_record() -> bool:
    """Whether strace is installed and may trace here (some containers forbid it)."""
    try:
        done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def record(folder: Path, *, seed: int, rounds: int, log: Path) -> None:
    """Run the store's work under strace in a folder that does not exist yet."""
    subprocess.run(
        [
            "strace", "-f", "-y", "-xx", "-s", "100000000", "-o", log, "-e", f"trace={CALLS}",
            sys.executable, "-m", "benchmarks.crash_work", folder, str(seed), str(rounds),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def calls(log: Path) -> Iterator[Call]:
    """Read a recording."""
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if "unfinished ..." in line or "resumed>" in line:
                raise ValueError("two threads wrote at once; this recording cannot be followed")
            found = _LINE.match(line)
            if found is not None:
                yield Call(
                    name=found["call"],
                    words=found["words"],
                    result=int(found["result"]),
                    path=found["path"] or "",
                )


def cut_many(top: Path, log: Path, *, cuts: int, seed: int) -> tuple[dict[str, int], list[str]]:
    """Cut a recorded run at random calls, and check what each cut leaves.

    `top` is the folder that the recorded run wrote into, `log` the recording.
    """
    chance = random.Random(seed)
    problems: list[str] = []
    recorded = [call for call in calls(log) if call.result >= 0]
    telling = _telling(recorded, top)
    moments = set(_spread(telling, cuts, chance))
    figures = {"calls": len(telling), "cuts": len(moments), "promises_checked": 0}
    disk = RecordedDisk(top)
    for number, call in enumerate(recorded):
        disk.follow(call)
        if number in moments:
            found, promised = _cut(disk, log.parent / "after", chance)
            problems += [f"after call {number} ({call.name}): {said}" for said in found]
            figures["promises_checked"] += promised
    return figures, problems


def _spread(places: Sequence[int], count: int, chance: random.Random) -> list[int]:
    """Draw one place from each of `count` equal stretches."""
    ends = [len(places) * number // count for number in range(count + 1)]
    return [places[chance.randrange(a, b)] for a, b in itertools.pairwise(ends) if a < b]


def _telling(recorded: Sequence[Call], top: Path) -> list[int]:
    """Find the calls that touch the folder or acknowledge: a cut elsewhere changes nothing."""
    escaped = "".join(f"\\x{byte:02x}" for byte in str(top).encode())
    return [
        number
        for number, call in enumerate(recorded)
        if escaped in call.words or escaped in call.path or call.words.startswith("1<")
    ]


def _cut(disk: RecordedDisk, target: Path, chance: random.Random) -> tuple[list[str], int]:
    promises = Promises()
    for line in disk.said.decode().splitlines():
        promises.take(line)
    problems = []
    for kind in (None, chance):
        target.mkdir()
        disk.rebuild(target, kind)
        left = "nothing" if kind is None else "a part"
        found = store_problems(target, promises)
        problems += [f"{left} of the unsynced kept: {said}" for said in found]
        shutil.rmtree(target)
    return problems, len(promises)


def main() -> int:
    """Cut, print a table, write JSON if requested; returns 1 if anything was lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nameplate-power-") as place:
        top, log = Path(place).resolve() / "store", Path(place) / "log"
        record(top, seed=arguments.seed, rounds=arguments.rounds, log=log)
        figures, problems = cut_many(top, log, cuts=arguments.cuts, seed=arguments.seed)
    for problem in problems:
        print(f"PROBLEM {problem}")
    figures["problems"] = len(problems)
    for name, value in figures.items():
        print(f"{name:20} {value:10}")
    if arguments.json:
        machine = {"system": platform.platform(), "seed": arguments.seed}
        systems = {"ours": figures}
        result = {"benchmark": "power_cut", "set": "synthetic", "machine": machine}
        text = json.dumps(result | {"systems": systems}, indent=1)
        arguments.json.write_text(f"{text}\n", encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""How many of many seeded mutations of a bundle are detected, by our verifier and standard tools.

    python -m benchmarks.tamper [--mutations 5000] [--stock 500] [--seed 1] [--json FILE]

A small sealed bundle (including a late signature and a timestamp) is mutated in place, one way at a
time: bits, lengths, presence, names, order, replays of an earlier bundle of the same case, in every
part. After each mutation our verifier runs, and for the first `--stock` ones the lines of
VERIFY.txt too; then the bundle is restored. A mutation counts only if a byte, a name or the
presence of something really changed. Only parts are replayed: the whole of an earlier bundle is a
valid bundle, and only knowledge from outside shows that it is not the latest.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bundle_sample import LOG, make_sample
from benchmarks.local_tsa import LocalAuthority
from evidence_store.bundle.errors import BundleRefused
from evidence_store.bundle.instructions import instruction_lines
from evidence_store.bundle.signing import add_signature
from evidence_store.bundle.stamps import stamp_bundle
from evidence_store.bundle.verify import verify
from evidence_store.types import Draft

Tree = dict[str, bytes | None]
"""Path from the top to bytes; None for an empty folder, a path with a `-> target` for a link."""

PARTS = ("payload", "tag files", "signatures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A bundle to mutate, an earlier one to replay parts of, and what to check against."""

    top: Path
    good: Tree
    earlier: Tree
    allowed_signers: Path
    tsa_root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One change: its kind, its place, and the resulting tree."""

    kind: str
    part: str
    where: str
    tree: Tree


def make_subject(folder: Path) -> Subject:
    """Seal a bundle, add a late signature and a timestamp, and retain an earlier bundle."""
    sample = make_sample(folder)
    earlier = sample.seal(folder / "earlier").path
    sample.ledger.append(LOG, Draft(kind="export", actor="nameplate", body={"to": "earlier"}))
    later = replace(sample, contents=replace(sample.contents, notes=("Second export.",)))
    top = later.seal(folder / "bundle", signers=later.signers()[:1]).path
    add_signature(top, later.signers()[1])
    root = _stamp(folder, top)
    return Subject(
        top=top,
        good=read_tree(top),
        earlier=read_tree(earlier),
        allowed_signers=sample.allowed_signers,
        tsa_root=root,
    )


def read_tree(top: Path) -> Tree:
    """Read a whole small bundle into memory."""
    return {
        str(path.relative_to(top)): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def write_tree(top: Path, tree: Tree) -> None:
    """Make a folder contain exactly this tree."""
    shutil.rmtree(top)
    top.mkdir()
    for path, data in tree.items():
        name, arrow, target = path.partition(" -> ")
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        if arrow:
            (top / name).symlink_to(target)
        elif data is None:
            (top / name).mkdir(exist_ok=True)
        else:
            (top / name).write_bytes(data)


def mutations(subject: Subject, seed: int) -> Iterator[Mutation]:
    """Yield mutations endlessly, each kind and each part in turn, so that none is rare."""
    draw = random.Random(seed)
    kinds = list(_KINDS.items())
    number = 0
    while True:
        kind, change = kinds[number % len(kinds)]
        part = PARTS[(number // len(kinds)) % len(PARTS)]
        number += 1
        paths = [path for path in subject.good if part_of(path) == part]
        path = draw.choice(paths)
        tree = change(dict(subject.good), path, draw, subject)
        if tree is not None and tree != subject.good:
            yield Mutation(kind=kind, part=part, where=path, tree=tree)


def part_of(path: str) -> str:
    """Return which of the three parts of a bundle a path belongs to."""
    return {"data": "payload", "signatures": "signatures"}.get(path.split("/")[0], "tag files")


def ours_detects(subject: Subject) -> bool:
    """Run our verifier on the current bundle; any error other than a refusal is passed on."""
    try:
        verify(subject.top, allowed_signers=subject.allowed_signers, tsa_roots=subject.tsa_root)
    except BundleRefused:
        return True
    return False


def stock_detects(subject: Subject) -> bool:
    """Follow VERIFY.txt from the good bundle in a shell."""
    instructions = subject.good["data/VERIFY.txt"]
    lines = instruction_lines(instructions or b"")
    script = "".join(f"{{ {line}\n}} >/dev/null 2>&1 || exit 1\n" for line in lines)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=subject.top,
        env={
            "PATH": os.environ["PATH"],
            "ALLOWED_SIGNERS": str(subject.allowed_signers),
            "TSA_ROOT": str(subject.tsa_root),
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode != 0


def run(subject: Subject, *, count: int, stock: int, seed: int) -> dict[str, Counter[str]]:
    """Try this many mutations; returns how many of each part were tried and detected by whom."""
    tallies: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    for number, mutation in enumerate(mutations(subject, seed)):
        if number >= count:
            break
        write_tree(subject.top, mutation.tree)
        tally = tallies[mutation.part]
        tally["tried"] += 1
        if ours_detects(subject):
            tally["ours"] += 1
        else:
            sys.stderr.write(f"ours missed: {mutation.kind} in {mutation.where}\n")
        if number < stock:
            tally["stock_tried"] += 1
            if stock_detects(subject):
                tally["stock"] += 1
            else:
                sys.stderr.write(f"stock lines missed: {mutation.kind} in {mutation.where}\n")
    write_tree(subject.top, subject.good)
    return tallies


def _stamp(folder: Path, top: Path) -> Path:
    (folder / "authority").mkdir()
    with LocalAuthority(folder / "authority") as authority:
        stamp_bundle(top, [authority.url])
        return authority.root


Change = Callable[[Tree, str, random.Random, Subject], "Tree | None"]


def _bytes_changed(change: Callable[[bytes, random.Random], bytes]) -> Change:
    def apply(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree | None:
        data = tree[path]
        return None if not data else {**tree, path: change(data, draw)}

    return apply


def _lines_changed(change: Callable[[list[bytes], random.Random], list[bytes]]) -> Change:
    def on_bytes(data: bytes, draw: random.Random) -> bytes:
        return b"".join(change(data.splitlines(keepends=True), draw))

    return _bytes_changed(on_bytes)


def _flip(data: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << draw.randrange(8))]) + data[place + 1 :]


def _insert(data: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + bytes([draw.randrange(256)]) + data[place:]


def _leave_out(data: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(data))
    return data[:place] + data[place + 1 :]


def _append(data: bytes, draw: random.Random) -> bytes:
    return data + draw.choice([b"\n", b"\x00", b" ", b"# junk\n", b"\r\n", b"\n\n"])


def _rewrap(data: bytes, draw: random.Random) -> bytes:
    """Change only white space, which lenient readers of armour and manifests ignore."""
    ways = [
        data.replace(b"\n", b"\r\n"),
        data.replace(b"\n", b" \n", 1),
        b"\n" + data,
        data.replace(b"  ", b" *", 1),
        data.replace(b"\n", b"", 2).replace(b"-----", b"-----\n", 1),
        data[: len(data) // 2] + b"\n" + data[len(data) // 2 :],
    ]
    return draw.choice([way for way in ways if way != data])


def _swap_lines(lines: list[bytes], draw: random.Random) -> list[bytes]:
    one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def _repeat_line(lines: list[bytes], draw: random.Random) -> list[bytes]:
    return [*lines, draw.choice(lines)]


def _drop_line(lines: list[bytes], draw: random.Random) -> list[bytes]:
    place = draw.randrange(len(lines))
    return lines[:place] + lines[place + 1 :]


def _remove(tree: Tree, path: str, _: random.Random, __: Subject) -> Tree:
    return {name: data for name, data in tree.items() if name != path}


def _remove_folder(tree: Tree, path: str, _: random.Random, __: Subject) -> Tree | None:
    folder = path.rpartition("/")[0]
    kept = {name: data for name, data in tree.items() if not name.startswith(f"{folder}/")}
    return kept if folder else None


def _add(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree:
    folder = path.rpartition("/")[0]
    name = draw.choice(
        ["more.json", "fetch.txt", "readme.txt", ".hidden", "seal-9.sha256", "x.sig"]
    )
    return {**tree, f"{folder}/{name}".lstrip("/"): draw.choice([b"", b"{}\n", b"junk"])}


def _add_folder(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree:
    folder = path.rpartition("/")[0]
    return {**tree, f"{folder}/empty{draw.randrange(100)}".lstrip("/"): None}


def _rename(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree:
    folder, slash, name = path.rpartition("/")
    other = draw.choice([name.upper(), name + ".bak", "0" + name, name.replace(".", "_", 1)])
    return {(f"{folder}{slash}{other}" if old == path else old): data for old, data in tree.items()}


def _exchange(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree:
    other = draw.choice(list(tree))
    return {**tree, path: tree[other], other: tree[path]}


def _duplicate(tree: Tree, path: str, draw: random.Random, _: Subject) -> Tree:
    return {**tree, draw.choice(list(tree)): tree[path]}


def _link(tree: Tree, path: str, _: random.Random, subject: Subject) -> Tree:
    """Replace a file by a link to a file with the same bytes."""
    away = subject.top.parent / "linked"
    away.write_bytes(tree[path] or b"")
    kept = _remove(tree, path, random.Random(0), subject)
    return {**kept, f"{path} -> {away}": b""}


def _replay(tree: Tree, path: str, draw: random.Random, subject: Subject) -> Tree | None:
    """Replace one file by that of an earlier bundle of the same case."""
    if path in subject.earlier:
        return {**tree, path: subject.earlier[path]}
    return {**tree, path: subject.earlier[draw.choice(list(subject.earlier))]}


def _replay_part(tree: Tree, path: str, _: random.Random, subject: Subject) -> Tree:
    """Replace a whole part by that of the earlier bundle."""
    part = part_of(path)
    kept = {name: data for name, data in tree.items() if part_of(name) != part}
    old = {name: data for name, data in subject.earlier.items() if part_of(name) == part}
    return {**kept, **old}


_KINDS: dict[str, Change] = {
    "bit flip": _bytes_changed(_flip),
    "byte inserted": _bytes_changed(_insert),
    "byte left out": _bytes_changed(_leave_out),
    "truncation": _bytes_changed(lambda data, draw: data[: draw.randrange(len(data))]),
    "last byte cut": _bytes_changed(lambda data, _: data[:-1]),
    "bytes appended": _bytes_changed(_append),
    "white space": _bytes_changed(_rewrap),
    "lines exchanged": _lines_changed(_swap_lines),
    "line repeated": _lines_changed(_repeat_line),
    "line left out": _lines_changed(_drop_line),
    "file removed": _remove,
    "folder removed": _remove_folder,
    "file added": _add,
    "empty folder added": _add_folder,
    "file renamed": _rename,
    "two files exchanged": _exchange,
    "file overwritten": _duplicate,
    "link for a file": _link,
    "file replayed": _replay,
    "part replayed": _replay_part,
}


def main() -> int:
    """Run the benchmark; exit code 1 if a mutation was missed that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--mutations", type=int, default=5_000)
    parser.add_argument("--stock", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subject = make_subject(Path(folder))
        if ours_detects(subject) or stock_detects(subject):
            raise SystemExit("the good bundle does not verify")
        tallies = run(
            subject, count=arguments.mutations, stock=arguments.stock, seed=arguments.seed
        )
    print(f"{'part':<12}{'mutations':>10}{'ours':>8}{'stock tried':>13}{'stock':>8}")
    for part, tally in tallies.items():
        print(
            f"{part:<12}{tally['tried']:>10}{tally['ours']:>8}"
            f"{tally['stock_tried']:>13}{tally['stock']:>8}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(_as_json(tallies, arguments.seed), indent=1))
    missed = any(tally["ours"] < tally["tried"] for tally in tallies.values())
    return int(
        missed
        or any(tallies[p]["stock"] < tallies[p]["stock_tried"] for p in ("payload", "tag files"))
    )


def _as_json(tallies: dict[str, Counter[str]], seed: int) -> dict[str, object]:
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    systems = {
        system: {
            part.replace(" ", "_"): tally[system] / max(1, tally[tried])
            for part, tally in tallies.items()
        }
        for system, tried in (("ours", "tried"), ("stock", "stock_tried"))
    }
    tried = sum(tally["tried"] for tally in tallies.values())
    return {
        "benchmark": "tamper",
        "set": f"seed {seed}, {tried} mutations",
        "machine": machine,
        "systems": systems,
    }


if __name__ == "__main__":
    raise SystemExit(main())

"""How well copies of one exposure are found, compared with whole-frame hashes.

    python -m benchmarks.copies FOLDER [--changed 40] [--more] [--seed 1] [--no-reading]
                                [--json FILE]

FOLDER holds at least one of `manifest.csv` (same group = copies of one photo), `hard_negatives.csv`
(look-alikes and other exposures: never copies), `distractors.csv` and `dev.csv` (plates; one look
or item group = exposures of one object). All photos form one store, and every pair of them is
judged by three systems in one run:

*ours*: fingerprints propose (at most `MOST_COMPARED` candidates a photo), the geometric comparison
decides, and photos are grouped; a pair counts as found if both photos stand in one group. *phash*:
imagehash's pHash of the photo, at most 10 of 64 bits apart. *pdq*: PDQ, at most 31 of 256 bits
apart, hashes of quality 49 and less dropped.

*precision*: of the pairs called copies, those that are. *recall*: the mean over groups of the share
of the group's pairs that are found. *recall_hard*: the same over the groups that hold more than
resized and identical files. *recall_CHANGE*: seeded changes of photos of the store (one of each
group of copies, and the others), each asking the store as a new photo: the share of which the photo
itself, or a copy of it in the store, is found. *precision_changed*: of all photos that those
changed ones are called copies of, the share that are; the other photos in a collage count as right,
too. Crops keep the named share of each *side*; `crop_area_30` keeps 30 % of the area. `--more` adds
harder changes, two or three of them combined. *same_object_precision*: of the pairs that are
proposed as exposures of one object from their readings, those that are; *same_object_recall*: the
mean over objects of the share of pairs proposed (one photo of each group of copies, and all others,
are read for it). *pairs_per_second*: pairs of the store judged, fingerprints included. A figure for
which the folder holds nothing is nan; the JSON leaves it out.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import platform
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import imagehash
import numpy as np
from PIL import Image

import vision.copies.features
from benchmarks.copy_changes import CHANGES, MORE_CHANGES
from benchmarks.copy_objects import score_objects
from benchmarks.copy_sets import (
    Pair,
    Row,
    hard_groups,
    originals,
    read_set,
    true_pairs,
)
from vision.copies.verdict import (
    MOST_COMPARED,
    FingerprintIndex,
    NearHit,
    compare,
    fingerprint,
    group,
    worth_comparing,
)
from vision.media.decode import decode_photo
from vision.types import CopyEvidence, Fingerprint, Photo, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A changed photo: its file, that file with its copies, and everything it may be called."""

    file: str
    photo: Photo
    own: set[str]
    right: set[str]


class System(Protocol):
    """A system that decides which photos are copies."""

    def store(self, photos: dict[str, Photo]) -> set[Pair]:
        """Add all photos; return the pairs of files that are called copies."""
        ...

    def ask(self, photo: Photo) -> set[str]:
        """Return the stored files that a new photo is called a copy of."""
        ...


class Ours:
    """The product's copy index, geometric comparison and grouping."""

    def __init__(self) -> None:
        self.index = FingerprintIndex()
        self.files: dict[str, list[str]] = defaultdict(list)
        self.photos: dict[str, Photo] = {}
        self.prints: dict[str, Fingerprint] = {}
        self.evidence: dict[Pair, CopyEvidence] = {}

    def store(self, photos: dict[str, Photo]) -> set[Pair]:
        """Index all photos, compare each with its candidates, and group."""
        for file, photo in photos.items():
            self.files[photo.photo_id].append(file)
            self.photos[photo.photo_id] = photo
        for photo_id, photo in self.photos.items():
            self.prints[photo_id] = fingerprint(photo)
            self.index.add(self.prints[photo_id])
        for photo_id, photo in self.photos.items():
            for hit in self.candidates(self.prints[photo_id]):
                pair = frozenset((photo_id, hit.photo_id))
                if pair not in self.evidence:
                    self.evidence[pair] = compare(photo, self.photos[hit.photo_id])
        pairs = {
            frozenset(two)
            for one in group(self.evidence.values())
            for two in itertools.combinations(
                [file for photo_id in one.photo_ids for file in self.files[photo_id]], 2
            )
        }
        same = (itertools.combinations(files, 2) for files in self.files.values())
        return pairs | {frozenset(two) for two in itertools.chain.from_iterable(same)}

    def candidates(self, made: Fingerprint) -> Iterator[NearHit]:
        """Yield the stored photos that the product would compare with this one."""
        worth = (
            hit
            for hit in self.index.candidates(made)
            if worth_comparing(hit, made, self.prints[hit.photo_id])
        )
        return itertools.islice(worth, MOST_COMPARED)

    def ask(self, photo: Photo) -> set[str]:
        """Compare a new photo with its candidates."""
        found = set[str]()
        for hit in self.candidates(fingerprint(photo)):
            if compare(photo, self.photos[hit.photo_id]).relation in ("exact", "near", "hard"):
                found.update(self.files[hit.photo_id])
        return found


@dataclass
class WholeFrame:
    """A whole-frame hash and a radius."""

    radius: int
    stored: dict[str, int | None] = field(default_factory=dict)

    def hash(self, pixels: Pixels) -> int | None:
        """Hash a picture; None if the hash must not be used."""
        raise NotImplementedError

    def store(self, photos: dict[str, Photo]) -> set[Pair]:
        """Hash all photos and compare all hashes."""
        self.stored = {file: self.hash(photo.pixels) for file, photo in photos.items()}
        return {
            frozenset((a, b))
            for a, b in itertools.combinations(self.stored, 2)
            if self._near(self.stored[a], self.stored[b])
        }

    def ask(self, photo: Photo) -> set[str]:
        """Compare with all hashes."""
        asked = self.hash(photo.pixels)
        return {file for file, known in self.stored.items() if self._near(asked, known)}

    def _near(self, a: int | None, b: int | None) -> bool:
        return a is not None and b is not None and (a ^ b).bit_count() <= self.radius


class PHash(WholeFrame):
    """imagehash's pHash at its defaults."""

    def hash(self, pixels: Pixels) -> int | None:
        """64 bits."""
        return int(str(imagehash.phash(Image.fromarray(pixels))), 16)


class Pdq(WholeFrame):
    """PDQ as ThreatExchange uses it."""

    def hash(self, pixels: Pixels) -> int | None:
        """256 bits; None at quality 49 and less."""
        bits, quality = importlib.import_module("pdqhash").compute(pixels)
        return (
            int.from_bytes(np.packbits(bits.astype(np.uint8)).tobytes()) if quality > 49 else None
        )


def score_store(called: set[Pair], rows: Sequence[Row]) -> dict[str, float]:
    """Precision and recall over the pairs of the store."""
    truth = true_pairs(rows)
    right = set().union(*truth.values())
    recalls = {name: len(called & pairs) / len(pairs) for name, pairs in truth.items() if pairs}
    hard = [recalls[name] for name in hard_groups(rows) if name in recalls]
    return {
        "precision": len(called & right) / len(called) if called else 1.0,
        "recall": mean(recalls.values()),
        "recall_hard": mean(hard),
        "called": float(len(called)),
        "false": float(len(called - right)),
    }


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean; nan for no values."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


def changed_photos(
    rows: Sequence[Row], photos: dict[str, Photo], *, count: int, seed: int, more: bool = False
) -> dict[str, list[Asked]]:
    """Change -> the changed photos."""
    together = defaultdict(set)
    for row in rows:
        together[row.group if row.source == "manifest" else row.file].add(row.file)
    home = {file: files for files in together.values() for file in files}
    chance = np.random.default_rng(seed)
    picked = sorted(chance.permutation(originals(rows))[:count].tolist())
    made: dict[str, list[Asked]] = {}
    for name, change in (CHANGES | MORE_CHANGES if more else CHANGES).items():
        made[name] = []
        for number, file in enumerate(picked):
            others = [photos[other].pixels for other in picked if other != file][:8]
            drawn = change(photos[file].pixels, np.random.default_rng([seed, number]), others)
            copy = Photo(photo_id=identity(name, number), pixels=drawn, format="JPEG")
            right = set(home[file])
            if name.startswith("collage"):
                right = right.union(*(home[other] for other in picked))
            made[name].append(Asked(file=file, photo=copy, own=home[file], right=right))
    return made


def identity(name: str, number: int) -> str:
    """An identity for a generated photo, different from that of any file."""
    return (name.encode().hex() + f"{number:08x}").rjust(64, "0")[-64:]


def score_changed(
    system: System, made: dict[str, list[Asked]], misses: list[str]
) -> dict[str, float]:
    """Recall for each change, and precision over all of them."""
    scores: dict[str, float] = {}
    right_calls = all_calls = 0
    for name, asked in made.items():
        found = 0
        for one in asked:
            called = system.ask(one.photo)
            found += bool(called & one.own)
            if not called & one.own:
                misses.append(f"{name}: {one.file} not found")
            wrongly = called - one.right
            misses.extend(f"{name}: {one.file} called a copy of {wrong}" for wrong in wrongly)
            right_calls += len(called & one.right)
            all_calls += len(called)
        scores[f"recall_{name}"] = found / len(asked) if asked else float("nan")
    scores["precision_changed"] = right_calls / all_calls if all_calls else 1.0
    return scores


def run(
    folder: Path, *, changed: int, seed: int, only: Sequence[str], more: bool, reading: bool
) -> dict[str, object]:
    """Run every system on the set."""
    rows = read_set(folder)
    photos = {
        row.file: decode_photo((folder / row.file).read_bytes(), name=row.file) for row in rows
    }
    # the product caches the features of a whole case while it compares
    vision.copies.features.KEPT_FEATURES = len(photos) + 8
    made = changed_photos(rows, photos, count=changed, seed=seed, more=more)
    pairs = len(photos) * (len(photos) - 1) / 2
    systems: dict[str, System] = {"ours": Ours(), "phash": PHash(10)}
    if importlib.util.find_spec("pdqhash"):
        systems["pdq"] = Pdq(31)
    else:
        print("PDQ: not installed; it needs a compiler: pip install pdqhash")
    results: dict[str, dict[str, float]] = {}
    misses: dict[str, list[str]] = {}
    for name, system in systems.items():
        if only and name not in only:
            continue
        began = time.perf_counter()
        called = system.store(photos)
        took = time.perf_counter() - began
        misses[name] = store_misses(called, rows)
        results[name] = score_store(called, rows) | score_changed(system, made, misses[name])
        results[name]["pairs_per_second"] = pairs / took
        if name == "ours" and reading:
            results[name] |= score_objects(rows, photos, misses[name])
    return {
        "benchmark": "copies",
        "set": folder.name,
        "machine": {"processor": platform.machine(), "cores": os.cpu_count() or 1},
        "photos": len(photos),
        "changed_photos": len(next(iter(made.values()))),
        "seed": seed,
        "systems": results,
        "misses": misses,
    }


def store_misses(called: set[Pair], rows: Sequence[Row]) -> list[str]:
    """Every wrong answer for the store, one line each."""
    right = set().union(*true_pairs(rows).values())
    relation = {row.file: row.relation for row in rows}

    def shown(pair: Pair) -> str:
        return " + ".join(f"{file} ({relation[file]})" for file in sorted(pair))

    return [f"missed: {shown(pair)}" for pair in sorted(right - called, key=sorted)] + [
        f"false: {shown(pair)}" for pair in sorted(called - right, key=sorted)
    ]


def table(results: dict[str, dict[str, float]]) -> str:
    """The figures side by side."""
    names = list(results)
    metrics = list(next(iter(results.values())))
    lines = [f"{'':<36}" + "".join(f"{name:>10}" for name in names)]
    for metric in metrics:
        values = "".join(f"{results[name].get(metric, float('nan')):>10.3f}" for name in names)
        lines.append(f"{metric:<36}{values}")
    return "\n".join(lines)


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.copies",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changed", type=int, default=40, help="number of photos to alter")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--systems", nargs="*", default=[], choices=["ours", "phash", "pdq"])
    parser.add_argument("--more", action="store_true", help="also make harder changes")
    parser.add_argument("--no-reading", dest="reading", action="store_false")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = run(
        options.folder,
        changed=options.changed,
        seed=options.seed,
        only=options.systems,
        more=options.more,
        reading=options.reading,
    )
    systems = result["systems"]
    assert isinstance(systems, dict)
    print(table(systems))
    misses = result["misses"]
    assert isinstance(misses, dict)
    for line in misses.get("ours", []):
        print("ours,", line)
    if options.json:
        for figures in systems.values():  # JSON has no nan
            for empty in [name for name, value in figures.items() if value != value]:
                del figures[empty]
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

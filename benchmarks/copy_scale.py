"""The copy index at a million photos: lookup time, bytes per photo, cost of adding one.

    python -m benchmarks.copy_scale [--photos 1000000] [--asks 200] [--checked 2] [--json FILE]

The fingerprints are synthetic: each word is that of the mean of two descriptors drawn from
synthetic pictures (`vision.copies.word_training.dead_leaves`), so that words are as unevenly
distributed as descriptors are, and no photo is needed. Query photos have all 192 words, 22 of them
those of a stored photo with a tenth of their open bits flipped, so that each has something to find.

*p50_ms*, *p95_ms*: elapsed time of `candidates(limit=24)`; *p95_processor_ms*: its CPU time.
*bytes_per_photo*: bytes held by the index. *add_ms_first*, *add_ms_last*: mean time of adding one
of the first and of the last tenth. *load_seconds*: reading the saved index. *equal*: 1 if, for the
checked queries, the candidates are those of a scan over every stored word. *planted_found*: share
ranked first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from vision.copies.features import extract
from vision.copies.fingerprint import hash_of
from vision.copies.index import COMPACT_WORDS, SIGN_RADIUS, FingerprintIndex
from vision.copies.word_training import dead_leaves
from vision.copies.words import (
    DOUBTFUL_BITS,
    KEY_BITS,
    MOST_WORDS,
    Words,
    along,
    encode_along,
    keys_and_signs,
    mirror_masks,
    words_from,
    words_to_hex,
)
from vision.types import Fingerprint

_PICTURES: Final = 24
_BLOCK: Final = 5_000
_SCANNED: Final = 100_000
_DOUBTFUL: Final = (1 << DOUBTFUL_BITS) - 1


class Maker:
    """Generates synthetic words and fingerprints from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        pictures = range(5_000, 5_000 + _PICTURES)
        seen = np.concatenate([extract(dead_leaves(one)).descriptors for one in pictures])
        self.pool = along(seen)

    def words(self, count: int) -> Words:
        """This many words, each mixed from two descriptors."""
        picked = self.chance.integers(0, len(self.pool), (2, count))
        return encode_along(self.pool[picked[0]] + self.pool[picked[1]])

    def stored(self, count: int) -> Words:
        """This many words to be stored; their doubtful bits do not matter there."""
        picked = self.chance.integers(0, len(self.pool), (2, count))
        keys, signs = keys_and_signs(self.pool[picked[0]] + self.pool[picked[1]])
        return Words(keys=keys, signs=signs, doubtful=np.full(count, _DOUBTFUL, np.uint32))

    def block(self, words: Words) -> list[Fingerprint]:
        """Fingerprints of photos with `COMPACT_WORDS` words each."""
        data, each = words_to_hex(words), COMPACT_WORDS * 12 * 2
        numbers = self.chance.bytes(48 * (len(words) // COMPACT_WORDS)).hex()
        return [
            _fingerprint(numbers[at * 96 : at * 96 + 96], data[at * each : (at + 1) * each])
            for at in range(len(words) // COMPACT_WORDS)
        ]

    def asking(self, stored: Words) -> Fingerprint:
        """A photo that shows what a stored one shows, and more."""
        more = self.words(MOST_WORDS - len(stored))
        turned = np.zeros(len(stored), np.uint32)
        for bit in range(KEY_BITS):
            here = (self.chance.random(len(stored)) < 0.1).astype(np.uint32) << np.uint32(bit)
            turned |= here & stored.doubtful
        words = Words(
            keys=np.concatenate([stored.keys ^ turned, more.keys]),
            signs=np.concatenate([stored.signs, more.signs]),
            doubtful=np.concatenate([stored.doubtful, more.doubtful]),
        )
        return _fingerprint(self.chance.bytes(48).hex(), words_to_hex(words))


def _fingerprint(drawn: str, words: str) -> Fingerprint:
    """A fingerprint with these words; 96 random hexadecimal digits give identity and hashes."""
    hashes = (("phash", drawn[64:80]), ("phash_mirror", drawn[80:]), ("words", words))
    return Fingerprint(photo_id=drawn[:64], hashes=hashes, quality=1.0)


def piece(words: Words, begin: int, end: int) -> Words:
    """A slice of the words."""
    return Words(
        keys=words.keys[begin:end], signs=words.signs[begin:end], doubtful=words.doubtful[begin:end]
    )


def fill(
    maker: Maker, photos: int, asks: int
) -> tuple[FingerprintIndex, list[tuple[str, Fingerprint]], tuple[np.ndarray, ...], list[float]]:
    """Fill an index; return it, queries with their photos, all words, and the times of adding."""
    index = FingerprintIndex()
    questions: list[tuple[str, Fingerprint]] = []
    keys, signs, times = [], [], []
    ids: list[str] = []
    every = max(1, photos // asks)
    for begin in range(0, photos, _BLOCK):
        count = min(_BLOCK, photos - begin)
        block = maker.stored(count * COMPACT_WORDS)
        keys.append(block.keys)
        signs.append(block.signs)
        made = maker.block(block)
        ids += [one.photo_id for one in made]
        began = time.perf_counter()
        for one in made:
            index.add(one)
        times.append((time.perf_counter() - began) / count)
        for at in range(-begin % every, count, every):
            words = piece(block, at * COMPACT_WORDS, (at + 1) * COMPACT_WORDS)
            questions.append((made[at].photo_id, maker.asking(words)))
    every_word = (np.concatenate(keys), np.concatenate(signs), np.array(ids, object))
    return index, questions[:asks], every_word, times


def scanned(asked: Fingerprint, every_word: tuple[np.ndarray, ...]) -> set[str]:
    """Photos that share a word with the query, by scanning every stored word."""
    keys, signs, ids = every_word
    question = words_from(hash_of(asked, "words"))
    sharing: list[np.ndarray] = []
    for begin in range(0, len(keys), _SCANNED):  # chunks that fit in a core's cache
        stored_keys, stored_signs = keys[begin:][:_SCANNED], signs[begin:][:_SCANNED]
        for turn_key, turn_sign in ((0, 0), mirror_masks()):
            for key, sign, doubtful in zip(
                question.keys ^ np.uint32(turn_key),
                question.signs ^ np.uint32(turn_sign),
                question.doubtful,
                strict=True,
            ):
                same = np.flatnonzero(((stored_keys ^ key) & ~doubtful) == 0)
                near = np.bitwise_count(stored_signs[same] ^ sign) <= SIGN_RADIUS
                sharing.append((begin + same[near]) // COMPACT_WORDS)
    return set(ids[np.unique(np.concatenate(sharing))].tolist())


def loading(index: FingerprintIndex) -> tuple[float, float]:
    """Seconds to load a saved index, and the size of its file in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.npz"
        index.save(path)
        began = time.perf_counter()
        again = FingerprintIndex.load(path)
        took = time.perf_counter() - began
        if len(again) != len(index):
            raise SystemExit("the loaded index does not hold what was saved")
        return took, float(path.stat().st_size)


def run(*, photos: int, asks: int, checked: int, seed: int) -> dict[str, float]:
    """Measure one size."""
    index, questions, every_word, times = fill(Maker(seed), photos, asks)
    took, on_a_core, first = [], [], 0
    for photo_id, asked in questions:
        began, worked = time.perf_counter(), time.thread_time()
        hits = index.candidates(asked, limit=24)
        took.append((time.perf_counter() - began) * 1000)
        on_a_core.append((time.thread_time() - worked) * 1000)
        first += bool(hits) and hits[0].photo_id == photo_id
    equal = all(
        {hit.photo_id for hit in index.candidates(asked) if dict(hit.distances)["words"]}
        == scanned(asked, every_word)
        for _, asked in questions[:checked]
    )
    tenth = max(1, len(times) // 10)
    load_seconds, file_bytes = loading(index)
    return {
        "photos": float(photos),
        "p50_ms": float(np.percentile(took, 50)),
        "p95_ms": float(np.percentile(took, 95)),
        "p95_processor_ms": float(np.percentile(on_a_core, 95)),
        "bytes_per_photo": index.nbytes / photos,
        "file_bytes_per_photo": file_bytes / photos,
        "add_ms_first": float(np.mean(times[:tenth])) * 1000,
        "add_ms_last": float(np.mean(times[-tenth:])) * 1000,
        "load_seconds": load_seconds,
        "planted_found": first / len(questions),
        "equal": float(equal),
    }


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.copy_scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--checked", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = run(
        photos=options.photos, asks=options.asks, checked=options.checked, seed=options.seed
    )
    for name, value in found.items():
        print(f"{name:<22}{value:>14,.3f}")
    if options.json:
        machine = {"processor": platform.machine(), "cores": os.cpu_count() or 1}
        result = {"benchmark": "copy_scale", "machine": machine, "systems": {"ours": found}}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

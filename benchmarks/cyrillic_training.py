"""Train the weights of the Cyrillic engine on rendered lines, and measure it on others.

    python -m benchmarks.cyrillic_training --words LIST [LIST …] [--chunks N] [--epochs N]
        [--cache FOLDER] [--out FILE]

LIST is a list of Cyrillic words, one per line (Debian's `hunspell-ru` and `hunspell-uk` provide
`/usr/share/hunspell/ru_RU.dic` and `uk_UA.dic`). Training lines are drawn with the font packages of
`cyrillic_fonts.txt`, which must be installed; test lines with six of the renderer's, which are not
among them. The features that RapidOCR's recogniser computes for each line are cached.

The last layer starts with RapidOCR's own weights for the letters and digits that it knows, so that
only what is specific to Cyrillic has to be learned. Needs torch (requirements.txt).
"""

from __future__ import annotations

import argparse
import random
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import rapidocr
import torch

from benchmarks.cyrillic_lines import draw_line, font_families, make_text, read_words
from vision.engines.cyrillic import ALPHABET, HEAD_FILE, LAYERS, RECOGNISER, TWINS, InnerLayers
from vision.engines.rapidocr import INPUT_HEIGHT, LEAST_WIDTH, RapidOcrEngine, prepared
from vision.engines.tapped import tapped
from vision.ocr.engine import load_engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Seen = list[tuple[Floats, list[int]]]

FONT_LIST = Path(__file__).with_name("cyrillic_fonts.txt")
MEASURED_WITH = tuple(
    f"fontpkg_{name}"
    for name in (
        "noto_sans", "noto_serif", "roboto", "roboto_condensed", "roboto_mono", "roboto_slab",
    )
)  # fmt: skip
CHUNK, BATCH = 256, 16
LOGITS = "p2o.pd_op.add.79.0"
"""The output of the recogniser's last layer, before the softmax."""

SIMILAR = dict(zip("ГПЛФДгпЗУЧБЯИЪЬЫЭЁЇвкмтнбзиёї", "ΓΠΛΦΔrn3Y46RNbbb3ËÏBKMTH63uëï", strict=False))
"""For letters that RapidOCR lacks: a similar one as the starting point."""

HIDDEN, SHARE_DROPPED, LINES_A_STEP, RATE = 96, 0.1, 64, 3e-3
IDS = {char: at for at, char in enumerate(ALPHABET)}
CYRILLIC_TWIN = {latin: own for own, latin in TWINS.items()}


def main() -> int:
    """Train, save and print the results on lines in other fonts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--chunks", type=int, default=22, help=f"number of chunks, of {CHUNK} lines each"
    )
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--cache", type=Path, default=Path(".benchmark-cache/cyrillic"))
    parser.add_argument("--out", type=Path, default=HEAD_FILE)
    options = parser.parse_args()
    words = read_words(*options.words)
    measured = seen_lines(options.cache, "val", 2, 7, words, MEASURED_WITH)
    lines = seen_lines(options.cache, "train", options.chunks, 1, words, listed_fonts())
    torch.manual_seed(0)
    net = Network(*spread(lines), *known_letters())
    train(net, [line for line in lines if fits(*line)], options.epochs)
    wrong, whole = errors(net, measured)
    print(f"{len(lines)} lines learned; of {len(measured)} lines in other fonts")
    print(f"  character error rate {wrong:.3f}, lines without an error {whole:.3f}")
    np.savez_compressed(options.out, **net.weights())
    return 0


def listed_fonts(file: Path = FONT_LIST) -> list[str]:
    """List the training packages; raises if one is missing, since lines would differ."""
    wanted = [line.split("==")[0] for line in file.read_text().splitlines() if "==" in line]
    packages = [name.replace("-", "_") for name in wanted]
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)}; install what {file} lists")
    return packages


def encoded(text: str) -> list[int]:
    """Encode a text as symbol numbers; symbols missing in the alphabet are left out."""
    plain = text.translate(str.maketrans("“”", '""'))
    return [IDS[symbol] for char in plain if (symbol := CYRILLIC_TWIN.get(char, char)) in IDS]


def seen_lines(
    cache: Path, name: str, chunks: int, seed: int, words: Sequence[str], packages: Sequence[str]
) -> Seen:
    """Draw lines and return the recogniser's features of each, with its true symbols."""
    cache.mkdir(parents=True, exist_ok=True)
    families, inner = font_families(packages), InnerLayers(threads=1)
    found: Seen = []
    for chunk in range(chunks):
        file = cache / f"{name}{chunk:03d}.npz"
        if not file.exists():
            rng = random.Random(seed * 100_000 + chunk)
            lines = [draw_line(make_text(rng, words), rng, families) for _ in range(CHUNK)]
            feats = features(inner, [prepared(line.crop) for line in lines])
            texts, lens = np.array([line.text for line in lines]), [len(f) for f in feats]
            np.savez(file, feats=np.concatenate(feats), lens=lens, texts=texts)
        stored = np.load(file)
        parts = np.split(stored["feats"], np.cumsum(stored["lens"])[:-1])
        found += [(f, encoded(str(t))) for f, t in zip(parts, stored["texts"], strict=True)]
    return found


def features(inner: InnerLayers, inputs: Sequence[Floats]) -> list[Floats]:
    """Return the recogniser's features of prepared crops, several of similar width at a time."""
    seen: dict[int, Floats] = {}
    order = sorted(range(len(inputs)), key=lambda at: inputs[at].shape[2])
    for start in range(0, len(order), BATCH):
        ids = order[start : start + BATCH]
        widest = max(inputs[ids[-1]].shape[2], LEAST_WIDTH)
        stacked = np.zeros((len(ids), 3, INPUT_HEIGHT, widest), np.float32)
        for row, at in enumerate(ids):
            stacked[row, :, :, : inputs[at].shape[2]] = inputs[at]
        seen |= dict(zip(ids, (f.astype(np.float16) for f in inner(stacked)), strict=True))
    return [seen[at] for at in range(len(inputs))]


def fits(seen: Floats, symbols: Sequence[int]) -> bool:
    """Whether a line has enough steps for its symbols, and for blanks between equal ones."""
    doubled = sum(a == b for a, b in pairwise(symbols))
    return bool(symbols) and len(seen) >= len(symbols) + doubled


def spread(lines: Seen) -> tuple[Floats, Floats]:
    """Return mean and deviation of each feature."""
    everything = np.concatenate([seen for seen, _ in lines[:2000]]).astype(np.float32)
    return everything.mean(0), everything.std(0) + 0.05


def known_letters() -> tuple[Floats, Floats]:
    """Return RapidOCR's own last layer for our alphabet: 120 × symbols, and the symbols' biases.

    The layer is linear, so its output for a few pictures of noise determines it.
    """
    file = Path(rapidocr.__file__).parent / "models" / RECOGNISER
    session = onnxruntime.InferenceSession(
        tapped(file.read_bytes(), (LAYERS[1], LOGITS)), providers=["CPUExecutionProvider"]
    )
    noise = np.random.default_rng(0).normal(0, 1, (8, 3, INPUT_HEIGHT, 320)).astype(np.float32)
    seen, given = session.run([LAYERS[1], LOGITS], {"x": noise})
    engine = load_engine("rapidocr")
    assert isinstance(engine, RapidOcrEngine)
    theirs = engine.alphabet
    here, there, less = [], [], []
    for at, char in enumerate(ALPHABET):
        own = TWINS.get(char, char)
        symbol = own if own in theirs else SIMILAR.get(char)
        if at == 0 or symbol in theirs:
            here.append(at)
            there.append(theirs.index(symbol) if at and symbol else 0)
            less.append(0.0 if at == 0 or symbol == own else 3.0)
    flat = seen.reshape(-1, seen.shape[2])
    with_one = np.concatenate([flat, np.ones((len(flat), 1), np.float32)], axis=1)
    solved = np.linalg.lstsq(with_one, given.reshape(len(flat), -1)[:, there], rcond=None)[0]
    layer = np.repeat(solved.mean(axis=1, keepdims=True), len(ALPHABET), axis=1)
    layer[:, here] = solved
    layer[-1, here] -= less
    return layer[:-1].astype(np.float32), layer[-1].astype(np.float32)


class Network(torch.nn.Module):  # type: ignore[misc]  # torch comes without types here
    """What `vision.engines.cyrillic.Head` computes, as a trainable network."""

    def __init__(self, mean: Floats, deviation: Floats, layer: Floats, bias: Floats) -> None:
        """Start with RapidOCR's last layer; `mean` and `deviation` are of its inputs."""
        super().__init__()
        self.mean, self.deviation = mean, deviation
        wide, symbols = len(mean), len(ALPHABET)
        self.into = torch.nn.Linear(wide, HIDDEN)
        near = [torch.nn.Conv1d(HIDDEN, HIDDEN, 3, padding=1) for _ in range(2)]
        self.near = torch.nn.ModuleList(near)
        self.out = torch.nn.Linear(HIDDEN, symbols)
        self.direct = torch.nn.Linear(wide, symbols)
        self.drop = torch.nn.Dropout(SHARE_DROPPED)
        start = np.zeros((wide, symbols), np.float32)
        start[-len(layer) :] = layer * deviation[-len(layer) :, None]
        torch.nn.init.zeros_(self.out.weight)
        torch.nn.init.zeros_(self.out.bias)
        self.direct.weight.data = torch.from_numpy(start.T.copy())
        self.direct.bias.data = torch.from_numpy(bias + mean[-len(layer) :] @ layer)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Score every symbol at every step."""
        hidden = torch.relu(self.into(self.drop(seen)))
        for near in self.near:
            hidden = hidden + torch.relu(near(self.drop(hidden).transpose(1, 2))).transpose(1, 2)
        scores: torch.Tensor = self.out(self.drop(hidden)) + self.direct(seen)
        return scores

    def batch(self, lines: Sequence[Floats]) -> torch.Tensor:
        """Stack lines of different lengths, normalised by mean and deviation."""
        stacked = np.zeros((len(lines), max(map(len, lines)), len(self.mean)), np.float32)
        for row, seen in enumerate(lines):
            stacked[row, : len(seen)] = (seen.astype(np.float32) - self.mean) / self.deviation
        return torch.from_numpy(stacked)

    def weights(self) -> dict[str, Any]:
        """Return the weights in the form for `Head`: for unnormalised features."""
        found: dict[str, Any] = {}
        biases = []
        for name, part in (("in", self.into), ("direct", self.direct)):
            found[name] = (part.weight.detach().numpy() / self.deviation).T
            biases.append(part.bias.detach().numpy() - self.mean @ found[name])
        found["in_bias"] = biases[0]
        for at, near in enumerate(self.near):
            found[f"near{at}"] = near.weight.detach().numpy().transpose(2, 1, 0)
            found[f"near{at}_bias"] = near.bias.detach().numpy()
        found["out"] = self.out.weight.detach().numpy().T
        found["out_bias"] = self.out.bias.detach().numpy() + biases[1]
        return {name: value.astype(np.float16) for name, value in found.items()}


def train(net: Network, lines: Seen, epochs: int) -> None:
    """Train with CTC, lines of similar length together, with one cycle of the learning rate."""
    rng = random.Random(0)
    order = sorted(range(len(lines)), key=lambda at: len(lines[at][0]))
    steps = [
        order[at : at + LINES_A_STEP]
        for at in range(0, len(order) - LINES_A_STEP + 1, LINES_A_STEP)
    ]
    learner = torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-2)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        learner, RATE, total_steps=epochs * len(steps) + 1, pct_start=0.1
    )
    for epoch in range(epochs):
        rng.shuffle(steps)
        losses = []
        for ids in steps:
            seen, symbols = [lines[at][0] for at in ids], [lines[at][1] for at in ids]
            loss = torch.nn.functional.ctc_loss(
                torch.log_softmax(net(net.batch(seen)), 2).transpose(0, 1),
                torch.tensor([symbol for line in symbols for symbol in line]),
                torch.tensor([len(line) for line in seen]),
                torch.tensor([len(line) for line in symbols]),
                zero_infinity=True,
            )
            learner.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5)
            learner.step()
            rate.step()
            losses.append(float(loss.detach()))
        print(f"  pass {epoch + 1}: {np.mean(losses):.3f}", flush=True)


def errors(net: Network, lines: Seen) -> tuple[float, float]:
    """Character error rate, and share of error-free lines, from each step's best symbol."""
    net.eval()
    wrong = count = whole = 0
    with torch.no_grad():
        for seen, symbols in lines:
            best = net(net.batch([seen]))[0].argmax(1).tolist()
            read = [s for before, s in zip([0, *best], best, strict=False) if s and s != before]
            off = distance(read, symbols)
            wrong, count, whole = wrong + off, count + len(symbols), whole + (off == 0)
    net.train()
    return wrong / max(count, 1), whole / max(len(lines), 1)


def distance(read: Sequence[int], true: Sequence[int]) -> int:
    """Fewest symbols to change, add or drop (Levenshtein distance)."""
    row = list(range(len(true) + 1))
    for at, symbol in enumerate(read, 1):
        corner, row[0] = row[0], at
        for to, wanted in enumerate(true, 1):
            changed = corner + (symbol != wanted)
            corner, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, changed)
    return row[-1]


if __name__ == "__main__":
    raise SystemExit(main())

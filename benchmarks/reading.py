"""Which serials, models and makers are found on real plates, by our reader and by others.

    python -m benchmarks.reading MANIFEST [--engines ours,rapidocr,…] [--limit N] [--json FILE]

MANIFEST is a CSV beside its photos: the column file, and what a person reads on each plate in
maker, model, serial (those present are scored); maker_is_logo, source_repo and look_group are used
if given. A value with `?` (a character that could not be read for sure) or with fewer than three
letters or digits is not scored. A photo that a system cannot open or read is a miss, with an
explanation. Every system runs in its own process, so that its peak memory is its own; all run one
after the other on the same machine. Timing starts with decoded pixels, after one warm-up photo.

*Found*: the value, letters and digits only, is inside one output line or two neighbouring ones
joined; a value of fewer than five characters must be a whole token; no system gets more lines of a
photo counted than `rapidocr4` printed for it (the least confident are dropped first). *Fielded*:
our top value of the field equals the truth. *Stated*: we gave the field as read, not as an offer.
*Stated wrong*: how many were stated and differ from the truth, counted over every row whose truth
is known: where the cell is empty the plate has no such value, and whatever is stated is wrong; a
value with `?` is not known. *Reached*: the truth is our top value or among its alternatives;
*typed*: it is not, so that a reviewer has to type it. *Offered where none*: photos whose plate has
no serial but which were given one. *Macro*: the mean over source_repo. *Text only*: codes are left
out. Photos of one look_group show one plate: its serials are fused. *Cyrillic*: only the values
with a Cyrillic letter; given if the set has such values.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.reading_looks import look_metrics, look_rows
from benchmarks.reading_rules import in_cyrillic, is_found, is_known, plain, scored
from benchmarks.reading_systems import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

USUAL = ("ours", "rapidocr", "rapidocr4", "easyocr", "tesseract")
CAP = "rapidocr4"
FIELDS = ("serial", "model", "maker")
COLUMNS = ("file", *FIELDS, "maker_is_logo", "source_repo", "look_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One system's output for every photo: lines, fields, seconds; and its peak memory."""

    photos: Mapping[str, dict[str, Any]]
    peak_memory_mb: float


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--engines", default=",".join(USUAL))
    parser.add_argument("--limit", type=int, help="read only the first N photos")
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--keep", type=Path, help="write what every system printed to this file")
    parser.add_argument(
        "--kept",
        type=Path,
        help="take what other systems printed from the file that an earlier run kept; without "
        f"{CAP} in it, lines are counted without a limit",
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows = read_manifest(options.manifest)[: options.limit]
    if options.child:
        options.out.write_text(json.dumps(run_here(options.child, options.manifest.parent, rows)))
        return 0
    wanted = [name for name in options.engines.split(",") if name]
    unknown = [name for name in wanted if name not in SYSTEMS]
    if unknown:
        parser.error(f"no such system: {', '.join(unknown)}; choose from {', '.join(SYSTEMS)}")
    runs = kept_runs(options.kept, rows) if options.kept else {}
    for name in dict.fromkeys([*wanted, *([] if options.kept else [CAP])]):
        run = run_apart(name, options.manifest, options.limit)
        if run:
            runs[name] = run
    report = make_report(options.manifest, rows, runs, wanted)
    if options.keep:
        kept = {name: run.photos for name, run in runs.items()}
        options.keep.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    if options.json_file:
        options.json_file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print_table(report, rows)
    return 0


def kept_runs(file: Path, rows: Sequence[Mapping[str, str]]) -> dict[str, Run]:
    """Return stored results of an earlier run, for systems with output for each of these photos."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{file}: what an earlier run kept cannot be read: {error}") from error
    return {
        name: Run(photos=photos, peak_memory_mb=math.nan)
        for name, photos in kept.items()
        if all(row["file"] in photos for row in rows)
    }


def read_manifest(manifest: Path) -> list[dict[str, str]]:
    """Read the rows of a manifest; missing columns and cells count as empty."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as stream:
            table = list(csv.DictReader(stream, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SystemExit(f"{manifest}: this manifest cannot be read: {error}") from error
    rows: dict[str, dict[str, str]] = {}
    for number, given in enumerate(table, start=2):
        row = dict.fromkeys(COLUMNS, "") | {k: v for k, v in given.items() if k in COLUMNS}
        if not row["file"]:
            raise SystemExit(f"{manifest}, line {number}: the column `file` is missing or empty")
        if row["file"] in rows:
            raise SystemExit(f"{manifest}, line {number}: {row['file']} was listed before")
        rows[row["file"]] = row
    return list(rows.values())


def run_here(name: str, folder: Path, rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Read every photo with one system, in this process."""
    system = SYSTEMS[name]()
    if rows:
        printed_by(system, folder / rows[0]["file"])
    photos = {}
    for row in rows:
        print(f"  {name}: {row['file']}", file=sys.stderr)
        photos[row["file"]] = printed_by(system, folder / row["file"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"photos": photos, "peak_memory_mb": peak + children}


def printed_by(system: Callable[[Path], dict[str, Any]], file: Path) -> dict[str, Any]:
    """Run a system on one photo; one that it cannot read gives no output, and the reason."""
    started = time.perf_counter()
    worked = sum(os.times()[:4])
    try:
        printed = system(file)
        return {**printed, "cpu_seconds": sum(os.times()[:4]) - worked}
    except Exception as error:
        seconds = time.perf_counter() - started
        why = f"{file.name} could not be read: {error}"
        print(f"  {why}", file=sys.stderr)
        return {"seconds": seconds, "lines": [], "fields": {}, "codes": [], "failed": why}


def run_apart(name: str, manifest: Path, limit: int | None) -> Run | None:
    """Read every photo with one system, in its own process; None if it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = [sys.executable, "-m", "benchmarks.reading", str(manifest)]
        command += ["--child", name, "--out", str(out)]
        command += ["--limit", str(limit)] if limit is not None else []
        started = time.monotonic()
        done = subprocess.run(command, check=False)
        print(f"{name}: {time.monotonic() - started:.0f} s in all", file=sys.stderr)
        if done.returncode:
            print(f"{name} could not run here and is left out.", file=sys.stderr)
            return None
        return Run(**json.loads(out.read_text()))


def counted_lines(run: Run, cap: Run | None, file: str, *, codes: bool = True) -> list[str]:
    """Return the lines that count, in the order printed: no more than the capping system printed.

    Codes are printed last; without `codes` they are left out before lines are counted.
    """
    photo = run.photos[file]
    lines = photo["lines"] if codes else photo["lines"][: -len(photo["codes"]) or None]
    most = len(cap.photos[file]["lines"]) if cap else len(lines)
    surest = sorted(range(len(lines)), key=lambda at: -lines[at][1])[:most]
    return [lines[at][0] for at in sorted(surest)]


def shares(
    rows: Sequence[Mapping[str, str]], field: str, hits: Mapping[str, bool]
) -> tuple[float, float, int]:
    """Share of scored values hit, its mean over sources, and how many were scored."""
    by_source: dict[str, list[bool]] = {}
    for row in rows:
        if scored(row, field):
            by_source.setdefault(row["source_repo"] or row["file"], []).append(hits[row["file"]])
    flat = [hit for source in by_source.values() for hit in source]
    if not flat:
        return float("nan"), float("nan"), 0
    macro = sum(sum(source) / len(source) for source in by_source.values()) / len(by_source)
    return sum(flat) / len(flat), macro, len(flat)


def metrics(
    name: str, run: Run, cap: Run | None, rows: Sequence[Mapping[str, str]]
) -> dict[str, float]:
    """Compute all figures of one system."""
    figures: dict[str, float] = {
        "photos": len(rows),
        "seconds_per_photo": sum(p["seconds"] for p in run.photos.values()) / max(len(rows), 1),
        "peak_memory_mb": run.peak_memory_mb,
    }
    worked = [p["cpu_seconds"] for p in run.photos.values() if "cpu_seconds" in p]
    if worked:
        figures["cpu_seconds_per_photo"] = sum(worked) / len(worked)
    for field in FIELDS:
        hits = {
            row["file"]: is_found(row[field], counted_lines(run, cap, row["file"])) for row in rows
        }
        share, macro, count = shares(rows, field, hits)
        figures[f"{field}_found"] = share
        figures[f"{field}_scored"] = count
        if field == "serial":
            figures["serial_found_macro"] = macro
    figures.update(cyrillic_metrics(run, cap, rows))
    if name.startswith("ours"):
        figures.update(own_metrics(run, cap, rows))
    return figures


def cyrillic_metrics(
    run: Run, cap: Run | None, rows: Sequence[Mapping[str, str]]
) -> dict[str, float]:
    """Compute the results for makers and models with a Cyrillic letter."""
    hits = {
        field: [
            is_found(row[field], counted_lines(run, cap, row["file"]))
            for row in rows
            if scored(row, field) and in_cyrillic(row[field])
        ]
        for field in ("maker", "model")
    }
    figures: dict[str, float] = {}
    for field, found in (*hits.items(), ("either", [*hits["maker"], *hits["model"]])):
        if found:
            figures[f"{field}_found_cyrillic"] = sum(found) / len(found)
            figures[f"{field}_scored_cyrillic"] = len(found)
    return figures


def own_metrics(run: Run, cap: Run | None, rows: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Compute the figures that only a system with fields can have."""
    figures: dict[str, float] = {}
    text_only = {
        row["file"]: is_found(row["serial"], counted_lines(run, cap, row["file"], codes=False))
        for row in rows
    }
    figures["serial_found_text_only"] = shares(rows, "serial", text_only)[0]
    for field in FIELDS:
        said = {row["file"]: run.photos[row["file"]]["fields"].get(field) for row in rows}
        right = {
            row["file"]: bool(said[row["file"]])
            and plain(said[row["file"]]["text"]) == plain(row[field])
            for row in rows
        }
        stated = {file: bool(one) and one["state"] == "stated" for file, one in said.items()}
        reached = {row["file"]: reaches(said[row["file"]], row[field]) for row in rows}
        figures[f"{field}_fielded"], macro, _ = shares(rows, field, right)
        figures[f"{field}_fielded_macro"] = macro
        figures[f"{field}_stated"] = shares(rows, field, stated)[0]
        figures[f"{field}_stated_wrong"] = sum(
            stated[row["file"]] and not right[row["file"]] for row in rows if is_known(row, field)
        )
        figures[f"{field}_reached"] = shares(rows, field, reached)[0]
        figures[f"{field}_typed"] = shares(rows, field, {f: not r for f, r in reached.items()})[0]
    figures["serial_offered_where_none"] = sum(
        bool(one := run.photos[row["file"]]["fields"].get("serial"))
        and one["state"] != "unreadable"
        for row in rows
        if not row["serial"]
    )
    table = look_rows(rows, run.photos)
    return figures | (look_metrics(table) if table else {})


def reaches(said: Mapping[str, Any] | None, truth: str) -> bool:
    """Whether a field has the truth on top or among its alternatives."""
    if not said:
        return False
    return plain(truth) in {plain(text) for text in (said["text"], *said.get("alternatives", ()))}


def make_report(
    manifest: Path,
    rows: Sequence[Mapping[str, str]],
    runs: Mapping[str, Run],
    wanted: Sequence[str],
) -> dict[str, Any]:
    """Assemble all figures in the benchmark's JSON form."""
    cap = runs.get(CAP)
    systems = {name: metrics(name, runs[name], cap, rows) for name in wanted if name in runs}
    return {
        "benchmark": "reading",
        "set": f"{manifest.parent.name}/{manifest.name}",
        "machine": machine(),
        # JSON has no number for a share of nothing.
        "systems": {
            name: {key: None if math.isnan(value) else value for key, value in figures.items()}
            for name, figures in systems.items()
        },
    }


def machine() -> dict[str, Any]:
    """Describe the machine on which the figures were measured."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(pages * size / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_the_end": os.getloadavg()[0],
    }


def print_table(report: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> None:
    """Print the figures for people, counts included."""
    counts = {field: sum(scored(row, field) for row in rows) for field in FIELDS}
    print(f"{report['set']}: {len(rows)} photos; scored: ", end="")
    print(", ".join(f"{count} {field}s" for field, count in counts.items()))
    for name, figures in report["systems"].items():
        print(f"\n{name}")
        for metric, value in figures.items():
            shown = "nothing to score" if value is None else value
            print(
                f"  {metric:30} {shown:.3f}"
                if isinstance(shown, float)
                else f"  {metric:30} {shown}"
            )


if __name__ == "__main__":
    sys.exit(main())

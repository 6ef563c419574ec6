"""Write docs/validity/figures.md from the stored results of benchmarks: `python -m tools.validity`.

Each share stands with its numbers and its exact 95 % interval (Clopper and Pearson).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scipy.stats import binomtest

from benchmarks.weight import upper95

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "validity"
PAGE = RESULTS / "figures.md"
SETS = ("", "2", "3")
"""The measuring sets of photos, in the order in which they were put together."""
SHARES = {
    "found": "a value that was read contains it",
    "fielded": "it is offered in the right field",
    "stated": "it is stated there (*Read*)",
}
CATALOGS = (1_000, 10_000, 100_000, 1_000_000)

HEAD = """\
# Figures

Written from the stored results beside this page by `python -m tools.validity`: each share with its
numbers and its exact 95 % interval (Clopper and Pearson); *below* is the one-sided bound at 95 %.
How each was measured, and what it does not show: [Validity](../validity.md).

"""


def share(count: int, of: int) -> str:
    """Return `35 of 40: .875 (.732–.958)`."""
    if not of:
        return "–"
    between = binomtest(count, of).proportion_ci(method="exact")
    return (
        f"{count:,} of {of:,}: {_three(count / of)} ({_three(between.low)}–{_three(between.high)})"
    )


def wrong(count: int, of: int) -> str:
    """Return `5 of 17,832: below .00066`, with the one-sided exact bound at 95 %."""
    if not of:
        return "–"
    high = upper95(count, of)
    return f"{count:,} of {of:,}: below {high:.2g}".replace(" 0.", " .")


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join([*_reading(), *_weight(), *_irregular()]) + "\n"


def _reading() -> Iterator[str]:
    yield "## Reading real photos\n"
    yield "The photos of these sets were in view while rules were chosen, but for the first"
    yield "measurement of the third set. Only photos count whose value is known.\n"
    yield "| set | value | " + " | ".join(SHARES.values()) + " | wrong, of these | measured |"
    yield "|---|---|" + "---|" * (len(SHARES) + 2)
    for number in SETS:
        stored = _stored(f"reading-plates{number}")
        yield from _rows(stored, f"{number or 1}, {stored['systems']['ours']['photos']} photos")
    first = _stored("reading-plates3-first")
    yield from _rows(first, "3, first measurement")
    all_rows = first["stated_over_all_rows"]
    false = ", ".join(
        f"{one['stated_wrong']} of {one['stated']} {value}s" for value, one in all_rows.items()
    )
    yield "\nOver all photos of the first measurement, those without such a value too,"
    yield f"stated wrongly: {false}.\n"


def _rows(stored: dict[str, Any], name: str) -> Iterator[str]:
    ours = stored["systems"]["ours"]
    for value in ("serial", "model", "maker"):
        of = ours[f"{value}_scored"]
        counts = {one: round(ours[f"{value}_{one}"] * of) for one in SHARES}
        cells = [share(count, of) for count in counts.values()]
        false = ours.get(f"{value}_stated_wrong", "–")  # earlier results do not hold it
        measured = f"{stored['date']}, {stored.get('commit') or stored['state']}"
        end = f"{false} | {measured} |"
        yield f"| {name} | {value} | {' | '.join(cells)} | {end}"


def _weight() -> Iterator[str]:
    stored = _stored("weight")
    ours = stored["systems"]["ours"]
    yield "## Weight of a match\n"
    plates = stored["set"].replace("looks", "exposures").replace("look", "exposure")
    yield f"Drawn plates ({plates}); Cllr {ours['cllr']:.3f}, at best {ours['cllr_min']:.3f}.\n"
    yield "| units | mild plates with three exposures identified | wrong among all identified |"
    yield "|---|---|---|"
    for size in CATALOGS:
        rate = _three(ours[f"identified_rate_{size}"])
        named = ours[f"identified_{size}"]
        yield f"| {size:,} | {rate} | {wrong(ours[f'wrong_{size}'], named)} |"
    yield ""


def _irregular() -> Iterator[str]:
    stored = _stored("weight-irregular")
    ours = stored["systems"]["ours"]
    plates = {"mild": 1_500, "clean": 2_500, "hard": 200}
    yield "## Serials in no sequence\n"
    yield "Plates that the numbers alone would identify wrongly, which the program never does"
    yield f"({stored['date']}, {stored['state']}): the plate's own serial is in the catalog; it is"
    yield "not; one that differs in a character is; one that differs in a look-alike is.\n"
    yield "| plates | serials in the catalog | own | none like it | one beside it | a look-alike |"
    yield "|---|---|---|---|---|---|"
    for kind, count in plates.items():
        for size in (300, 2_000):
            cells = [
                wrong(ours[f"wrong_{kind}_{size}_{where}"], count)
                for where in ("catalogued", "elsewhere", "beside")
            ]
            cells.append(str(ours[f"wrong_{kind}_{size}_look-alike"]))
            yield f"| {kind} | {size:,} | {' | '.join(cells)} |"


def _stored(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return stored


def _three(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

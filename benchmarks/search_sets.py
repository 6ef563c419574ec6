"""Synthetic catalogs of any size and readings to look up in them, all from a seed."""

from __future__ import annotations

import random
import tempfile
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from catalog.records.makers import known_makers
from catalog.types import (
    Delivery,
    FieldEvidence,
    Maker,
    Party,
    Permit,
    PermitLine,
    Query,
    Redactable,
    Serial,
    StatusEvent,
)
from values.dates import PartialDate
from vision.ocr.lattice import Lattice

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from catalog.snapshot.reader import Snapshot

SEED: Final = 20201020
KINDS: Final = ("clean", "pixels", "doubtful", "unread")
UNITS_A_DELIVERY: Final = 10
ALPHABET: Final = ("", *"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/.")
STEPS_A_CHARACTER: Final = 4

FAMILIES: Final = (
    # maker, model, share of all units, how its serials are made
    ("wescam", "CMX-15D", 0.50, "dense"),
    ("wescam", "CMX-10", 0.10, "sparse"),
    ("wescam", "CMX-20", 0.05, "dated"),
    ("flir", "SAFIRE-380", 0.15, "sparse"),
    ("hensoldt", "ARGOS-II", 0.10, "dated"),
    ("controp", "T-STAMP", 0.10, "letters"),
)
"""Half of all units are of one model, so that the hardest group grows with the catalog."""


def family_serials(model: str, count: int, scheme: str, seed: int) -> Iterator[str]:
    """Generate one model's serials: runs of numbers, sparse numbers, dated numbers, or letters."""
    draw = np.random.default_rng(seed)
    prefix = "".join(char for char in model if char.isalnum())
    if scheme == "dense":
        kept = np.sort(draw.choice(count * 5 // 4, size=count, replace=False).astype(np.uint32))
        return (f"{prefix}-{number:07d}" for number in in_pieces(kept))
    if scheme == "sparse":
        gaps = draw.integers(1, 40, size=count, dtype=np.uint32)
        numbers = np.cumsum(gaps, dtype=np.uint32)
        return (f"{prefix[:2]}{number:09d}" for number in in_pieces(numbers))
    if scheme == "dated":
        weeks = draw.integers(0, 520, size=count, dtype=np.uint32)
        return (
            f"{10 + week // 52:02d}{week % 52 + 1:02d}-{at:07d}"
            for at, week in enumerate(in_pieces(weeks), 1)
        )
    letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
    picks = random.Random(seed)
    return (f"{''.join(picks.choices(letters, k=6))}{at:05X}" for at in range(count))


def in_pieces(numbers: npt.NDArray[np.uint32]) -> Iterator[int]:
    """Yield the numbers one by one from a file, so that their memory is not the builder's.

    The array is written at once, before the first number is requested.
    """
    with tempfile.TemporaryFile() as file:
        numbers.tofile(file)
        waiting = np.memmap(file, dtype=np.uint32, mode="r", shape=numbers.shape)
    parts = (waiting[start : start + 10_000] for start in range(0, len(waiting), 10_000))
    return (number for part in parts for number in part.tolist())


def permits(units: int) -> Iterator[Permit]:
    """Yield permits sorted by id; each has one line and one to four deliveries.

    The numbers of all serials are drawn at once, before the first permit is requested.
    """
    families = [
        (maker_id, model, family_serials(model, round(units * share), scheme, SEED + place))
        for place, (maker_id, model, share, scheme) in enumerate(FAMILIES)
    ]
    return _permits(families)


def _permits(families: list[tuple[str, str, Iterator[str]]]) -> Iterator[Permit]:
    draw = random.Random(SEED)
    number = 0
    for maker_id, model, serials in families:
        while part := list(islice(serials, UNITS_A_DELIVERY * draw.randint(1, 4))):
            number += 1
            yield _permit(number, maker_id, model, part)


def makers() -> tuple[Maker, ...]:
    """Return the makers of the families with their names through time."""
    wanted = {maker_id for maker_id, *_ in FAMILIES} | {"l3harris", "teledyne"}
    return tuple(maker for maker in known_makers() if maker.maker_id in wanted)


def _permit(number: int, maker_id: str, model: str, serials: list[str]) -> Permit:
    permit_id = f"SYN-{number:08d}"
    deliveries = tuple(
        Delivery(
            delivery_id=f"{permit_id}-D{start}",
            ship_date=PartialDate.parse("2020-09-08"),
            consignee=Redactable(value="Integrator (synthetic)"),
            quantity=len(serials[start : start + UNITS_A_DELIVERY]),
            document_type="manufacturer_delivery_record",
            serials=tuple(
                Serial(value=serial, basis="not_on_permit_from_delivery_record")
                for serial in serials[start : start + UNITS_A_DELIVERY]
            ),
        )
        for start in range(0, len(serials), UNITS_A_DELIVERY)
    )
    return Permit(
        permit_id=permit_id,
        number=Redactable(value=f"SYN-EP-{number}"),
        issuer="Export Controls Authority (synthetic)",
        permit_type="CA_individual",
        status_history=tuple(
            StatusEvent(
                status=status,
                date=PartialDate.parse(day),
                authority="Export Controls Authority (synthetic)",
                source="synthetic",
            )
            for status, day in (("approved", "2020-05-06"), ("suspended", "2020-10-05"))
        ),
        country_final_destination="TR",
        parties=tuple(
            Party(role=role, name=Redactable(value=f"{name} (synthetic)"), country="TR")
            for role, name in (("integrator", "Integrator"), ("end_user", "Naval Command"))
        ),
        end_use_text=Redactable(value="Maritime patrol. Synthetic."),
        undertakings=("no_diversion", "no_reexport_without_consent"),
        sources=("synthetic",),
        synthetic=True,
        lines=(
            PermitLine(
                line_id=f"{permit_id}/1",
                maker_id=maker_id,
                maker_as_written=maker_id,
                model=model,
                part_number="72-10015-04",
                quantity=len(serials),
                deliveries=deliveries,
            ),
        ),
    )


def lattice_of(serial: str, draw: np.random.Generator, *, doubtful: int) -> Lattice:
    """Build a lattice of a serial; at `doubtful` places several characters compete.

    At a doubtful place the right character has .15 to .5 of the probability and need not be the
    most probable; elsewhere it has .97 to .999.
    """
    choice = [at for at, char in enumerate(serial) if char.isalnum()]
    unsure = set(draw.choice(choice, size=min(doubtful, len(choice)), replace=False).tolist())
    steps = np.full((len(serial) * STEPS_A_CHARACTER, len(ALPHABET)), 1e-6)
    for at, char in enumerate(serial):
        row = steps[at * STEPS_A_CHARACTER + 1]
        right = draw.uniform(0.15, 0.5) if at in unsure else draw.uniform(0.97, 0.999)
        others = draw.choice(len(ALPHABET) - 4, size=5, replace=False) + 1
        row[others] += draw.dirichlet(np.ones(5)) * (1 - right)
        row[ALPHABET.index(char)] += right
        for blank in (0, 2, 3):
            steps[at * STEPS_A_CHARACTER + blank, 0] = 1.0
    return Lattice.from_probabilities(steps / steps.sum(axis=1, keepdims=True), ALPHABET)


def unread(serial: str, draw: np.random.Generator, *, places: int) -> str:
    """Write `?` for some characters of the last part of a serial, as a person would."""
    choice = [at for at, char in enumerate(serial) if char.isalnum()][-7:]
    hidden = set(draw.choice(choice, size=places, replace=False).tolist())
    return "".join("?" if at in hidden else char for at, char in enumerate(serial))


def reading(
    snapshot: Snapshot, kind: str, draw: np.random.Generator, *, most: int | None = None
) -> Query:
    """Draw a unit, from a model of at most `most` units, and read its plate in one of the ways."""
    every = snapshot.groups()
    groups = [group for group in every if most is None or group.units <= most] or list(every)
    shares = np.array([group.units for group in groups], dtype=float)
    group = groups[int(draw.choice(len(groups), p=shares / shares.sum()))]
    keys = snapshot.keys(group.group_id)
    serial = keys[int(draw.integers(len(keys)))].decode()
    maker = snapshot.maker(group.maker_id)
    return Query(
        maker=FieldEvidence(text=maker.canonical if maker else "", origin="machine"),
        model=FieldEvidence(text=group.model, origin="machine"),
        serial=evidence(serial, kind, draw),
    )


def evidence(serial: str, kind: str, draw: np.random.Generator) -> FieldEvidence:
    """Read a serial: as text, as pixels, as doubtful pixels, or with characters unread."""
    if kind == "clean":
        return FieldEvidence(text=serial, origin="machine")
    if kind == "unread":
        return FieldEvidence(text=unread(serial, draw, places=3), origin="human")
    lattice = lattice_of(serial, draw, doubtful=3 if kind == "doubtful" else 0)
    return FieldEvidence(text=lattice.text, origin="machine", likelihood=lattice)

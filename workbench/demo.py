"""The demo case: from an empty store to a case to look at in one click, all of it synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.demo import COVERAGE, demo_catalog_csv
from renderer.demo import demo_photos
from workbench.types import Claims, Policy, Role, Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.cases.cases import Cases, OnStep
    from workbench.intake.intake import Intake
    from workbench.matching.catalogs import Catalogs
    from workbench.types import Actor, CaseSummary

TITLE = "Demo: a camera turret among wreckage (synthetic)"
PROVENANCE = (
    "Everything in this case is SYNTHETIC: the photos are drawn by the program, the sources and "
    "claims are invented, and the catalog holds invented permits. It is modelled on the 2020 "
    "reports on a sensor turret, and says nothing about any real unit, permit or party."
)
CATALOG_NAME = "demo-catalog-synthetic.csv"


class Demo:
    """Loads the demo case with the same methods that people use."""

    def __init__(self, cases: Cases, catalogs: Catalogs, intake: Intake) -> None:
        self._cases = cases
        self._catalogs = catalogs
        self._intake = intake

    def load(self, actor: Actor, *, on_step: OnStep | None = None) -> CaseSummary:
        """Import the demo catalog if there is no catalog, and open a case with the demo photos.

        The case has the solo policy, so that one person can go through every step; every screen
        says that nobody else has checked. Raises NotAllowed.
        """
        if self._catalogs.current() is None and Role.CUSTODIAN in actor.roles:
            self._catalogs.import_(
                actor,
                demo_catalog_csv(),
                name=CATALOG_NAME,
                coverage=COVERAGE,
                synthetic=True,
            )
        case = self._cases.open_case(
            actor, title=TITLE, policy=Policy.SOLO, provenance=PROVENANCE, synthetic=True
        )
        photos = demo_photos()
        for number, photo in enumerate(photos):
            if on_step is not None:
                on_step(photo.name, number, len(photos))
            self._intake.take_in(
                actor,
                case.case_id,
                [Upload(name=photo.name, data=photo.data)],
                _claims(photo.claimed, photo.note),
            )
        if on_step is not None:
            on_step("", len(photos), len(photos))
        return self._cases.summary(case.case_id)


def _claims(claimed: Mapping[str, str], note: str) -> Claims:
    return Claims(
        source_url=claimed.get("source_url", ""),
        source_account=claimed.get("source_account", ""),
        obtained_at=claimed.get("obtained", ""),
        claimed_place=claimed.get("place", ""),
        claimed_date=claimed.get("date", ""),
        note="\n".join(part for part in (claimed.get("note", ""), note) if part),
    )

"""The names and numbers of the demo case. All are invented; only the outline of the story is real.

The outline: in autumn 2020 the plate on a downed drone's camera was matched by its serial to an
export permit. Units, serials, part numbers and permits here are synthetic.
"""

from __future__ import annotations

from renderer.types import PlateSpec

MAKER = "L3 Wescam"
MODEL = "CMX-15D"
MAIN_SERIAL = "CMX15D-0836"
SECOND_SERIAL = "CMX15D-0842"
"""Another unit of the same model, from another delivery."""
FAR_SERIAL = "CMX15D-0791"
"""A unit whose only photo is too poor to be read."""
INTEGRATOR = "Baykar"
INTEGRATOR_MODEL = "TB2-CAM-MOUNT"
INTEGRATOR_SERIAL = "BYK-T2-0117"


def camera_plate(serial: str, *, part_number: str = "72-10015-04", date: str) -> PlateSpec:
    """The plate of one camera turret."""
    return PlateSpec(
        maker=MAKER.upper(),
        model=MODEL,
        part_number=part_number,
        serial=serial,
        date=date,
        labels=(
            ("model", "MODEL"),
            ("part_number", "P/N"),
            ("serial", "S/N"),
            ("date", "DATE OF MFG"),
        ),
        footer="MADE IN CANADA",
        layout="left",
        style="etched",
        ground="black",
        font="roboto",
    )


def mount_plate() -> PlateSpec:
    """The integrator's plate on the mount that carries the camera."""
    return PlateSpec(
        maker=INTEGRATOR.upper(),
        model=INTEGRATOR_MODEL,
        serial=INTEGRATOR_SERIAL,
        date="2020",
        language="tr",
        layout="table",
        style="printed",
        ground="aluminium",
        font="sans",
    )

"""Makes what must open and verify for ever: a store and its bundle, as this program leaves them.

    python -m tests.kept.make tests/kept/NAME

NAME is a format and a month, such as `1.0-2026-11`; what was made once is never made again. All
of it is synthetic: a drawn plate, an invented catalog, people without names, and keys that are
for nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.integration.workbench.stores.test_audit_of_a_store import full_store
from tests.unit.workbench.drawn import LINES
from workbench.settings import Settings
from workbench.workbench import Workbench

PACKED_AT = (2026, 11, 30, 0, 0, 0)
MADE_AGAIN = ("cache/*", "bundles/*.zip")
"""What is made again from the rest."""


def script(folder: Path) -> Path:
    """Write what the scripted reader says."""
    file = folder / "script.json"
    lines = [{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]
    file.write_text(json.dumps(lines), encoding="utf-8")
    return file


def facts(bench: Workbench) -> dict[str, Any]:
    """Give what a store says, in a form that does not hang on how it is said."""
    found: dict[str, Any] = {}
    for case in bench.cases.all_cases():
        plates = bench.review.plates(case.case_id)
        found[case.title] = {
            "exhibits": [
                [one.exhibit_id, one.sha256] for one in bench.exhibits.listed(case.case_id)
            ],
            "plates": {
                plate.plate_id: {
                    field.field: [field.machine_text, field.human_text]
                    for field in bench.review.plate(case.case_id, plate.plate_id).fields
                }
                for plate in plates
            },
            "entries": [
                [entry.sequence, entry.kind] for entry in bench.stores.ledger.entries(case.case_id)
            ],
        }
    found["catalogs"] = [one.sha256 for one in bench.catalogs.all_catalogs()]
    found["people"] = sorted(one.name for one in bench.people.everyone())
    return found


def pack(folder: Path, to: Path) -> None:
    """Pack a folder, less what can be made again."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_LZMA) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(folder)
            if not any(fnmatch(name.as_posix(), made) for made in MADE_AGAIN):
                info = zipfile.ZipInfo(name.as_posix(), PACKED_AT)
                info.external_attr = (file.stat().st_mode & 0xFFFF) << 16
                packed.writestr(info, file.read_bytes(), zipfile.ZIP_LZMA)


def main(target: Path) -> None:
    """Make the store, and keep what it says beside it."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temp:
        os.environ["NAMEPLATE_SCRIPT"] = str(script(Path(temp)))
        settings = Settings.for_store(Path(temp) / "store", readers=("scripted",))
        full_store(settings)
        bench = Workbench.open(settings)
        said = facts(bench)
        signers = bench.people.allowed_signers_text()
        bench.close()
        (target / "facts.json").write_text(
            json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (target / "allowed_signers").write_text(signers, encoding="utf-8")
        pack(settings.store, target / "store.zip")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Write docs/sbom.cdx.json, a CycloneDX list of the pinned packages: `python -m tools.sbom`.

It has every package of `requirements.txt`, with its pinned version and the licence stated by the
installed package. The hashes are in the requirements files.
"""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

from workbench.export.software import VERSION

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "sbom.cdx.json"


def pinned(name: str = "requirements.txt") -> dict[str, str]:
    """The version of each package of a list."""
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE))


def licence(package: str) -> str | None:
    """The licence stated by the installed package, if any."""
    try:
        stated = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    named = stated.get("License-Expression") or stated.get("License") or ""
    if named and "\n" not in named and len(named) < 80:
        return named
    classes = [one for one in stated.get_all("Classifier", []) if one.startswith("License :: ")]
    return classes[0].rpartition(" :: ")[2] if classes else None


def bill() -> dict[str, Any]:
    """The list in CycloneDX 1.6 format; the same requirements give the same bytes."""
    components = []
    for package, version in sorted(pinned().items()):
        one: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package}@{version}",
            "name": package,
            "version": version,
            "purl": f"pkg:pypi/{package}@{version}",
        }
        if named := licence(package):
            one["licenses"] = [{"license": {"name": named}}]
        components.append(one)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "nameplate", "version": VERSION}},
        "components": components,
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(TARGET)

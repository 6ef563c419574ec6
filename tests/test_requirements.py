"""The three pinned lists agree with each other and with what was asked for."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            package, _, version = line.partition("==")
            assert version, f"{name} does not pin {line!r}"
            found[package.strip().lower()] = version.split(";")[0].strip()
    return found


def test_every_list_is_pinned_and_they_agree() -> None:
    core, full, dev = (
        pins("requirements-core.txt"),
        pins("requirements.txt"),
        pins("requirements-dev.txt"),
    )
    assert core.items() <= full.items()
    assert {name: full.get(name, version) for name, version in dev.items()} == dev


def test_what_was_asked_for_is_there() -> None:
    wanted = {"opencv-python", "easyocr", "streamlit", "pillow", "imagehash", "pytest"}
    assert wanted <= pins("requirements.txt").keys()


def test_the_light_list_has_no_torch() -> None:
    assert not {"torch", "torchvision", "easyocr"} & pins("requirements-core.txt").keys()


def test_both_opencv_builds_are_one_version() -> None:
    core = pins("requirements-core.txt")
    assert core["opencv-python"] == core["opencv-python-headless"]

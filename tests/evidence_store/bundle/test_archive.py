from __future__ import annotations

import contextlib
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle.archive import ArchiveLimits, opened, zip_bundle
from evidence_store.bundle.errors import BundleExists, BundleRefused, BundleUnreadable

if TYPE_CHECKING:
    from pathlib import Path

Codes = Callable[..., set[str]]


def refused(path: Path, **limits: int) -> set[str]:
    with pytest.raises(BundleRefused) as refusal, opened(path, limits=ArchiveLimits(**limits)):
        pytest.fail("the trap was opened")
    return {fault.code for fault in refusal.value.faults}


def trap(path: Path, *entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def test_a_zipped_bundle_verifies_and_is_always_the_same(
    bundle: Path, codes: Codes, tmp_path: Path
) -> None:
    one = zip_bundle(bundle)
    two = zip_bundle(bundle, tmp_path / "two.zip")
    assert one == bundle.with_name("bundle.zip")
    assert one.read_bytes() == two.read_bytes()
    assert codes(one) == set()


def test_a_changed_byte_in_a_zip_shows(bundle: Path, codes: Codes) -> None:
    (bundle / "data/readings/EX-0001.json").write_bytes(b"{}")
    assert "hash-mismatch" in codes(zip_bundle(bundle))


def test_a_zip_is_not_overwritten(bundle: Path) -> None:
    zip_bundle(bundle)
    with pytest.raises(BundleExists):
        zip_bundle(bundle)


def test_a_bundle_packed_by_another_tool_verifies(
    bundle: Path, codes: Codes, tmp_path: Path
) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(bundle.rglob("*")):
            archive.write(file, f"some-name/{file.relative_to(bundle)}")
    assert codes(path) == set()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_given_twice(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/bagit.txt", b"one"), ("b/bagit.txt", b"two"))
    assert refused(path) == {"zip-duplicate-name"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("b/../../outside.txt", "zip-parent-name"),
        ("..\\outside.txt", "zip-parent-name"),
        ("/etc/cron.d/x", "zip-absolute-name"),
        ("C:\\windows\\x", "zip-absolute-name"),
        ("b/da ta/x", "zip-unsafe-name"),
        ("b/däta", "zip-unsafe-name"),
        ("b/.hidden", "zip-unsafe-name"),
        ("b/name\x1b[2J", "zip-unsafe-name"),
    ],
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str, code: str) -> None:
    assert refused(trap(tmp_path / "x.zip", (name, b"x"))) == {code}
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_name_cut_at_a_nul(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/bagit.txtQ.exe", b"x"))
    path.write_bytes(path.read_bytes().replace(b"txtQ.exe", b"txt\x00.exe"))
    assert "zip-unsafe-name" in refused(path)


def test_a_symbolic_link(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("b/data")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc")
    assert refused(tmp_path / "x.zip") == {"zip-symlink"}


def test_a_device(tmp_path: Path) -> None:
    device = zipfile.ZipInfo("b/data")
    device.external_attr = (stat.S_IFCHR | 0o600) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(device, "")
    assert refused(tmp_path / "x.zip") == {"zip-special-file"}


def test_names_that_differ_only_by_case(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/data/A.json", b"one"), ("b/data/a.json", b"two"))
    assert refused(path) == {"zip-case-collision"}


def test_a_bomb(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/x", b"\0" * 40_000_000), method=zipfile.ZIP_DEFLATED)
    assert refused(path) == {"zip-bomb"}


def test_too_much_in_all(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/x", b"x" * 600), ("b/y", b"y" * 600))
    assert refused(path, bytes=1_000) == {"zip-bomb"}
    assert refused(path, files=1) == {"zip-bomb"}


def test_entries_that_overlap(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/a", b"aaaa"), ("b/b", b"bbbb"))
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(data)
    assert refused(path) == {"zip-bomb"}


def test_an_entry_that_is_longer_than_it_says(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/a", b"a" * 5000), method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 4000)
    path.write_bytes(data)
    assert refused(path) == {"zip-headers-differ"}
    struct.pack_into("<I", data, 22, 4000)
    path.write_bytes(data)
    assert refused(path) == {"zip-damaged"}


def test_bytes_hidden_before_and_after(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/bagit.txt", b"x"))
    good = path.read_bytes()
    path.write_bytes(b"#!/bin/sh\n" + good)
    assert refused(path) == {"zip-hidden-bytes"}
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("b/bagit.txt", b"x")
        archive.comment = b"another story"
    assert refused(tmp_path / "y.zip") == {"zip-hidden-bytes"}


def test_an_encrypted_entry(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/bagit.txt", b"x"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert refused(path) == {"zip-encrypted"}


def test_a_zip_that_is_cut_or_none(tmp_path: Path, bundle: Path) -> None:
    whole = zip_bundle(bundle).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleUnreadable), opened(tmp_path / "cut.zip"):
        pytest.fail("half a ZIP was opened")


def test_a_link_is_never_packed(bundle: Path) -> None:
    (bundle / "data/readings/link.json").symlink_to("/etc/hostname")
    with pytest.raises(BundleRefused):
        zip_bundle(bundle)
    assert not bundle.with_name("bundle.zip").exists()


@pytest.mark.parametrize("junk", [b"junk", b"\0" * 22])
def test_bytes_after_the_end(bundle: Path, tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zip_bundle(bundle).read_bytes() + junk)
    assert refused(path) == {"zip-hidden-bytes"}


def test_a_second_name_that_only_some_tools_see(tmp_path: Path) -> None:
    """Info-ZIP's Unicode path field (0x7075) replaces an entry's name for tools that know it."""
    entry = zipfile.ZipInfo("b/bagit.txt")
    entry.extra = struct.pack("<2HBI5s", 0x7075, 10, 1, 0, b"other")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(entry, b"x")
    assert refused(tmp_path / "x.zip") == {"zip-hidden-bytes"}


def test_an_entry_with_a_comment(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("b/bagit.txt")
    entry.comment = b"read me"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(entry, b"x")
    assert refused(tmp_path / "x.zip") == {"zip-hidden-bytes"}


def test_damage_anywhere_is_a_refusal_and_never_a_crash(
    bundle: Path, tmp_path: Path, codes: Codes
) -> None:
    data = zip_bundle(bundle).read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        place = chance.choice((chance.randrange(len(data)), len(data) - chance.randrange(1, 3000)))
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << chance.randrange(8)
        (tmp_path / "x.zip").write_bytes(spoilt)
        with contextlib.suppress(BundleUnreadable):
            codes(tmp_path / "x.zip")


def packed(path: Path, data: bytes, deflated: bytes) -> Path:
    """Put other packed bytes into a ZIP of one member, with all its headers in agreement."""
    trap(path, ("b/bagit.txt", data), method=zipfile.ZIP_DEFLATED)
    whole = path.read_bytes()
    start, central = 30 + len("b/bagit.txt"), whole.index(b"PK\x01\x02")
    local, directory = bytearray(whole[:start]), bytearray(whole[central:-22])
    struct.pack_into("<I", local, 18, len(deflated))
    struct.pack_into("<I", directory, 20, len(deflated))
    end = bytearray(whole[-22:])
    struct.pack_into("<I", end, 16, start + len(deflated))
    path.write_bytes(bytes(local) + deflated + bytes(directory) + bytes(end))
    return path


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def test_bytes_hidden_behind_the_end_of_packed_ones(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(4000)
    whole = raw_deflate(data)
    path = packed(tmp_path / "x.zip", data, whole)
    with opened(path) as top:
        assert (top / "bagit.txt").read_bytes() == data
    assert refused(packed(tmp_path / "x.zip", data, whole + b"stowaway")) == {"zip-damaged"}
    assert refused(packed(tmp_path / "x.zip", data, whole[:-3])) == {"zip-damaged"}


def test_bytes_hidden_in_packing_that_packs_nothing(tmp_path: Path) -> None:
    """Empty stored blocks unpack to nothing, and any number of them may come before the end."""
    path = packed(tmp_path / "x.zip", b"x", b"\0\0\0\xff\xff" * 400 + raw_deflate(b"x"))
    assert refused(path) == {"zip-hidden-bytes"}


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("b/.DS_Store", "macOS"),
        ("__MACOSX/b/._bagit.txt", "macOS"),
        ("b/data/._report.pdf", "macOS"),
        ("b/Thumbs.db", "Windows"),
        ("b/desktop.ini", "Windows"),
    ],
)
def test_what_an_operating_system_packs_beside_is_named(
    tmp_path: Path, name: str, system: str
) -> None:
    path = trap(tmp_path / "x.zip", ("b/bagit.txt", b"x"), (name, b"x"))
    with pytest.raises(BundleRefused) as refusal, opened(path):
        pytest.fail("it was opened")
    (fault,) = refusal.value.faults
    assert fault.code == "zip-side-file"
    assert system in fault.message
    assert "Nothing else has been found wrong so far" in refusal.value.remedy


def test_a_file_that_is_a_folder_too(tmp_path: Path) -> None:
    path = trap(tmp_path / "x.zip", ("b/data", b"x"), ("b/data/y", b"y"))
    assert refused(path) == {"zip-duplicate-name"}

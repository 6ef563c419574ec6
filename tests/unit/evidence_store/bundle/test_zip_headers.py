"""One content for every program: a ZIP that we accept is unpacked alike by `unzip` and by Python.

The ZIPs are made by several tools and then spoilt, header by header and bit by bit.
"""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest

from evidence_store.bundle.archive import ArchiveLimits, archive_faults, opened
from evidence_store.bundle.errors import BundleRefused, BundleUnreadable
from evidence_store.bundle.verify import verify

GOLDEN = Path(__file__).parent / "golden"
UNZIP = shutil.which("unzip")
LOCAL = {
    "version": (4, "<H"), "flags": (6, "<H"), "method": (8, "<H"), "time": (10, "<H"),
    "date": (12, "<H"), "crc": (14, "<I"), "packed": (18, "<I"), "size": (22, "<I"),
    "name length": (26, "<H"), "extra length": (28, "<H"),
}  # fmt: skip
CENTRAL = {
    "version": (6, "<H"), "flags": (8, "<H"), "method": (10, "<H"), "time": (12, "<H"),
    "date": (14, "<H"), "crc": (16, "<I"), "packed": (20, "<I"), "size": (24, "<I"),
    "name length": (28, "<H"), "extra length": (30, "<H"), "comment length": (32, "<H"),
    "disk": (34, "<H"), "internal": (36, "<H"), "offset": (42, "<I"),
}  # fmt: skip
END = {
    "disk": (4, "<H"), "first": (6, "<H"), "here": (8, "<H"), "count": (10, "<H"),
    "length": (12, "<I"), "start": (16, "<I"), "comment": (20, "<H"),
}  # fmt: skip
VALUES = (0, 1, 2, 8, 9, 20, 0x800, 0xFFFF, 0xFFFFFFFF)


def plain() -> bytes:
    return (GOLDEN / "good.zip").read_bytes()


def deflated() -> bytes:
    return repacked(zipfile.ZIP_DEFLATED)


def streamed() -> bytes:
    """As programs write that cannot go back: sizes after the bytes."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(io.BytesIO(plain())) as source, zipfile.ZipFile(pipe, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry), zipfile.ZIP_DEFLATED)
    return bytes(pipe.data)


def large() -> bytes:
    """With 64-bit sizes where 32 bits would do, as tools write that do not know the size yet."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            with target.open(entry.filename, "w", force_zip64=True) as file:
                file.write(source.read(entry))
    return buffer.getvalue()


def with_times() -> bytes:
    return repacked(
        zipfile.ZIP_STORED,
        struct.pack("<HHBI", 0x5455, 5, 1, 1_700_000_000)
        + struct.pack("<HHBBIBI", 0x7875, 11, 1, 4, 1000, 4, 1000),
    )


def repacked(method: int, extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            made = zipfile.ZipInfo(entry.filename, (2026, 11, 1, 12, 0, 0))
            made.external_attr, made.create_system, made.extra = entry.external_attr, 3, extra
            target.writestr(made, source.read(entry), method)
    return buffer.getvalue()


FORMS = {
    "plain": plain,
    "deflated": deflated,
    "streamed": streamed,
    "large": large,
    "times": with_times,
}


def contents(top: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(top)): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def ours(path: Path) -> dict[str, bytes] | None:
    """What we unpack, or None for what we refuse."""
    try:
        with opened(path) as top:
            return contents(top)
    except (BundleRefused, BundleUnreadable):
        return None


def pythons(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if not name.endswith("/")]
        top = names[0].split("/")[0]
        return {name.removeprefix(f"{top}/"): archive.read(name) for name in names}


def unzips(path: Path, there: Path) -> dict[str, bytes]:
    shutil.rmtree(there, ignore_errors=True)
    done = subprocess.run(
        [str(UNZIP), "-q", "-o", str(path), "-d", str(there)],
        capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    (top,) = there.iterdir()
    return contents(top)


def agree(path: Path, there: Path) -> bool:
    """Whether we accept it; if we do, all programs must have written the same."""
    unpacked = ours(path)
    if unpacked is None:
        return False
    assert pythons(path) == unpacked
    if UNZIP:
        assert unzips(path, there) == unpacked
    return True


@pytest.mark.parametrize("form", FORMS)
def test_what_common_tools_write_is_accepted_and_unpacked_alike(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(FORMS[form]())
    assert agree(path, tmp_path / "unzipped")
    assert verify(path, allowed_signers=GOLDEN / "allowed_signers").entries


@pytest.mark.skipif(shutil.which("zip") is None, reason="the tool zip is not installed")
def test_what_info_zip_writes_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    with zipfile.ZipFile(GOLDEN / "good.zip") as archive:
        archive.extractall(tmp_path / "bundle")
    subprocess.run(["zip", "-q", "-r", "x.zip", "bundle"], cwd=tmp_path, check=True)
    assert archive_faults(tmp_path / "x.zip", ArchiveLimits()) == ()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("field", LOCAL)
def test_a_header_that_says_something_else_than_the_directory_is_refused(
    tmp_path: Path, form: str, field: str
) -> None:
    good = FORMS[form]()
    offset, kind = LOCAL[field]
    entries = zipfile.ZipFile(io.BytesIO(good)).infolist()
    place = entries[3].header_offset + offset
    (before,) = struct.unpack_from(kind, good, place)
    path = tmp_path / "x.zip"
    for value in (before ^ 1, before ^ 0x8, before + 1, 0, 99, 0xFFFF):
        spoilt = bytearray(good)
        struct.pack_into(kind, spoilt, place, value & 0xFFFF)
        if bytes(spoilt) == good:
            continue
        path.write_bytes(spoilt)
        if agree(path, tmp_path / "unzipped"):
            # A version below 4.5 changes nothing, and zeros may stand where sizes follow.
            assert field == "version" or (form == "streamed" and value == 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("records", ["central", "end"])
def test_whatever_a_directory_says_is_unpacked_alike_or_refused(
    tmp_path: Path, form: str, records: str
) -> None:
    good = FORMS[form]()
    start = good.index(b"PK\x01\x02") if records == "central" else len(good) - 22
    path = tmp_path / "x.zip"
    for offset, kind in (CENTRAL if records == "central" else END).values():
        (before,) = struct.unpack_from(kind, good, start + offset)
        for value in {before ^ 1, before + 1, *VALUES} - {before}:
            spoilt = bytearray(good)
            struct.pack_into(
                kind, spoilt, start + offset, value & (2 ** (8 * struct.calcsize(kind)) - 1)
            )
            path.write_bytes(spoilt)
            agree(path, tmp_path / "unzipped")


@pytest.mark.parametrize("form", FORMS)
def test_spoilt_anywhere_it_is_unpacked_alike_or_refused(tmp_path: Path, form: str) -> None:
    good = FORMS[form]()
    chance = random.Random(form)
    heads = [entry.header_offset for entry in zipfile.ZipFile(io.BytesIO(good)).infolist()]
    directory = good.index(b"PK\x01\x02")
    path = tmp_path / "x.zip"
    for _ in range(120):
        spoilt = bytearray(good)
        for _ in range(chance.choice((1, 1, 2))):
            place = chance.choice(
                (
                    chance.choice(heads) + chance.randrange(60),
                    chance.randrange(directory, len(good)),
                    chance.randrange(len(good)),
                )
            )
            spoilt[place] = chance.choice((spoilt[place] ^ 1 << chance.randrange(8), 0, 0xFF))
        if chance.random() < 0.2:
            place = chance.choice((0, *heads, directory, len(good) - 22, len(good)))
            spoilt[place:place] = chance.choice((b"#", b"PK\x07\x08", b"hidden bytes", bytes(16)))
        path.write_bytes(spoilt)
        agree(path, tmp_path / "unzipped")


STOWAWAYS = {
    "a time field with more in it": struct.pack("<HHB", 0x5455, 2001, 1) + b"S" * 2000,
    "a time field with flags that mean nothing": struct.pack("<HHBI", 0x5455, 5, 0x80, 1),
    "an NTFS field with more in it": struct.pack("<HH", 0x000A, 60) + b"S" * 60,
    "an NTFS field with another attribute": struct.pack("<HHIHH24s", 0x000A, 32, 0, 7, 24, b"S"),
    "owners with more in it": struct.pack("<HHBB", 0x7875, 40, 1, 38) + b"S" * 38,
    "a field given twice": struct.pack("<HHBI", 0x5455, 5, 1, 1) * 2,
    "sizes that are not needed": struct.pack("<HHQQ", 0x0001, 16, 1, 1),
    "a field that nobody knows": struct.pack("<HH4s", 0xCAFE, 4, b"SSSS"),
    "a rest": b"\0\0\0",
}


@pytest.mark.parametrize("extra", STOWAWAYS.values(), ids=STOWAWAYS)
def test_nothing_hides_in_extra_fields(tmp_path: Path, extra: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(repacked(zipfile.ZIP_STORED, extra))
    codes = {fault.code for fault in archive_faults(path, ArchiveLimits())}
    assert codes == {"zip-hidden-bytes"}


def test_a_header_and_the_directory_give_one_time(tmp_path: Path) -> None:
    good = bytearray(with_times())
    at = good.index(struct.pack("<HHB", 0x5455, 5, 1)) + 5
    good[at] ^= 1
    path = tmp_path / "x.zip"
    path.write_bytes(good)
    codes = {fault.code for fault in archive_faults(path, ArchiveLimits())}
    assert codes == {"zip-headers-differ"}


def test_a_record_after_the_bytes_agrees_too(tmp_path: Path) -> None:
    good = streamed()
    at = good.index(b"PK\x07\x08")
    for offset in (4, 8, 12):
        spoilt = bytearray(good)
        spoilt[at + offset] ^= 1
        (tmp_path / "x.zip").write_bytes(spoilt)
        faults = archive_faults(tmp_path / "x.zip", ArchiveLimits())
        assert {fault.code for fault in faults} == {"zip-headers-differ"}


def test_a_record_of_an_empty_member_that_is_its_mark_too(tmp_path: Path) -> None:
    """The CRC may be the mark itself; then only the longer form fits."""
    data = b"x"
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(data) + packed.flush()
    crc = zlib.crc32(data)
    name = b"b/bagit.txt"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 8, 8, 0, 33, 0, 0, 0, len(name), 0) + name
    record = struct.pack("<III", crc, len(body), 1)
    head = (20, 20, 8, 8, 0, 33, crc, len(body), 1, len(name), 0, 0, 0, 0, 0, 0)
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *head) + name
    start = len(local) + len(body) + len(record)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), start, 0)
    path = tmp_path / "x.zip"
    path.write_bytes(local + body + record + central + end)
    assert agree(path, tmp_path / "unzipped")

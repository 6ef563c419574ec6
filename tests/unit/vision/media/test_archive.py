"""Archives: members come out as bytes, bad ones as refusals, and nothing touches the disk."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile

import pytest

from values.sentence import say
from vision.errors import ArchiveRefused, MemberDamaged
from vision.media import archive
from vision.media.archive import (
    MAX_NAME,
    Archive,
    ArchiveLimits,
    ArchiveMember,
    MemberRefusal,
    printable,
    read_archive,
)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def outcome(data: bytes, **limits: int) -> dict[str, str]:
    """Name -> bytes as text, or which sentence says what is wrong."""
    return {
        item.name: item.data.decode("latin-1")
        if isinstance(item, ArchiveMember)
        else item.problem.id
        for item in read_archive(data, name="a.zip", limits=ArchiveLimits(**limits))
    }


def test_yields_members_in_order_and_passes_over_folders() -> None:
    data = zipped(("b.jpg", b"one"), ("folder/", b""), ("folder/a.jpg", b"two"))
    items = list(read_archive(data, name="a.zip"))
    assert items == [
        ArchiveMember(name="b.jpg", data=b"one"),
        ArchiveMember(name="folder/a.jpg", data=b"two"),
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../evil.jpg", "member.leads-out"),
        ("a/../../evil.jpg", "member.leads-out"),
        ("a\\..\\evil.jpg", "member.leads-out"),
        ("/etc/passwd", "member.absolute-name"),
        ("C:\\evil.jpg", "member.absolute-name"),
        ("\\\\server\\evil.jpg", "member.absolute-name"),
    ],
)
def test_unsafe_names_are_refused_and_the_rest_is_kept(name: str, says: str) -> None:
    found = outcome(zipped((name, b"x"), ("good.jpg", b"good")))
    assert found["good.jpg"] == "good"
    (problem,) = (text for key, text in found.items() if key != "good.jpg")
    assert problem == says


def test_symlinks_are_refused() -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = outcome(zipped((link, b"/etc/passwd"), ("good.jpg", b"good")))
    assert found["link.jpg"] == "member.link"
    assert found["good.jpg"] == "good"


def test_names_that_occur_twice_are_all_refused() -> None:
    items = list(read_archive(zipped(("a.jpg", b"1"), ("A.jpg", b"2"), ("b.jpg", b"3")), name="z"))
    assert [type(item) for item in items] == [MemberRefusal, MemberRefusal, ArchiveMember]
    assert [item.problem for item in items[:2] if isinstance(item, MemberRefusal)] == [
        say("member.twice", name="a.jpg"),
        say("member.twice", name="A.jpg"),
    ]


def test_bombs_are_refused_by_declared_size_and_by_ratio() -> None:
    bomb = zipped(("bomb.jpg", b"\0" * 30_000_000), ("good.jpg", b"good"))
    assert outcome(bomb)["bomb.jpg"] == "member.bomb"
    assert outcome(bomb, max_member_bytes=1000)["bomb.jpg"] == "member.too-large"
    assert outcome(bomb)["good.jpg"] == "good"


def test_what_packs_well_is_a_bomb_only_where_it_is_large_and_the_other_way_round() -> None:
    small = zipped(("flat.jpg", b"\0" * 5_000))
    assert outcome(small, max_ratio=2)["flat.jpg"] == "\0" * 5_000
    assert outcome(small, max_ratio=2, free_bytes=4_999)["flat.jpg"] == "member.bomb"
    stored = zipped(("noise.jpg", bytes(range(128)) * 40))
    assert outcome(stored, free_bytes=0, max_ratio=1_000)["noise.jpg"].startswith("\0\1")


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped(("a.jpg", b"0123456789" * 50)))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (5).to_bytes(4, "little")
    (item,) = read_archive(bytes(data), name="z")
    assert isinstance(item, MemberRefusal)


def test_total_size_is_limited() -> None:
    data = zipped(("a.jpg", b"a" * 600), ("b.jpg", b"b" * 600))
    found = outcome(data, max_total_bytes=1000)
    assert found["a.jpg"] == "a" * 600
    assert found["b.jpg"] == "member.too-much-in-all"


def test_damaged_members_and_archives() -> None:
    data = bytearray(zipped(("a.jpg", bytes(range(256)) * 8), ("b.jpg", b"good")))
    data[40] ^= 0xFF
    found = outcome(bytes(data))
    assert found["a.jpg"] == "member.damaged"
    assert found["b.jpg"] == "good"
    with pytest.raises(ArchiveRefused) as cut:
        list(read_archive(bytes(data[:60]), name="cut.zip"))
    assert cut.value.sentence == say("archive.damaged", name="cut.zip")
    with pytest.raises(ArchiveRefused) as many:
        list(read_archive(bytes(data), name="many.zip", limits=ArchiveLimits(max_members=1)))
    assert many.value.sentence == say("archive.many-members", name="many.zip", members=2, most=1)


def test_odd_names_and_what_is_no_file_are_refused() -> None:
    device = zipfile.ZipInfo("device.jpg")
    device.create_system = 3
    device.external_attr = (stat.S_IFCHR | 0o777) << 16
    long = "a" * (MAX_NAME + 1)
    found = outcome(zipped((device, b""), (long, b"x"), (" ", b"y"), ("good.jpg", b"good")))
    assert set(found.values()) == {
        "member.special", "member.long-name", "member.broken-name", "good",
    }  # fmt: skip


def test_encrypted_members_are_refused() -> None:
    data = bytearray(zipped(("a.jpg", b"secret")))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert outcome(bytes(data))["a.jpg"] == "member.encrypted"


def test_names_are_made_printable() -> None:
    assert printable("a\x1b[31m\u202egpj.exe") == "a�[31m�gpj.exe"
    assert len(printable("x" * 1000)) == 240


def test_what_an_archive_may_ask() -> None:
    assert archive.MAX_NAME == 1_024
    assert archive.LIMITS.max_members == 5_000
    assert archive.LIMITS.max_member_bytes == 200_000_000
    assert archive.LIMITS.max_total_bytes == 4 * 1024**3
    assert archive.LIMITS.max_ratio == 200
    assert archive.LIMITS.free_bytes == 10_000_000


def test_a_member_is_never_unpacked_beyond_the_limit() -> None:
    data = io.BytesIO(zipped(("a.jpg", b"0123456789")))
    small = Archive(data, name="a.zip", limits=ArchiveLimits(max_member_bytes=9))
    (listed,) = small.members
    assert isinstance(listed, MemberRefusal)
    with pytest.raises(MemberDamaged) as refused:
        list(small.pieces(0))
    assert refused.value.sentence == say("member.larger-than-declared", name="a.jpg")
    assert list(Archive(data, name="a.zip").pieces(0)) == [b"0123456789"]

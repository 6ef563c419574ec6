"""Snapshots: immutable, hashed, self-describing, and the same from the same records."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.errors import (
    CatalogError,
    RecordInvalid,
    SnapshotDamaged,
    SnapshotExists,
    SnapshotUnreadable,
)
from catalog.snapshot.build import SnapshotWriter
from catalog.snapshot.manifest import SYNTHETIC_NOTICE
from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot
from catalog.types import (
    CatalogRecords,
    CoverageEntry,
    Delivery,
    Maker,
    ModelNames,
    Permit,
    PermitLine,
    Redactable,
    Serial,
    SerialScheme,
    Source,
)
from values.dates import PartialDate
from values.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.importing.load import LoadResult

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def build(records: CatalogRecords, path: Path, **changes: object) -> Path:
    arguments = {"sources": (), "coverage": (), "synthetic": True, "built_at": AT, **changes}
    build_snapshot(records, path, **arguments)
    return path


def small(*serials: str, permit_id: str = "P1", model: str = "M-1") -> CatalogRecords:
    delivery = Delivery(
        delivery_id=f"{permit_id}-D",
        serials=tuple(Serial(value=value, basis="list") for value in serials),
    )
    line = PermitLine(
        line_id=f"{permit_id}-L",
        maker_id="acme",
        maker_as_written="Acme",
        model=model,
        deliveries=(delivery,),
    )
    permit = Permit(
        permit_id=permit_id, number=Redactable(value="1"), issuer="Authority", lines=(line,)
    )
    maker = Maker(
        maker_id="acme",
        canonical="Acme",
        models=(ModelNames(model="M-1", variants=("EM-1",)),),
    )
    return CatalogRecords(makers=(maker,), permits=(permit,))


def test_the_main_unit_is_found_with_all_that_is_above_it(demo_snapshot: Snapshot) -> None:
    (unit,) = demo_snapshot.find_units("cmx15d 0836")
    assert unit.serial.value == "CMX15D-0836"
    assert unit.serial.basis == "not_on_permit_from_delivery_record"
    assert unit.permit.number == Redactable(value="", redaction="redacted_full")
    assert [event.status for event in unit.permit.status_history] == [
        "submitted",
        "approved_with_conditions",
        "suspended",
        "cancelled",
    ]
    assert unit.permit.parties_as("end_user")[0].name.value.startswith("Turkish Naval")
    assert unit.permit.parties_as("integrator") != unit.permit.parties_as("end_user")
    assert unit.line.quantity == 7
    assert unit.delivery.ship_date == PartialDate.parse("2020-09-08")
    assert unit.delivery.serials_recorded == 3
    assert unit.key == "CMX15D0836"
    assert demo_snapshot.find_units("CMX15D-0837")[0].permit.permit_id != unit.permit.permit_id
    assert demo_snapshot.find_units("CMX15D-9999") == ()


def test_everything_in_the_demo_says_that_it_is_invented(demo_snapshot: Snapshot) -> None:
    assert demo_snapshot.manifest.synthetic
    assert demo_snapshot.manifest.notice == SYNTHETIC_NOTICE
    assert all(permit.synthetic for permit in demo_snapshot.permits())


def test_redacted_and_uncounted_units_are_counted_but_never_keys(demo_snapshot: Snapshot) -> None:
    group = demo_snapshot.group("wescam", "CMX-15D")
    assert group is not None
    assert (group.units, group.unserialised) == (30, 3)
    permit = demo_snapshot.permit("SYN-2020-009")
    assert permit is not None
    kinds = [s.basis for d in permit.lines[0].deliveries for s in d.serials]
    assert kinds == ["quantity_only", "redacted"]


def test_keys_are_sorted_and_positions_lead_back_to_their_units(demo_snapshot: Snapshot) -> None:
    for group in demo_snapshot.groups():
        keys = demo_snapshot.keys(group.group_id)
        assert len(keys) == group.units == sum(count for _, count in group.key_lengths)
        assert np.array_equal(keys, np.sort(keys))
        units = demo_snapshot.units(group.group_id, range(group.units))
        assert [unit.key for unit in units] == [key.decode() for key in keys]
        assert all(fold(unit.serial.value) == unit.key for unit in units)
        assert all(
            (unit.line.maker_id, unit.line.model) == (group.maker_id, group.model) for unit in units
        )


def test_lookup_finds_exactly_what_is_there(demo_snapshot: Snapshot) -> None:
    group = demo_snapshot.group("wescam", "CMX-15D")
    assert group is not None
    asked = ["CMX15D0836", "CMX15D0837", "CMX15D9999", "", "CMX100411", "CMX15D0836"]
    places = demo_snapshot.lookup(group.group_id, asked)
    assert places.count.tolist() == [1, 1, 0, 0, 0, 1]
    keys = demo_snapshot.keys(group.group_id)
    assert keys[places.first[0]] == b"CMX15D0836"
    assert places.first[0] == places.first[5]


def test_a_declared_variant_names_the_same_group(demo_snapshot: Snapshot) -> None:
    assert demo_snapshot.group("wescam", "MX-15D") == demo_snapshot.group("wescam", "CMX 15D")
    assert demo_snapshot.group("wescam", "CMX-16D") is None


def test_lines_under_a_variant_join_the_declared_models_group(tmp_path: Path) -> None:
    first, second = small("A-1"), small("A-2", permit_id="P2", model="EM 1")
    both = replace(first, permits=first.permits + second.permits)
    with open_snapshot(build(both, tmp_path / "s")) as snapshot:
        (group,) = snapshot.groups()
        assert (group.model, group.units) == ("M-1", 2)


def test_one_serial_delivered_twice_has_two_positions(tmp_path: Path) -> None:
    first, second = small("A-1", "A-2"), small("A-1", permit_id="P2")
    both = replace(first, permits=first.permits + second.permits)
    with open_snapshot(build(both, tmp_path / "s")) as snapshot:
        places = snapshot.lookup(0, ["A1"])
        assert (places.first.tolist(), places.count.tolist()) == ([0], [2])
        assert [unit.permit.permit_id for unit in snapshot.find_units("A1")] == ["P1", "P2"]


def test_applications_are_found_apart_from_permits(demo_snapshot: Snapshot) -> None:
    never = demo_snapshot.permits_for(maker_id="wescam", model="CMX-15D", never_approved=True)
    assert [permit.permit_id for permit in never] == ["SYN-2020-A03", "SYN-2020-A04"]
    granted = demo_snapshot.permits_for(maker_id="wescam", model="MX-15D", never_approved=False)
    assert {permit.permit_id for permit in granted}.isdisjoint({"SYN-2020-A03"})
    everything = demo_snapshot.permits_for(maker_id="wescam", model="CMX-15D")
    assert len(everything) == len(never) + len(granted)
    assert demo_snapshot.permits_for(maker_id="wescam", model="none") == ()


def test_permits_by_id(demo_snapshot: Snapshot) -> None:
    for permit in demo_snapshot.permits():
        assert demo_snapshot.permit(permit.permit_id) == permit
    assert demo_snapshot.permit("") is None
    assert demo_snapshot.permit("ZZZ") is None


def test_coverage_is_kept(demo_snapshot: Snapshot) -> None:
    (entry,) = demo_snapshot.coverage_of("wescam")
    assert (str(entry.first), str(entry.last)) == ("2018", "2021")
    assert demo_snapshot.coverage_of("saab") == ()


def test_the_same_records_make_the_same_bytes(demo_load: LoadResult, tmp_path: Path) -> None:
    first = build(demo_load.records, tmp_path / "a")
    shuffled = replace(
        demo_load.records,
        permits=demo_load.records.permits[::-1],
        makers=demo_load.records.makers[::-1],
    )
    second = build(shuffled, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_name_is_the_sha256_of_the_file(demo_snapshot: Snapshot) -> None:
    assert demo_snapshot.sha256 == hashlib.sha256(demo_snapshot.path.read_bytes()).hexdigest()


def test_the_file_is_read_only_and_never_overwritten(tmp_path: Path) -> None:
    path = build(small("A-1"), tmp_path / "s")
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    before = path.read_bytes()
    with pytest.raises(SnapshotExists) as caught:
        build(small("A-2"), path)
    assert "never overwritten" in caught.value.diagnostics()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["s"]


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    unknown = replace(small("A-1"), makers=())
    with pytest.raises(RecordInvalid, match="unknown maker 'acme'"):
        build(unknown, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_two_permits_of_one_id_are_refused(tmp_path: Path) -> None:
    records = small("A-1")
    with pytest.raises(RecordInvalid, match="Permit 'P1' comes after 'P1'"):
        build(replace(records, permits=records.permits * 2), tmp_path / "s")


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        build(small("A-1"), tmp_path / "s", built_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_any_zip_tool_reads_it_and_numpy_its_arrays(demo_snapshot: Snapshot) -> None:
    with zipfile.ZipFile(demo_snapshot.path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["counts"]["units"] == 62
        for member in manifest["members"]:
            data = archive.read(member["name"])
            assert hashlib.sha256(data).hexdigest() == member["sha256"]
        with archive.open("hashes.npy") as file:
            hashes = np.lib.format.read_array(file)
        assert len(hashes) == 62
        assert b"manifest.json" in archive.read("README.txt")


def test_an_empty_catalog_is_a_catalog(tmp_path: Path) -> None:
    coverage = (CoverageEntry(issuer="Authority", note="nothing yet"),)
    path = build(CatalogRecords(), tmp_path / "s", coverage=coverage, sources=(Source(name="x"),))
    with open_snapshot(path) as snapshot:
        snapshot.verify()
        assert snapshot.groups() == ()
        assert list(snapshot.permits()) == []
        assert snapshot.find_units("A1") == ()
        assert snapshot.coverage_of("anyone") == coverage


def flip(path: Path, target: Path, place: int) -> Path:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    target.write_bytes(data)
    return target


def test_any_changed_byte_of_a_member_is_found(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    demo_snapshot.verify()
    with zipfile.ZipFile(demo_snapshot.path) as archive:
        infos = {info.filename: info for info in archive.infolist()}
    data = demo_snapshot.path.read_bytes()
    for name in ("permits.jsonl", "keys.bin", "units.npy", "makers.json", "texts.bin"):
        start = infos[name].header_offset
        head = int.from_bytes(data[start + 26 : start + 28], "little")
        extra = int.from_bytes(data[start + 28 : start + 30], "little")
        place = start + 30 + head + extra + infos[name].file_size // 2
        with open_snapshot(flip(demo_snapshot.path, tmp_path / name, place)) as damaged:
            with pytest.raises(SnapshotDamaged) as caught:
                damaged.verify()
            assert damaged.sha256 != demo_snapshot.sha256
        assert caught.value.faults == (f"Member {name} has a different SHA-256 from its manifest.",)


def test_an_added_member_is_found(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    copy = tmp_path / "added"
    copy.write_bytes(demo_snapshot.path.read_bytes())
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("more.txt", b"hello")
    with (
        open_snapshot(copy) as snapshot,
        pytest.raises(SnapshotDamaged, match="differs from its manifest") as caught,
    ):
        snapshot.verify()
    assert caught.value.faults == ("Member more.txt is not in the manifest.",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a snapshot"),
        (b"permit_id,maker\n", "is not a snapshot"),
        (b"PK\x05\x06" + bytes(18), "no member manifest.json"),
    ],
)
def test_what_is_no_snapshot_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "x.snapshot"
    path.write_bytes(data)
    with pytest.raises(SnapshotUnreadable) as caught:
        open_snapshot(path)
    assert words in caught.value.diagnostics()


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SnapshotUnreadable, match="cannot be opened"):
        open_snapshot(tmp_path / "none")


def test_another_version_is_refused(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    data = demo_snapshot.path.read_bytes()
    old = b'"format_version": 1'
    path = tmp_path / "x"
    path.write_bytes(data.replace(old, b'"format_version": 9'))
    with pytest.raises(SnapshotUnreadable, match="has the form nameplate-catalog-snapshot 9"):
        open_snapshot(path)


def test_a_file_cut_short_is_refused(demo_snapshot: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "x"
    data = demo_snapshot.path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(SnapshotUnreadable):
        open_snapshot(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(min_value=0), value=st.integers(0, 255))
def test_a_damaged_file_never_breaks_the_program(
    demo_snapshot: Snapshot, tmp_path: Path, place: int, value: int
) -> None:
    data = bytearray(demo_snapshot.path.read_bytes())
    place %= len(data)
    unchanged = data[place] == value
    data[place] = value
    path = tmp_path / "fuzz"
    path.write_bytes(data)
    try:
        with open_snapshot(path) as snapshot:
            snapshot.verify()
            assert unchanged or snapshot.sha256 != demo_snapshot.sha256
    except (SnapshotUnreadable, SnapshotDamaged):
        assert not unchanged


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(min_value=0), value=st.integers(0, 255))
def test_reading_a_damaged_file_ends_in_records_or_in_words(
    demo_snapshot: Snapshot, tmp_path: Path, place: int, value: int
) -> None:
    data = bytearray(demo_snapshot.path.read_bytes())
    data[place % len(data)] = value
    path = tmp_path / "fuzz"
    path.write_bytes(data)
    with suppress(CatalogError), open_snapshot(path) as snapshot:
        for group in snapshot.groups():
            snapshot.units(group.group_id, range(group.units))
            snapshot.lookup(group.group_id, ["CMX15D0836"])
        assert len(list(snapshot.permits())) == snapshot.manifest.counts.permits
        snapshot.find_units("CMX15D-0836")
        snapshot.find_maker("L3 Wescam")


def test_an_index_that_leads_out_of_the_file_is_said_to_be_damaged(
    demo_snapshot: Snapshot, tmp_path: Path
) -> None:
    data = demo_snapshot.path.read_bytes()
    with zipfile.ZipFile(demo_snapshot.path) as members:
        index = members.read("hash_rows.npy")
    rows = 4 * demo_snapshot.manifest.counts.units
    path = tmp_path / "damaged"
    path.write_bytes(data.replace(index, index[:-rows] + b"\xff" * rows))
    with open_snapshot(path) as snapshot, pytest.raises(SnapshotUnreadable, match="is damaged"):
        snapshot.find_units("CMX15D-0836")


def test_a_writer_takes_permits_one_by_one(tmp_path: Path) -> None:
    records = small("A-3", "A-1", "Б-7")
    with SnapshotWriter(tmp_path / "s", records.makers) as writer:
        writer.add(records.permits[0])
        manifest = writer.finish(sources=(), coverage=(), synthetic=False, built_at=AT)
    assert manifest.counts.units == 3
    assert manifest.notice == ""
    with open_snapshot(tmp_path / "s") as snapshot:
        assert snapshot.find_units("б7")[0].serial.value == "Б-7"
        found = snapshot.statistics(0)
        assert found is not None
        assert found.keys == 3


def test_a_declared_scheme_says_which_digits_are_the_number(tmp_path: Path) -> None:
    records = small("A0836-20", "A0837-20", "A0839-20")
    scheme = SerialScheme(kind="dated", pattern=r"A(?P<number>\d{4})\d{2}", model="m1")
    maker = replace(records.makers[0], schemes=(scheme,))
    for makers, digits, suffix in ((records.makers, 6, ""), ((maker,), 4, "20")):
        path = build(replace(records, makers=makers), tmp_path / str(digits))
        with open_snapshot(path) as snapshot:
            found = snapshot.statistics(0)
            assert found is not None
            block = found.blocks[0]
            assert (block.prefix, block.digits, block.suffix) == ("A", digits, suffix)

"""The audit sees everything that a store keeps: each thing deleted or altered is a named fault."""

from __future__ import annotations

import os
import urllib.request
from typing import TYPE_CHECKING, Any, Final

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import from_url

from catalog.demo import COVERAGE, demo_catalog_csv
from evidence_store.__main__ import main
from evidence_store.audit import Audit
from evidence_store.bundle.redact import FieldChoice
from evidence_store.database import Database
from evidence_store.keys import KeyFolder
from evidence_store.signing import raw_public_key
from tests.workbench.drawn import plate_jpeg
from tests.workbench.steps import judge, now
from workbench.publication import Withholding
from workbench.settings import Settings
from workbench.trace import AddresseeIs, AnswerIs, TraceRequest
from workbench.types import Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def full_store(settings: Settings) -> None:
    """A store with everything that is kept: photos, a reading, a search, letters, bundles."""
    bench = Workbench.open(settings)
    actor = bench.people.sign_in(
        bench.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER)).person_id
    )
    bench.catalogs.import_(
        actor, demo_catalog_csv(), name="c.csv", coverage=COVERAGE, synthetic=True
    )
    case = bench.cases.open_case(actor, title="A turret", policy=Policy.SOLO)
    uploads = [
        Upload(name="p.jpg", data=plate_jpeg()),
        Upload(name="notes.txt", data=b"no picture"),
    ]
    bench.intake.take_in(actor, case.case_id, uploads, Claims(source_account="@finder"))
    bench.reading.read_pending(actor, case.case_id)
    for field in bench.review.plate(case.case_id, "EX-0001/R1").fields:
        judge(bench, actor, case, field.field)
    bench.matching.search(actor, case.case_id, "EX-0001/R1")
    wish = TraceRequest(
        addressee="The maker",
        addressee_is=AddresseeIs.MAKER,
        sent_on=bench.tracing.today(),
        reply_to="desk@example.org",
    )
    bench.tracing.ask(actor, case.case_id, "EX-0001/R1", wish, seen=now(bench, case))
    bench.tracing.answer(
        actor,
        case.case_id,
        "TR-0001",
        seen=now(bench, case),
        answer=AnswerIs.RECOGNISED,
        received_on=bench.tracing.today(),
        words="Ours.",
        papers=[Upload(name="list.pdf", data=b"%PDF-1.4 a paper")],
    )
    sealed = bench.exports.seal(actor, case.case_id)
    bench.publication.publish(
        actor,
        case.case_id,
        sealed.sequence,
        Withholding(fields=(FieldChoice(name="source_account"),)),
    )
    bench.close()


class Walk:
    """One audit of a sound store; afterwards, what it says of the kept bytes alone."""

    def __init__(self, settings: Settings) -> None:
        origin = (settings.store / "origin").read_text().strip()
        history = KeyFolder(settings.store / "keys").history(origin)
        self.database = Database(settings.database_url, must_exist=True)
        self.audit = Audit(
            database=self.database,
            origin=origin,
            keys=[raw_public_key(key.line) for key in history],
            kept=settings.location.kept(),
        )
        assert [*self.audit.faults()] == []

    def codes(self) -> set[str]:
        return {fault.code for fault in self.audit._check_kept()}


def test_whatever_is_deleted_or_altered_in_the_folder_is_a_named_fault(tmp_path: Path) -> None:
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",))
    full_store(settings)
    walk = Walk(settings)
    kinds = {
        "blobs": settings.store / "blobs" / "sha256",
        "catalogs": settings.store / "catalogs",
        "bundles": settings.store / "bundles",
    }
    looked = dict.fromkeys(kinds, 0)
    for kind, folder in kinds.items():
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            looked[kind] += 1
            data, mode = path.read_bytes(), path.stat().st_mode
            path.unlink()
            # A bundle's ZIP is only its form for sending, and packed again where it is missing.
            assert walk.codes() or path.suffix == ".zip", f"{path} is missing"
            path.write_bytes(bytes([data[0] ^ 1]) + data[1:] if data else b"x")
            assert walk.codes(), f"{path} is altered"
            path.unlink()
            path.write_bytes(data)
            path.chmod(mode)
    assert walk.codes() == set()
    assert looked["blobs"] >= 7  # original, refused, source, reading, result, letter, paper
    assert looked["catalogs"] == 1
    assert looked["bundles"] > 20
    walk.database.close()


ODD: Final[dict[str, Callable[[Path], Any]]] = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a device that never ends": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link in a circle": lambda path: path.symlink_to(path.name),
    "nothing in it": lambda path: path.touch(),
}


def test_nothing_that_stands_in_the_place_of_kept_bytes_keeps_the_audit_from_ending(
    tmp_path: Path,
) -> None:
    """A pipe would wait for ever, and a device be read for ever."""
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",))
    full_store(settings)
    walk = Walk(settings)
    (bundle, *_) = sorted((settings.store / "bundles").glob("*/data"))
    places = [
        next(path for path in (settings.store / "blobs" / "sha256").rglob("*") if path.is_file()),
        next((settings.store / "catalogs").glob("*.snapshot")),
        next(path for path in bundle.rglob("*") if path.is_file()),
        next((settings.store / "bundles").glob("*.zip")),
    ]
    for path in places:
        data = path.read_bytes()
        for what, put in ODD.items():
            path.unlink()
            put(path)
            is_gone = path.suffix == ".zip" and not path.exists()  # as said above
            assert walk.codes() or is_gone, f"{path} is {what}"
            path.rmdir() if path.is_dir() else path.unlink()
            path.write_bytes(data)
    assert walk.codes() == set()
    walk.database.close()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_whatever_is_deleted_or_altered_in_the_bucket_is_a_named_fault(
    tmp_path: Path,
    endpoint: str,
    database: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    made = urllib.request.Request(f"{endpoint}/kept-{database}", method="PUT")
    urllib.request.urlopen(made).close()
    for name, value in {
        "AWS_ENDPOINT": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ALLOW_HTTP": "true",
        "NAMEPLATE_BUCKET": f"s3://kept-{database}/store",
        "NAMEPLATE_STORE": str(tmp_path / "store"),
        "NAMEPLATE_DATABASE": url or "",
        "NAMEPLATE_READERS": "scripted",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    full_store(settings)
    assert main(["audit"]) == 0, "a sound store has no fault, wherever its blobs are"
    assert "No fault." in capsys.readouterr().out
    assert not (settings.store / "blobs").exists()
    walk = Walk(settings)
    bucket = from_url(f"s3://kept-{database}/store")
    names = [item["path"] for page in obstore.list(bucket, prefix="sha256") for item in page]
    assert len(names) >= 7
    for name in names:
        data = bytes(obstore.get(bucket, name).bytes())
        obstore.delete(bucket, name)
        assert walk.codes() == {"blob-missing"}
        obstore.put(bucket, name, bytes([data[0] ^ 1]) + data[1:])
        assert walk.codes() == {"blob-altered"}
        obstore.put(bucket, name, data)
    assert walk.codes() == set()
    walk.database.close()

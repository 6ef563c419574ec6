"""A kind of act that is added by docs/add-a-kind-of-act.md alone is known everywhere."""

from __future__ import annotations

import json
import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from evidence_store.__main__ import main as evidence_store
from evidence_store.types import Sha256
from tests.conftest import ROOT
from tests.unit.workbench.events.samples import entry_of
from tests.unit.workbench.steps import judge
from workbench import events
from workbench.errors import NotAllowed, Overtaken
from workbench.events import Event
from workbench.events.narrative import WITHHELD, sentence
from workbench.publication.publication import Withholding
from workbench.rules import disclosure, roles
from workbench.settings import Settings
from workbench.types import Policy, Role
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from evidence_store.types import Entry
    from workbench.types import Actor, CaseSummary

WHERE = "SHELF SEVENTEEN"
SAID = "It was lent out."
DOCS = ROOT / "docs" / "add-a-kind-of-act.md"


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Event]]:
    """The class that stands in the docs, registered; `place` is not said to be public."""
    code = re.search(r"(?ms)^```python\n(.*?)^```$", DOCS.read_text(encoding="utf-8"))
    assert code is not None
    module = ModuleType("lent_in_the_docs")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(code[1], module.__dict__)
    lenders = roles.May(roles=frozenset({Role.CUSTODIAN}))
    monkeypatch.setitem(roles.RECORDED_BY, "exhibit.lent", lenders)  # type: ignore[arg-type]
    monkeypatch.setitem(disclosure.BY_KEY, "words", disclosure.BY_KEY["text"])  # type: ignore[arg-type]
    made: Callable[..., Event] = module.__dict__["ExhibitLent"]
    yield made
    del events.KINDS["exhibit.lent"]


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)
    workbench = Workbench.open(settings)
    yield workbench
    workbench.close()


def lend(bench: Workbench, lent: Callable[..., Event], actor: Actor, case_id: str) -> Entry:
    receipt = bench.stores.blobs.put(b"a receipt")
    made = lent(exhibit="EX-0001", words=SAID, place=WHERE, receipt=receipt)
    return bench.stores.append(case_id, made.draft(actor.person_id))[0]


def test_it_is_recorded_folded_told_and_guarded(
    store: Workbench, lent: Callable[..., Event]
) -> None:
    people = store.people
    first = people.sign_in(people.enrol("Person one", tuple(Role)).person_id)
    other = people.sign_in(people.enrol("Person two", (Role.REVIEWER,), by=first).person_id)
    case_id = store.cases.open_case(first, title="T", policy=Policy.SOLO).case_id
    with pytest.raises(NotAllowed):
        lend(store, lent, other, case_id)
    seen = store.stores.ledger.size(case_id)
    entry = lend(store, lent, first, case_id)
    assert isinstance(events.of(entry), Event)
    assert (entry.body, dict(entry.kept)) == ({"exhibit": "EX-0001"}, {"receipt": "blob"})
    assert entry.commitments.keys() == {"words", "place", "receipt"}
    shown = store.shown.places(first.person_id, case_id)
    assert shown == {("EX-0001", "*", "*")}
    store.stores.projection.rebuild()
    assert store.set_aside() == ()
    assert store.shown.places(first.person_id, case_id) == shown
    (row,) = (row for row in store.cases.ledger_rows(case_id, offset=entry.sequence, limit=1))
    assert row.summary == f"Lent what EX-0001 shows, from {WHERE}. {SAID}"
    with pytest.raises(Overtaken, match="Lent what"):
        store.stores.check_seen(
            first, case_id, seen=seen, rests_on=[("loan", "EX-0001")], verb="lend it again"
        )


def test_the_audit_looks_at_its_bytes(
    bench: Workbench,
    settings: Settings,
    lent: Callable[..., Event],
    investigator: Actor,
    read_case: CaseSummary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    entry = lend(bench, lent, investigator, read_case.case_id)
    assert evidence_store(["audit", str(settings.store)]) == 0, capsys.readouterr().out
    receipt = str(entry.private["receipt"])
    path = settings.store / "blobs" / "sha256" / receipt[:2] / receipt
    path.unlink()
    assert evidence_store(["audit", str(settings.store)]) == 1
    assert "blob-missing" in capsys.readouterr().out


def test_a_bundle_has_its_table_and_the_public_edition_withholds_it(
    bench: Workbench,
    lent: Callable[..., Event],
    investigator: Actor,
    read_in: Callable[..., CaseSummary],
) -> None:
    case_id = (case := read_in(Policy.SOLO)).case_id
    judge(bench, investigator, case, "serial")
    entry = lend(bench, lent, investigator, case_id)
    sealed = bench.exports.seal(investigator, case_id)
    folder = bench.exports.folder_path(case_id, sealed.sequence)
    table = json.loads((folder / "data" / "tables" / "loans.json").read_bytes())
    assert table["rows"] == [{"entry": entry.sequence, "exhibit": "EX-0001"}]
    assert (folder / "data" / "schemas" / "loans.schema.json").exists()
    view = bench.publication.publish(investigator, case_id, sealed.sequence, Withholding())
    public = bench.publication.folder_path(case_id, view.sequence)
    assert bench.exports.verify(public).ok
    html = (public / "data" / "report.html").read_text(encoding="utf-8")
    assert f"from {WITHHELD}. {SAID}" in html, "the place is not said to be public, the words are"
    for path in public.rglob("*"):
        assert not path.is_file() or WHERE.encode() not in path.read_bytes(), path


def test_the_docs_and_the_rules_know_it(lent: Callable[..., Event]) -> None:
    row = "| `exhibit.lent` | `exhibit` | `words`, `place` | `receipt` (blob) |"
    assert row in events.table_of_kinds().splitlines()
    assert roles.may_not("exhibit.lent", "A", [Role.REVIEWER]) is not None
    assert disclosure.standing("exhibit.lent", "words").is_public
    assert not disclosure.standing("exhibit.lent", "place").is_public
    made = entry_of(lent(exhibit="EX-0001", words=SAID, place=WHERE, receipt=Sha256("ab" * 32)))
    assert sentence(made, without={"place"}) == f"Lent what EX-0001 shows, from {WITHHELD}. {SAID}"

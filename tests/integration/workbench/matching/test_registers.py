"""A look-up says which register was asked, what else it holds, and which were not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from values.errors import Exit
from workbench.__main__ import main
from workbench.cli.result_lines import result_lines
from workbench.errors import NotFound
from workbench.report.result import candidates_of, leads_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.findings.stored_search import StoredLeads, StoredResult
    from workbench.settings import Settings
    from workbench.types import Actor, CatalogSummary
    from workbench.workbench import Workbench

FIRST = """permit_number,maker,model,serial,ship_date,consignee
EP-1,L3 Wescam,CMX-15D,0830,2020-09-08,Consignee A
"""
SECOND = """permit_number,maker,model,quantity,end_user
SIEL-9,L3 Wescam,CMX-15D,7,Ministry Z
"""


@pytest.fixture
def registers(bench: Workbench, investigator: Actor) -> Callable[..., tuple[CatalogSummary, ...]]:
    def take(*texts: str) -> tuple[CatalogSummary, ...]:
        return tuple(
            bench.catalogs.import_(
                investigator, text.encode(), name=f"register-{at}.csv", coverage="t", synthetic=True
            )
            for at, text in enumerate(texts, 1)
        )

    return take


def leads(result: StoredResult) -> dict[str, StoredLeads]:
    return {one.kind: one for one in result.leads}


def test_the_registers_that_were_not_asked_are_named(
    bench: Workbench, registers: Callable[..., tuple[CatalogSummary, ...]]
) -> None:
    first, second = registers(FIRST, SECOND)
    result = bench.catalogs.lookup("0830", maker="L3 Wescam", model="CMX-15D")
    assert result.verdict == "inconclusive", "seven units without serials may be it"
    assert "cannot be determined" in result.explanation
    found = leads(result)
    assert found["registers_not_asked"].total == 1
    said = str(found["registers_not_asked"])
    assert "register-1.csv" in said
    assert first.sha256[:12] in said
    assert "1 serial" in said
    assert "register-2.csv" not in said
    for word in ("SIEL-9", "Ministry Z", "7 units"):
        assert word in str(found["units_without_serials"])
    other = bench.catalogs.lookup(
        "0830", maker="L3 Wescam", model="CMX-15D", catalog=first.sha256[:10]
    )
    assert other.verdict == "consistent_with_catalog_unit"
    assert second.sha256[:12] in str(leads(other)["registers_not_asked"])
    for wrong in ("", "zzzz", "0" * 65):
        with pytest.raises(NotFound, match="begins with"):
            bench.catalogs.lookup("0830", catalog=wrong)


def test_with_one_register_none_is_left_out(
    bench: Workbench, registers: Callable[..., tuple[CatalogSummary, ...]]
) -> None:
    registers(FIRST)
    result = bench.catalogs.lookup("0830", maker="L3 Wescam", model="CMX-15D")
    assert result.leads == ()
    assert not [cells for cells in result_lines(result, ()) if cells[0] == "leads"]


def test_leads_reach_the_terminal_and_the_report(
    bench: Workbench, registers: Callable[..., tuple[CatalogSummary, ...]]
) -> None:
    registers(FIRST, SECOND)
    result = bench.catalogs.lookup("0830", maker="L3 Wescam", model="CMX-15D")
    lines = list(result_lines(result, ()))
    titles = [cells[1] for cells in lines if cells[0] == "leads"]
    assert titles == list(dict.fromkeys(words for words, _ in leads_of(result)))
    assert any("register-1.csv" in cells[-1] for cells in lines)
    assert any("SIEL-9" in sentence for _, sentence in leads_of(result))


def test_check_asks_the_register_that_is_chosen(
    bench: Workbench,
    registers: Callable[..., tuple[CatalogSummary, ...]],
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, _ = registers(FIRST, SECOND)
    asked = ["--store", str(settings.store), "check", "--serial", "0830", "--model", "CMX-15D"]
    assert main([*asked, "--catalog", first.sha256]) == 0
    out = capsys.readouterr().out
    assert "Consistent with a catalog unit" in out
    assert "Registers that were not searched: 1" in out
    assert main([*asked, "--catalog", "nothing"]) == Exit.MISSING
    assert main([*asked, "--json"]) == 0
    assert "registers_not_asked" in capsys.readouterr().out


def test_the_plate_of_another_maker_is_said_wherever_a_result_is_shown(
    bench: Workbench, registers: Callable[..., tuple[CatalogSummary, ...]]
) -> None:
    registers(FIRST)
    result = bench.catalogs.lookup("0830", maker="ASELSAN", model="CMX-15D")
    assert verdict_of(result) == "Contradicted by the rest of the plate"
    (candidate,) = candidates_of(result)
    assert candidate.verdict == "Contradicted by the rest of the plate"
    assert "“ASELSAN”, not L3Harris Wescam" in candidate.explanation
    assert "support" not in candidate.band.replace("no support", "")
    shown = "\n".join("\t".join(cells) for cells in result_lines(result, ()))
    assert "onsistent" not in shown

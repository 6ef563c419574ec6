"""The state of a case as one immutable value, folded from its log, for sealing and printing."""

from workbench.state.case_state import CaseState
from workbench.state.fold import fold_case, fold_store
from workbench.state.records import (
    ExhibitRecord,
    GroupJudged,
    PairProposed,
    RegionRecord,
    SearchRecord,
    SetAsideEntry,
)
from workbench.state.states import StateLoader
from workbench.state.store_state import CatalogRecord, StoreState

__all__ = [
    "CaseState",
    "CatalogRecord",
    "ExhibitRecord",
    "GroupJudged",
    "PairProposed",
    "RegionRecord",
    "SearchRecord",
    "SetAsideEntry",
    "StateLoader",
    "StoreState",
    "fold_case",
    "fold_store",
]

"""What to do about a name that was not found: the command that lists the known names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import NotFound, Overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.errors import Kind

LISTED_BY: Mapping[Kind, str] = {
    "person": "`{me} people` lists the people, and `{me} enrol NAME` adds one.",
    "case": "`{me} case` lists the cases, and `{me} case --title TITLE` opens one.",
    "exhibit": "`{me} exhibits {case}` lists the exhibits.",
    "plate": "`{me} show {case}` lists the plates, once their photos are read.",
    "group": "`{me} copies {case}` lists the groups.",
    "catalog": "`{me} catalog` lists the snapshots, and `{me} catalog FILE` imports one.",
    "search": "`{me} check {case} --plate PLATE` runs a search and prints its number; "
    "`{me} log {case}` lists earlier ones.",
    "trace": "`{me} traces {case}` lists the requests, and `{me} ask {case} PLATE` creates one.",
    "bundle": "`{me} bundles {case}` lists the bundles, and `{me} export {case}` seals one.",
    "public bundle": "`{me} bundles {case}` lists the bundles.",
}
"""For each kind of thing, the commands that list and create such things."""


def next_step(error: Exception, case: str | None, shown_by: str = "") -> str:
    """The sentence to add to an error; empty for an error that needs none."""
    if isinstance(error, Overtaken):
        look = f"python -m workbench {shown_by}".format(case=case or "CASE")
        return f"`{look}` shows the present state, with the number for --seen."
    if not isinstance(error, NotFound) or error.kind is None:
        return ""
    return LISTED_BY[error.kind].format(me="python -m workbench", case=case or "CASE")

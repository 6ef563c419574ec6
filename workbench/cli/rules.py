"""The program's rules: `rules`. Needs no store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.common import Verbs, add_json, listing, verb

if TYPE_CHECKING:
    import argparse

    from workbench.workbench import Workbench

TITLE = "Rules"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    rules = verb(
        verbs,
        "rules",
        _of_store,
        "List every rule: its value, meaning, basis, where it is defined and which tests cover it.",
    )
    add_json(rules)
    rules.set_defaults(alone=_rules)


def _of_store(_workbench: Workbench, options: argparse.Namespace) -> int:
    return _rules(options)


def _rules(options: argparse.Namespace) -> int:
    # here, since it loads every package: that takes seconds, and help does not need it
    from workbench.rules.registry import all_rules, as_object, shown

    listing(
        options,
        (
            (
                as_object(rule),
                (
                    rule.id,
                    shown(rule.value).replace("`", ""),
                    rule.unit,
                    rule.says,
                    rule.source,
                    f"{rule.module}.{rule.name}",
                    rule.test,
                ),
            )
            for rule in all_rules()
        ),
    )
    return 0

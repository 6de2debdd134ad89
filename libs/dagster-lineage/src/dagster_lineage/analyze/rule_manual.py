"""Manual pages: the docstrings of rules."""

from __future__ import annotations

from inspect import cleandoc

from dagster_lineage.analyze.baseline import BaselineEntryGone
from dagster_lineage.analyze.rules import Rule, all_rules
from dagster_lineage.analyze.suppression import BareSuppression
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.nearest_names import did_you_mean

Explained = type[Rule] | type[BareSuppression] | type[BaselineEntryGone]


def explained() -> dict[str, Explained]:
    """Everything that a finding's code may stand for, by code."""
    found: list[Explained] = [*all_rules(), BareSuppression, BaselineEntryGone]
    return {one.code: one for one in sorted(found, key=lambda one: one.code)}


def manual_of(code: str) -> str:
    """The manual page of a code, in Markdown and without its heading.

    Raises:
        LineageError: there is no such code; the message has the nearest.
    """
    return cleandoc(_named(code).__doc__ or "")


def page_of(code: str) -> str:
    """The manual page of a code with its heading.

    Raises:
        LineageError: there is no such code; the message has the nearest.
    """
    rule = _named(code)
    return f"# {rule.code} {rule.name}\n\n{manual_of(code)}\n"


def _named(code: str) -> Explained:
    rules = explained()
    found = rules.get(code.upper())
    if found is None:
        by_name = {rule.name: rule for rule in rules.values()}
        found = by_name.get(code.lower())
    if found is None:
        raise LineageError(f"unknown rule `{code}`: {did_you_mean(code.upper(), rules)}")
    return found

"""Running the rules over a graph and leaving out what is known already."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from dagster_lineage.analyze.baseline import GONE_CODE, Baseline
from dagster_lineage.analyze.rules import Rule, all_rules
from dagster_lineage.analyze.suppression import (
    SUPPRESSION_CODE,
    ignored_by_settings,
    suppressed_in_files,
)
from dagster_lineage.files.settings import FILE_NAME, Settings
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import did_you_mean


class CheckResult(Struct, frozen=True, kw_only=True):
    """What came out of a check."""

    findings: tuple[Finding, ...]
    """Sorted by place."""
    projects: int
    """How many projects the graph has."""
    edges: int
    """Reads over a border that were checked."""
    unknown: int
    """Reads among them whose other end is neither made nor declared in the graph."""
    suppressed: int = 0
    """Findings that a comment or the settings ignore, with a reason."""
    in_baseline: int = 0
    """Findings that were there before."""

    @property
    def counts(self) -> Counter[str]:
        """Findings by level."""
        return Counter(finding.level for finding in self.findings)

    @property
    def failed(self) -> bool:
        """There is an error or a warning."""
        return any(finding.level != "note" for finding in self.findings)


def check(
    graph: LineageGraph,
    settings: Settings,
    *,
    root: Path,
    today: dt.date | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    projects: Iterable[str] = (),
    baseline: Baseline | None = None,
) -> CheckResult:
    """Everything that the rules find, but for what somebody gave a reason for.

    Args:
        graph: The joined interfaces.
        settings: Of the repository.
        root: Of the repository: comments in the files at fault are read there.
        today: What dates are compared with; the day in UTC by default.
        select: Codes of rules, or their beginnings, to run; none: the settings', or all.
        ignore: Codes, or their beginnings, to leave out.
        projects: Names of the projects whose findings are wanted; none: all.
        baseline: Findings that were there before.

    Raises:
        LineageError: there is no such rule or project, be it in the settings.
    """
    chosen = chosen_rules(tuple(select) or settings.select, tuple(ignore))
    wanted = _wanted(graph, projects)
    day = today or dt.datetime.now(dt.UTC).date()
    found = [
        finding
        for rule in chosen
        for finding in rule(settings, day).findings(graph)
        if not wanted or finding.project in wanted
    ]
    everything = len(found)
    if settings.ignore:
        place = f"{FILE_NAME}: tool.lineage.ignore: "
        _refuse_unknown((entry.code for entry in settings.ignore), place)
        found = ignored_by_settings(found, settings)
    found, bare = suppressed_in_files(found, root)
    suppressed = everything - len(found)
    if _is_chosen(SUPPRESSION_CODE, tuple(select) or settings.select, tuple(ignore)):
        found += bare
    before = len(found)
    if baseline:
        found = baseline.without(found, {rule.code for rule in chosen}, wanted)
    notes = sum(finding.code == GONE_CODE for finding in found)
    return CheckResult(
        findings=tuple(sorted(found, key=lambda one: (one.file, one.line, one.code, one.key))),
        projects=len({where.project for where in graph.located}),
        edges=len(graph.foreign_edges),
        unknown=sum(
            edge.read.key not in graph.producers and edge.read.key not in graph.declared
            for edge in graph.foreign_edges
        ),
        suppressed=suppressed,
        in_baseline=before - len(found) + notes,
    )


def chosen_rules(select: tuple[str, ...], ignore: tuple[str, ...]) -> list[type[Rule]]:
    """The rules whose code begins with one of `select` (none: all) and with none of `ignore`.

    Raises:
        LineageError: no rule's code begins so.
    """
    _refuse_unknown((*select, *ignore))
    return [rule for rule in all_rules() if _is_chosen(rule.code, select, ignore)]


def _refuse_unknown(given: Iterable[str], place: str = "") -> None:
    """Refuse codes with which no rule's code begins.

    Args:
        given: Codes, or their beginnings.
        place: Where they are written, for the message; none: on the command line.

    Raises:
        LineageError: there is one.
    """
    codes = [*(rule.code for rule in all_rules()), SUPPRESSION_CODE, GONE_CODE]
    for code in given:
        if not code or not any(one.startswith(code) for one in codes):
            raise LineageError(f"{place}unknown rule `{code}`: {did_you_mean(code, codes)}")


def _is_chosen(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def _wanted(graph: LineageGraph, projects: Iterable[str]) -> set[str]:
    wanted = set(projects)
    known = {where.project for where in graph.located}
    for project in sorted(wanted - known):
        raise LineageError(f"unknown project `{project}`: {did_you_mean(project, sorted(known))}")
    return wanted

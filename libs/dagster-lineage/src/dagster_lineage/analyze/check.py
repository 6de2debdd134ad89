"""The check: run the rules over a graph and leave out the findings that are already accepted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dagster_lineage.analyze.baseline import Baseline
from dagster_lineage.analyze.rule import CheckContext, GraphRule, Rule
from dagster_lineage.analyze.rules import all_rules
from dagster_lineage.analyze.rules.bl01 import StaleBaselineEntry
from dagster_lineage.analyze.rules.st02 import UnreadableLocation
from dagster_lineage.analyze.rules.su01 import SuppressionWithoutReason
from dagster_lineage.analyze.suppression import not_ignored, not_suppressed
from dagster_lineage.files.settings import FILE_NAME, Settings
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import did_you_mean


class CheckResult(Struct, frozen=True, kw_only=True):
    """The result of a check."""

    findings: tuple[Finding, ...]
    """The findings, sorted by file and line."""
    projects: int
    """Number of projects in the graph."""
    edges: int
    """Number of cross-project edges that were checked."""
    unresolved_edges: int
    """Number of those edges whose key is neither produced nor declared in the graph."""
    unchecked_edges: int = 0
    """Number of further edges whose key a code location that could not be loaded may produce."""
    unreadable: tuple[str, ...] = ()
    """Names of the code locations that could not be loaded."""
    suppressed: int = 0
    """Number of findings that a comment or the settings suppress."""
    in_baseline: int = 0
    """Number of findings that the baseline knows."""

    @property
    def counts(self) -> Counter[str]:
        """Number of findings by level."""
        return Counter(finding.level for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether a finding is an error or a warning."""
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
    allow_unreadable: bool = False,
) -> CheckResult:
    """Run the rules and return the findings that are not suppressed or known.

    Args:
        graph: The interface graph.
        settings: Settings of the repository.
        root: Folder of the repository, in which comments are looked up.
        today: The day that dates are compared with; today in UTC by default.
        select: Codes of the rules to run, or their first letters; by default those of the
            settings, or all.
        ignore: Codes of the rules to leave out, or their first letters.
        projects: Names of the projects whose findings are returned; all by default.
        baseline: Findings that are known.
        allow_unreadable: Report code locations that could not be loaded as notes.

    Raises:
        LineageError: A rule or a project does not exist, or a rule in the settings.
    """
    select, ignore = tuple(select) or settings.select, tuple(ignore)
    chosen = chosen_rules(select, ignore)
    if UnreadableLocation not in chosen and _is_chosen(UnreadableLocation.code, (), ignore):
        chosen.append(UnreadableLocation)
    wanted = _wanted(graph, projects)
    context = CheckContext(graph, settings, today or dt.datetime.now(dt.UTC).date())
    found = [
        finding
        for rule in chosen
        if issubclass(rule, GraphRule)
        for finding in rule(context).findings(graph)
        if not wanted or finding.project in wanted or _limits(finding, context, wanted)
    ]
    if allow_unreadable:
        found = [
            replace(one, level="note") if one.code == UnreadableLocation.code else one
            for one in found
        ]
    all_findings = len(found)
    if settings.ignore:
        codes = (entry.code for entry in settings.ignore)
        _refuse_unknown(codes, f"{FILE_NAME}: tool.lineage.ignore: ")
        found = not_ignored(found, settings)
    found, without_reason = not_suppressed(found, root)
    found = [_with_uncertainty(one, graph) for one in found]
    suppressed = all_findings - len(found)
    if SuppressionWithoutReason in chosen:
        found += without_reason
    in_baseline = 0
    if baseline:
        new, stale = baseline.new_findings(found, {rule.code for rule in chosen}, wanted)
        in_baseline = len(found) - len(new)
        found = new
        if stale and _is_chosen(StaleBaselineEntry.code, (), ignore):
            found.append(StaleBaselineEntry.of_entries(stale, baseline.file))
    unresolved = sum(
        edge.read.key not in graph.producers and edge.read.key not in graph.declared
        for edge in graph.foreign_edges
    )
    unchecked = 0
    if graph.unreadable:
        unchecked = sum(len(one.edges) for one in context.unresolved if one.unknown)
    return CheckResult(
        findings=tuple(sorted(found, key=lambda one: (one.file, one.line, one.code, one.key))),
        projects=len({where.project for where in graph.located}),
        edges=len(graph.foreign_edges) - unchecked,
        unresolved_edges=unresolved - unchecked,
        unchecked_edges=unchecked,
        unreadable=tuple(where.interface.location or where.project for where in graph.unreadable),
        suppressed=suppressed,
        in_baseline=in_baseline,
    )


def _limits(finding: Finding, context: CheckContext, projects: set[str]) -> bool:
    """Return whether a location that could not be loaded leaves edges of projects unchecked."""
    return finding.code == UnreadableLocation.code and any(
        one.unknown and one.where.project in projects for one in context.unresolved
    )


def _with_uncertainty(finding: Finding, graph: LineageGraph) -> Finding:
    if (finding.file, finding.line) not in graph.uncertain_places:
        return finding
    message = f"{finding.message} The line is uncertain: the code composes the name at run time."
    return replace(finding, message=message)


def chosen_rules(select: tuple[str, ...], ignore: tuple[str, ...]) -> list[type[Rule]]:
    """Return the rules whose code starts with one of `select` (empty: all) and none of `ignore`.

    Raises:
        LineageError: No code starts with one of them.
    """
    _refuse_unknown((*select, *ignore))
    return [rule for code, rule in all_rules().items() if _is_chosen(code, select, ignore)]


def _refuse_unknown(codes: Iterable[str], place: str = "") -> None:
    """Raise LineageError for codes that no rule's code starts with; `place` starts the message."""
    known = list(all_rules())
    for code in codes:
        if not code or not any(one.startswith(code) for one in known):
            raise LineageError(f"{place}unknown rule `{code}`: {did_you_mean(code, known)}")


def _is_chosen(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def _wanted(graph: LineageGraph, projects: Iterable[str]) -> set[str]:
    wanted = set(projects)
    known = {where.project for where in graph.located}
    for project in sorted(wanted - known):
        raise LineageError(f"unknown project `{project}`: {did_you_mean(project, sorted(known))}")
    return wanted

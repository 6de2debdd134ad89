"""The formats of each command; the module of a format is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_lineage.analyze.affected.verdicts import Affected
    from dagster_lineage.analyze.check import CheckResult
    from dagster_lineage.analyze.diff.changes import InterfaceDiff
    from dagster_lineage.analyze.impact.results import Impact
    from dagster_lineage.files.comparison import Comparison

CHECK_FORMATS = ("text", "json", "sarif", "github")
DIFF_FORMATS = ("text", "json", "markdown", "github")
IMPACT_FORMATS = ("text", "json", "markdown", "mermaid")
AFFECTED_FORMATS = ("text", "json", "github-matrix")


def format_check(result: CheckResult, name: str, *, color: bool = False) -> str:
    """Return the result of a check in one of `CHECK_FORMATS`; `color` is for `text` only."""
    match name:
        case "json":
            from dagster_lineage.present.json import check_document

            return check_document(result)
        case "sarif":
            from dagster_lineage.present.sarif import sarif_log

            return sarif_log(result)
        case "github":
            from dagster_lineage.present.github import finding_annotations

            return finding_annotations(result)
        case _:
            from dagster_lineage.present.text.check import check_text

            return check_text(result, color=color)


def format_diff(diff: InterfaceDiff, comparison: Comparison, name: str, *, color: bool) -> str:
    """Return a diff in one of `DIFF_FORMATS`."""
    match name:
        case "json":
            from dagster_lineage.present.json import diff_document

            return diff_document(
                diff, base=comparison.base, head=comparison.head, notes=comparison.notes
            )
        case "markdown":
            from dagster_lineage.present.markdown.diff import diff_comment

            return diff_comment(diff)
        case "github":
            from dagster_lineage.present.github import change_annotations

            return change_annotations(diff)
        case _:
            from dagster_lineage.present.text.diff import diff_text

            return diff_text(diff, color=color)


def format_impact(impact: Impact, name: str, *, color: bool) -> str:
    """Return an impact in one of `IMPACT_FORMATS`."""
    match name:
        case "json":
            from dagster_lineage.present.json import impact_document

            return impact_document(impact)
        case "markdown":
            from dagster_lineage.present.markdown.impact import impact_markdown

            return impact_markdown(impact)
        case "mermaid":
            from dagster_lineage.present.markdown.impact import impact_diagram

            return impact_diagram(impact)
        case _:
            from dagster_lineage.present.text.impact import impact_text

            return impact_text(impact, color=color)


def format_affected(affected: Affected, name: str, *, color: bool) -> str:
    """Return verdicts in one of `AFFECTED_FORMATS`."""
    match name:
        case "json":
            from dagster_lineage.present.json import affected_document

            return affected_document(affected)
        case "github-matrix":
            from dagster_lineage.present.json import github_matrix

            return github_matrix(affected)
        case _:
            from dagster_lineage.present.text.affected import affected_text

            return affected_text(affected, color=color)

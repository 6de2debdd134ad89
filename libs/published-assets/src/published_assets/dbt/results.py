"""Results of a dbt command: its errors, and the reasons of failed data tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation

FAILED = frozenset({"error", "runtime error", "fail"})
"""Statuses in run_results.json that prevent the publication; `warn` does not."""
NOT_PASSED = frozenset({"fail", "warn"})
"""Statuses of data tests with failing rows."""


def results_of(invocation: DbtCliInvocation) -> Sequence[Mapping[str, Any]]:
    """Return the entries of run_results.json; none if the command failed before it built."""
    try:
        results: Sequence[Mapping[str, Any]] = invocation.get_artifact("run_results.json")[
            "results"
        ]
    except FileNotFoundError:
        return []
    return results


def errors_of(invocation: DbtCliInvocation, rows: Mapping[str, str]) -> list[str]:
    """Return one entry per failed node, with its file and dbt's message.

    A command that failed before it built anything, for example because a model does not compile or
    the database cannot be opened, has one entry with dbt's output. A successful one has none.

    Args:
        invocation: The command, which has ended.
        rows: The failing rows of data tests, by unique id.
    """
    if invocation.is_successful():
        return []
    failed = [result for result in results_of(invocation) if result["status"] in FAILED]
    errors = [describe(invocation, result, rows.get(result["unique_id"])) for result in failed]
    return errors or [str(invocation.get_error())]


def describe(invocation: DbtCliInvocation, result: Mapping[str, Any], rows: str | None) -> str:
    """Return type, name, file and message of a failed node, and the file of its compiled SQL."""
    unique_id = str(result["unique_id"])
    node = invocation.manifest["nodes"].get(unique_id, {})
    name = node.get("name") or unique_id
    kind, file = unique_id.partition(".")[0], node.get("original_file_path", "?")
    compiled = sorted(invocation.target_path.glob(f"compiled/**/{name}.sql"))
    lines = [
        f"{kind} {name} ({file}): {message_of(result)}",
        *([f"    {rows}"] if rows else []),
        *(f"    its SQL: {path}" for path in compiled[:1]),
    ]
    return "\n".join(lines)


def message_of(result: Mapping[str, Any]) -> str:
    """Return dbt's message on one line."""
    return " ".join(str(result.get("message") or "no message").split())


def with_reason(check: dg.AssetCheckResult, reasons: Mapping[str, str]) -> dg.AssetCheckResult:
    """Return a failed check with the reason as its description.

    Args:
        check: The check of a data test.
        reasons: The reasons of data tests that did not pass, by unique id.
    """
    test = check.metadata.get("unique_id")
    reason = reasons.get(str(test.value)) if test else None
    return check if check.passed or reason is None else check._replace(description=reason)

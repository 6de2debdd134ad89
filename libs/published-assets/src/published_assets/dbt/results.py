"""Errors of a dbt command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster_dbt import DbtCliInvocation

FAILED = frozenset({"error", "runtime error", "fail"})
"""Statuses in run_results.json that prevent the publication; `warn` does not."""


def errors_of(invocation: DbtCliInvocation) -> list[str]:
    """Return one entry per failed node, with its file and dbt's message.

    A command that failed before it built anything, for example because a model does not compile or
    the database cannot be opened, has one entry with dbt's output. A successful one has none.
    """
    if invocation.is_successful():
        return []
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        results = []
    errors = [describe(invocation, result) for result in results if result["status"] in FAILED]
    return errors or [str(invocation.get_error())]


def describe(invocation: DbtCliInvocation, result: Mapping[str, Any]) -> str:
    """Return type, name, file and message of a failed node, and the file of its compiled SQL."""
    unique_id = str(result["unique_id"])
    node = invocation.manifest["nodes"].get(unique_id, {})
    message = " ".join(str(result.get("message") or "no message").split())
    name = node.get("name") or unique_id
    text = (
        f"{unique_id.partition('.')[0]} {name} ({node.get('original_file_path', '?')}): {message}"
    )
    compiled = sorted(invocation.target_path.glob(f"compiled/**/{name}.sql"))
    return f"{text}\n    its SQL: {compiled[0]}" if compiled else text

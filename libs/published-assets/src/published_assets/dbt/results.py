"""What a dbt invocation says went wrong, for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster_dbt import DbtCliInvocation

FAILED = frozenset({"error", "runtime error", "fail"})
"""Statuses in run_results.json that keep a build from being published; `warn` does not."""


def reasons_against_publishing(invocation: DbtCliInvocation) -> list[str]:
    """One entry per node that failed, with its file and dbt's message; empty if all went well.

    A command that ended before it built anything, for example because a model does not compile or
    the database cannot be opened, has one entry with what dbt printed.
    """
    if invocation.is_successful():
        return []
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        results = []
    reasons = [described(invocation, result) for result in results if result["status"] in FAILED]
    return reasons or [str(invocation.get_error())]


def described(invocation: DbtCliInvocation, result: Mapping[str, Any]) -> str:
    """Kind, name, file and message of a failed node, and where its compiled SQL is."""
    unique_id = str(result["unique_id"])
    node = invocation.manifest["nodes"].get(unique_id, {})
    message = " ".join(str(result.get("message") or "no message").split())
    name = node.get("name") or unique_id
    text = (
        f"{unique_id.partition('.')[0]} {name} ({node.get('original_file_path', '?')}): {message}"
    )
    compiled = sorted(invocation.target_path.glob(f"compiled/**/{name}.sql"))
    return f"{text}\n    its SQL: {compiled[0]}" if compiled else text

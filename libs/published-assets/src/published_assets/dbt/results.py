"""What a dbt invocation says went wrong."""

from __future__ import annotations

from dagster_dbt import DbtCliInvocation


def errors_of(invocation: DbtCliInvocation) -> list[str]:
    """One entry per node that could not be built, with its file and the database's message.

    Failed tests are not among them: they are check results. A command that ended before it built
    anything, for example because a model does not compile, yields none.
    """
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        return []
    errors = []
    for result in results:
        if result["status"] not in ("error", "runtime error"):
            continue
        node = invocation.manifest["nodes"].get(result["unique_id"], {})
        kind, _, name = str(result["unique_id"]).split(".", 2)
        message = " ".join(str(result.get("message") or "no message").split())
        errors.append(f"{kind} {name} ({node.get('original_file_path', '?')}): {message}")
    return errors

"""Answer to one request: the facts of a code location, or why it does not load."""

from __future__ import annotations

import argparse
import faulthandler
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import assets, checks, jobs, loading, manifests, server
from .dbt_projects import searched_folders
from .failure import in_one_line
from .places import Places
from .project_folder import project_folder


def main(arguments: list[str]) -> None:
    """Read the request file and write the answer file, whatever the code location does.

    Args:
        arguments: `--request FILE --answer FILE`. Copies of manifests are written next to the
            answer.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--request", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    options = parser.parse_args(arguments)
    request = json.loads(options.request.read_text(encoding="utf-8"))
    # A code location may close or redirect the standard streams, so the stack is dumped to a
    # separate file. It shows where a code location hangs.
    with Path(request["stack_file"]).open("w", encoding="utf-8") as stack_file:
        faulthandler.dump_traceback_later(request["dump_after_s"], file=stack_file)
        try:
            answer = facts(request, options.answer.parent)
        except BaseException as error:  # noqa: BLE001 - a code location may raise SystemExit, too
            folder = project_folder(request)
            answer = {
                "name": request["name"],
                "folder": str(folder),
                "error": in_one_line(error, folder),
            }
        faulthandler.cancel_dump_traceback_later()
    # The answer is complete or missing, never partial.
    part = options.answer.with_suffix(".part")
    part.write_text(json.dumps(answer), encoding="utf-8")
    part.replace(options.answer)


def facts(request: dict[str, Any], folder_for_copies: Path) -> dict[str, Any]:
    """Return the facts of a code location in the form of `LocationFacts`.

    Args:
        request: The code location: fields of a `LocationEntry`.
        folder_for_copies: Folder for manifests that are in no file.

    Raises:
        BaseException: any error of the code location, including `SystemExit`.
    """
    if request.get("grpc"):
        return server.facts(request)
    notes: list[str] = []
    repositories = loading.repositories(request)
    folder = project_folder(request)
    places = Places(folder)
    found = assets.CollectedAssets()
    for repository in repositories:
        assets.collect(repository, places, notes, found)
    folders = searched_folders(folder, Path(request["workspace"]))
    by_manifest = _or_note(
        "dbt manifests", {}, notes, manifests.collect, found, folders, folder_for_copies, notes
    )
    return {
        "name": request["name"],
        "folder": str(folder),
        "assets": [found.facts[key] for key in sorted(found.facts)],
        "checks": _or_note("checks", [], notes, checks.collect, repositories, places, notes),
        "jobs": _or_note("jobs", [], notes, jobs.collect, repositories, places, notes),
        "manifests": by_manifest,
        "notes": list(dict.fromkeys(notes)),
    }


def _or_note(
    what: str, default: Any, notes: list[str], collect: Callable[..., Any], *arguments: Any
) -> Any:
    """Return what `collect` returns, or a default and a note if it fails.

    The code location has loaded by now, so only an API of another Dagster version can fail.
    """
    try:
        return collect(*arguments)
    except Exception as error:  # noqa: BLE001
        notes.append(f"{what} are unknown: {in_one_line(error, Path.cwd())}")
        return default

"""Answers one request: loads the location, collects its facts, writes them."""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import assets, checks, jobs, loading, manifests, server
from .failure import in_one_line
from .places import Places


def main(arguments: list[str]) -> None:
    """Read the request's file, write the answer's file, whatever the location does.

    Args:
        arguments: `--request FILE --answer FILE`. Copies of manifests are written beside the
            answer.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--request", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    options = parser.parse_args(arguments)
    request = json.loads(options.request.read_text(encoding="utf-8"))
    # The file stays open, and it is one that the location does not know: a location that hangs is
    # told from one that is slow by where it waits.
    with Path(request["waiting_in"]).open("w", encoding="utf-8") as waiting_in:
        faulthandler.dump_traceback_later(request["patience_s"], file=waiting_in)
        try:
            answer = facts(request, options.answer.parent)
        except BaseException as error:  # noqa: BLE001 - SystemExit too: the location may raise it
            folder = loading.folder_of(request)
            answer = {
                "name": request["name"],
                "folder": str(folder),
                "error": in_one_line(error, folder),
            }
        faulthandler.cancel_dump_traceback_later()
    # Complete or not there at all.
    beside = options.answer.with_suffix(".part")
    beside.write_text(json.dumps(answer), encoding="utf-8")
    os.replace(beside, options.answer)  # noqa: PTH105 - the caller's filesystem, one call


def facts(request: dict[str, Any], folder_for_copies: Path) -> dict[str, Any]:
    """What the location says of itself, in the shape of `LocationFacts`.

    Args:
        request: What to load: the fields of a `LocationEntry`.
        folder_for_copies: Where manifests are written that are in no file.

    Raises:
        BaseException: whatever the location raises, `SystemExit` included.
    """
    if request.get("grpc"):
        return server.facts(request)
    notes: list[str] = []
    repositories = loading.repositories(request)
    folder = loading.folder_of(request)
    places = Places(folder)
    found = assets.Collected()
    for repository in repositories:
        assets.collect(repository, places, notes, found)
    behind_dbt = _or_note(
        "dbt manifests", {}, notes, manifests.collect, found, folder, folder_for_copies, notes
    )
    return {
        "name": request["name"],
        "folder": str(folder),
        "assets": [found.facts[key] for key in sorted(found.facts)],
        "checks": _or_note("checks", [], notes, checks.collect, repositories, places, notes),
        "jobs": _or_note("jobs", [], notes, jobs.collect, repositories, places, notes),
        "manifests": behind_dbt,
        "notes": list(dict.fromkeys(notes)),
    }


def _or_note(
    what: str, without: Any, notes: list[str], collect: Callable[..., Any], *arguments: Any
) -> Any:
    """What `collect` returns; where this version of Dagster fails it, a note, and the rest stands.

    Nothing that the location itself has loaded wrongly ends here: it is all loaded by now.
    """
    try:
        return collect(*arguments)
    except Exception as error:  # noqa: BLE001
        notes.append(f"{what} cannot be told: {in_one_line(error, Path.cwd())}")
        return without

"""Which dbt project a manifest belongs to, and which file it came from."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOT_SEARCHED = frozenset({"node_modules", "dbt_packages", "site-packages", "target", "__pycache__"})
DEEPEST = 5
"""Folders below the location's that a dbt project is looked for in."""

NAME = re.compile(r"^name:\s*['\"]?([\w.-]+)", re.MULTILINE)


def project_folder_of(manifest: Mapping[str, Any], project: Any, folder: Path) -> Path | None:
    """Folder of the dbt project: as the `DbtProject` says, else the one of that name below.

    Args:
        manifest: Its content.
        project: The `DbtProject` given to `@dbt_assets`; None without one.
        folder: The location's project, searched without one.
    """
    given = getattr(project, "project_dir", None)
    if given is not None:
        return Path(given).absolute()
    name = (manifest.get("metadata") or {}).get("project_name")
    named = [one for one, its_name in projects_below(folder) if its_name == name]
    # The nearest: a copy of a project lies deeper than the project.
    return min(named, key=lambda one: (len(one.parts), str(one)), default=None)


def manifest_file_of(manifest: Mapping[str, Any], project: Any, folder: Path) -> Path | None:
    """The file whose content the manifest is; None when no known place holds exactly that."""
    candidates = [getattr(project, "manifest_path", None)]
    project_folder = project_folder_of(manifest, project, folder)
    if project_folder is not None:
        candidates += [
            project_folder / "target" / "manifest.json",
            project_folder / "manifest.json",
        ]
    for candidate in candidates:
        if candidate is not None and _content(Path(candidate).absolute()) == manifest:
            return Path(candidate).absolute()
    return None


@functools.cache
def projects_below(folder: Path) -> tuple[tuple[Path, str], ...]:
    """Folders with a `dbt_project.yml`, and the projects' names."""
    found = []
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = [
            name
            for name in folders
            if depth < DEEPEST and name not in NOT_SEARCHED and not name.startswith(".")
        ]
        if "dbt_project.yml" in files:
            text = Path(here, "dbt_project.yml").read_text(encoding="utf-8", errors="replace")
            name = NAME.search(text)
            found.append((Path(here), name.group(1) if name else ""))
    return tuple(found)


@functools.lru_cache(maxsize=4)
def _content(file: Path) -> Any:
    # dagster-dbt brings this one along; it reads large manifests several times as fast.
    fast = sys.modules.get("orjson")
    try:
        content = file.read_bytes()
        return fast.loads(content) if fast is not None else json.loads(content)
    except (OSError, ValueError):
        return None

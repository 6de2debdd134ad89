"""Whether a dbt project's manifest is that of its files, told by checksums.

`dbt parse` takes seconds to minutes and starts processes, so it never runs while definitions are
loaded: the manifest is built before. A manifest that is older than a model would show a graph that
does not exist any more, so such a one is an error that names the file.
"""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path

WATCHED_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".py", ".md"})
WATCHED_FOLDERS = ("models", "seeds", "macros", "snapshots", "analyses", "data_tests")
WATCHED_FILES = ("dbt_project.yml", "profiles.yml", "packages.yml", "dependencies.yml")
DECISIVE_PACKAGES = ("dbt-core", "dbt-duckdb")


class ManifestMissing(Exception):
    """The dbt project has not been parsed."""


class ManifestStale(Exception):
    """The dbt project has changed since it was parsed."""


def fresh_manifest(project_dir: Path) -> Path:
    """The path of the project's manifest, if it is that of the project's files.

    Args:
        project_dir: The folder with `dbt_project.yml`.

    Raises:
        ManifestMissing: there is none.
        ManifestStale: a file was added, changed or removed, or dbt was, since it was built.
    """
    mend = f"Run: make manifests (or: dbt-manifest build {project_dir})"
    if not manifest_file(project_dir).exists() or not checksums_file(project_dir).exists():
        raise ManifestMissing(
            f"The dbt project {project_dir.name} has no manifest in "
            f"{project_dir / 'target'}. {mend}"
        )
    changes = changes_since_parse(project_dir)
    if changes:
        listed = "".join(f"\n  {change}" for change in changes[:10])
        more = f"\n  … and {len(changes) - 10} more" if len(changes) > 10 else ""  # noqa: PLR2004
        raise ManifestStale(
            f"The manifest of the dbt project {project_dir.name} is not that of its files:"
            f"{listed}{more}\n{mend}"
        )
    return manifest_file(project_dir)


def changes_since_parse(project_dir: Path) -> list[str]:
    """What is different from when the manifest was built: one line per file, sorted."""
    try:
        before = json.loads(checksums_file(project_dir).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return ["never parsed"]
    now = checksums(project_dir)
    changes = dict.fromkeys(now.keys() - before.keys(), "added")
    changes |= dict.fromkeys(before.keys() - now.keys(), "removed")
    changes |= {name: "changed" for name in now.keys() & before.keys() if now[name] != before[name]}
    return [f"{name} was {change}" for name, change in sorted(changes.items())]


def checksums(project_dir: Path) -> dict[str, str]:
    """SHA-256 of every file that decides the manifest, and the versions of dbt."""
    files = [project_dir / name for name in WATCHED_FILES]
    for folder in WATCHED_FOLDERS:
        files.extend((project_dir / folder).rglob("*"))
    sums = {
        file.relative_to(project_dir).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.suffix in WATCHED_SUFFIXES and file.is_file()
    }
    return sums | {f"package {name}": metadata.version(name) for name in DECISIVE_PACKAGES}


def manifest_file(project_dir: Path) -> Path:
    """Where dbt writes the manifest."""
    return project_dir / "target" / "manifest.json"


def checksums_file(project_dir: Path) -> Path:
    """Where the checksums of what was parsed are kept."""
    return project_dir / "target" / "manifest.checksums.json"

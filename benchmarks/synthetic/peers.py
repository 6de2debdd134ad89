"""Planted faults that other tools of such a team notice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.own_copy import OwnCopy, environment_of
from benchmarks.synthetic.own_faults import in_passes
from benchmarks.synthetic.plants import Plant
from benchmarks.synthetic.workspace_copy import copied

BESIDE_PYTHON = Path(sys.executable).parent
DATABASES = ("ingestion", "jaffle_dbt")
LOOM = "dbt-loom"


@dataclass(frozen=True)
class Peer:
    """A tool and its check."""

    name: str
    """As its users call it."""
    fails: Callable[[Path], str]
    """Runs it in a copy; the end of what it says when it fails, else an empty text."""


def peers(loom: Path | None) -> tuple[Peer, ...]:
    """Return the tools.

    Args:
        loom: Folder in which dbt-loom is installed, for example by
            `pip install --target FOLDER --no-deps dbt-loom`; None leaves it out.
    """
    found = (
        Peer("dbt parse", lambda root: _dbt(root, "parse")),
        Peer("dbt compile", lambda root: _dbt(root, "compile")),
        Peer("dagster definitions validate", _validate),
    )
    return (*found, Peer(LOOM, lambda root: _with_loom(root, loom))) if loom else found


def noticed(
    peer: Peer, plants: Iterable[Plant], base: Path, work: Path, manifests: ManifestMaker
) -> dict[Plant, str]:
    """Return the plants on which a tool fails, with its message; found by bisection.

    Args:
        peer: The tool.
        plants: One for each kind of fault.
        base: An unedited copy of the repository, with manifests.
        work: A folder for edited copies.
        manifests: Runs dbt for the tools that read manifests.
    """
    found: dict[Plant, str] = {}
    waiting = in_passes(plants)
    while waiting:
        group = waiting.pop()
        root = copied(base, work)
        copy = OwnCopy(root, manifests)
        copy.apply(group)
        for parsed in manifests.parse(copy.dbt_projects()):
            if not parsed.error:
                copy.after_parse(parsed.folder)
        said = peer.fails(root)
        if said and len(group) == 1:
            found[group[0]] = said
        elif said:
            waiting += [group[: len(group) // 2], group[len(group) // 2 :]]
    return found


def _run(command: list[str], root: Path, folder: Path, more: dict[str, str] | None = None) -> str:
    variables = {**os.environ, **environment_of(root), **_published(root), **(more or {})}
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=600, check=False
    )
    return (done.stdout + done.stderr)[-2000:] if done.returncode else ""


def _published(root: Path) -> dict[str, str]:
    """Create empty files for the databases that profiles attach: dbt connects to compile."""
    folder = root / "published"
    folder.mkdir(exist_ok=True)
    (root / "data" / "dev" / "warehouse" / "work").mkdir(parents=True, exist_ok=True)
    found = {}
    for name in DATABASES:
        file = folder / f"{name}.duckdb"
        if not file.exists():
            duckdb.connect(str(file)).close()
        found[f"JAFFLE_PUBLISHED_{name.upper()}"] = str(file)
    return found


def _dbt(root: Path, command: str, more: dict[str, str] | None = None) -> str:
    for project in ("jaffle_dbt", "marts_dbt"):
        folder = root / "projects" / project
        places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
        said = _run(
            [str(BESIDE_PYTHON / "dbt"), "--no-use-colors", command, *places], root, folder, more
        )
        if said:
            return said
    return ""


def _validate(root: Path) -> str:
    command = [str(BESIDE_PYTHON / "dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    return _run(command, root, root)


def _with_loom(root: Path, loom: Path | None) -> str:
    """Turn marts' sources on jaffle into refs, because dbt-loom checks refs and not sources."""
    jaffle, marts = root / "projects/jaffle_dbt", root / "projects/marts_dbt"
    for file in marts.rglob("models/**/*.sql"):
        text = file.read_text(encoding="utf-8")
        named = re.sub(r"source\('jaffle', '(\w+)'\)", r"ref('jaffle_dbt', '\1')", text)
        file.write_text(named, encoding="utf-8")
    (marts / "dbt_loom.config.yml").write_text(
        "manifests:\n  - name: jaffle_dbt\n    type: file\n"
        f"    config: {{path: {jaffle / 'target/manifest.json'}}}\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(loom), environment_of(root)["PYTHONPATH"]])
    places = ["--project-dir", str(marts), "--profiles-dir", str(marts)]
    command = [str(BESIDE_PYTHON / "dbt"), "--no-use-colors", "compile", *places]
    return _run(command, root, marts, {"PYTHONPATH": path})

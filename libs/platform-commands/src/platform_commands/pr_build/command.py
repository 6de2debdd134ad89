"""`platform pr-build`: build what a branch changes beside its base, and say what became other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_lineage.api import (
    Affected,
    Asset,
    Interface,
    LineageError,
    affected,
    key_path,
    read_graph,
)
from environment import Environment
from platform_commands.errors import FOUND_PROBLEM, Misuse
from platform_commands.home import find_home
from platform_commands.pr_build.base_publications import take_over
from platform_commands.pr_build.comparing import TableComparison, compare
from platform_commands.pr_build.comparison_report import report
from warehouse import PublicationCorrupt

REPORT = "pr-build.md"


@dataclass(frozen=True)
class PrBuildOptions:
    """What was asked for on the command line."""

    base: str
    """Git reference that the branch comes from."""
    base_environment: str
    """`JAFFLE_ENV` of the base."""
    output: Path | None = None
    """Where the report goes; by default into the environment's folder of reports."""


def pr_build(options: PrBuildOptions) -> int:
    """Build the projects that a branch affects, in an environment of their own, and compare.

    Everything else is taken from the base's published files, which are only read.

    Returns:
        0 when all was built, whatever differs; 1 when something failed.

    Raises:
        Misuse: `JAFFLE_ENV` is not that of a pull request, or the base cannot be found.
        BaseMissing: the base has published nothing.
    """
    home = find_home()
    here = home.environment
    if not here.name.startswith("pr_"):
        raise Misuse(
            f"JAFFLE_ENV is '{here.name}': a branch is built in an environment of its own, "
            "such as pr_123, since whatever was built in it before is removed."
        )
    base = Environment(here.data_dir, options.base_environment)
    to_build = _affected(home.root, options.base).to_build
    projects = [verdict.project for verdict in to_build]
    for verdict in to_build:
        print(f"{verdict.project}: {verdict.reasons[0].text}")
    published = take_over(base, here)
    taken = [project for project in published if project not in projects]
    if not projects:
        print(f"Nothing that is built differs from {options.base}.")
        return 0
    code = _run(projects, here)
    if code:
        print("platform: not compared, since not everything was built.", file=sys.stderr)
        return FOUND_PROBLEM
    comparisons = list(_compared(home.root, base, here, projects))
    text = report(comparisons, built=projects, taken=taken, base=base.name)
    file = options.output or here.reports_dir / REPORT
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"\n{text}\nThis report: {file}")
    return 0


def _affected(root: Path, base: str) -> Affected:
    try:
        return affected(root, base)
    except LineageError as error:
        raise Misuse(str(error)) from error


def _run(projects: Sequence[str], here: Environment) -> int:
    """Materialize everything of some projects, in a process with that environment."""
    selection = " or ".join(f'code_location:"{project}"' for project in projects)
    environment = {**os.environ, **here.as_environ()}
    # That of another environment, if somebody has set it.
    environment.pop("DAGSTER_HOME", None)
    command = [sys.executable, "-m", "platform_commands", "run", "--select", selection]
    for project in projects:
        command += ["--require", project]
    return subprocess.run(command, env=environment, check=False).returncode


def _compared(
    root: Path, base: Environment, here: Environment, projects: Sequence[str]
) -> Iterator[TableComparison]:
    for where in read_graph(root).located:
        if where.project in projects:
            yield from _compared_project(where.interface, base, here)


def _compared_project(
    interface: Interface, base: Environment, here: Environment
) -> Iterator[TableComparison]:
    public = {table: asset for asset in interface.assets if (table := _public_table(asset))}
    with closing(duckdb.connect(":memory:")) as connection:
        for name, environment in (("before", base), ("after", here)):
            file = environment.published_file(interface.project)
            if file.is_file():
                _attach(connection, name, file)
            else:
                connection.execute(f"attach ':memory:' as {name}")
        for table in sorted({*public, *_tables_gone(connection, {schema for schema, _ in public})}):
            asset = public.get(table)
            yield compare(connection, ("before", "after"), table, _key(asset) if asset else ())


def _attach(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    try:
        escaped = str(file).replace("'", "''")
        connection.execute(f"attach '{escaped}' as {name} (read_only)")
    except duckdb.Error as error:
        raise PublicationCorrupt(file, str(error)) from error


def _public_table(asset: Asset) -> tuple[str, str] | None:
    """Schema and table of what other projects may read; None for everything else."""
    path = key_path(asset.key)
    if not asset.executable or not asset.relation or len(path) != 2:  # noqa: PLR2004 - schema, table
        return None
    return (path[0], path[1]) if asset.access in ("", "public") else None


def _tables_gone(connection: duckdb.DuckDBPyConnection, schemas: set[str]) -> set[tuple[str, str]]:
    """Tables of public schemas that only the base has."""
    found = [
        set(
            connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = ?",
                [database],
            ).fetchall()
        )
        for database in ("before", "after")
    ]
    return {(schema, table) for schema, table in found[0] - found[1] if schema in schemas}


def _key(asset: Asset) -> tuple[str, ...]:
    """The columns that are promised to tell rows apart."""
    if asset.grain:
        return asset.grain
    unique = [name for name, column in asset.columns.items() if column.unique and column.not_null]
    return tuple(unique[:1])

"""`platform pr-build`: build the projects that a branch changes and compare their tables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from dagster_lineage.api import Asset, Interface, LineageError, affected, key_path, read_graph
from environment import Environment, repository
from platform_commands.comparison_report import comparison_report
from platform_commands.errors import FAILED, UsageError
from platform_commands.query_results import published_files
from platform_commands.table_comparison import TableComparison, compare
from warehouse import PublicationCorrupt

REPORT_FILE = "pr-build.md"


class BaseMissing(UsageError):
    """The base's environment has no published file."""


def pr_build(*, base: str, base_environment: str, output: Path | None) -> int:
    """Build the projects that a branch affects in its own environment, and compare their tables.

    All other tables are read from the base's published files, which are not changed.

    Args:
        base: Git reference of the base.
        base_environment: `JAFFLE_ENV` of the base's tables.
        output: File of the comparison; None for the environment's reports folder.

    Returns:
        0 if everything was built, whether tables differ or not; 1 if a run failed.

    Raises:
        UsageError: `JAFFLE_ENV` is not that of a pull request, or git does not know the base.
        BaseMissing: The base's environment has no published file.
    """
    root, environment = repository(), Environment.from_environ()
    if not environment.name.startswith("pr_"):
        raise UsageError(
            f"JAFFLE_ENV is '{environment.name}'. Set it to pr_<number>: a branch is built in a "
            "separate environment, whose previous contents are removed."
        )
    try:
        verdicts = affected(root, base).to_build
    except LineageError as error:
        raise UsageError(str(error)) from error
    for verdict in verdicts:
        print(f"{verdict.project}: {verdict.reasons[0].text}")
    projects = [verdict.project for verdict in verdicts]
    source = Environment(environment.data_dir, base_environment)
    published = link_publications(source, environment)
    if not projects:
        print(f"No project differs from {base}; nothing to build.")
        return 0
    if _run(projects, environment):
        print("platform: the tables were not compared, since a run failed.", file=sys.stderr)
        return FAILED
    report = comparison_report(
        list(_compared(root, source, environment, projects)),
        built=projects,
        taken=[project for project in published if project not in projects],
        base=source.name,
    )
    file = output or environment.reports_dir / REPORT_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(report, encoding="utf-8")
    print(f"\n{report}\nThis report: {file}")
    return 0


def link_publications(base: Environment, branch: Environment) -> list[str]:
    """Make the base's published files readable in the branch's environment, without copying them.

    Each published file becomes a link. Published files are never modified: a publication replaces
    the file, here the link, and leaves the base's file unchanged. So sources of a project that is
    not built read the base's tables, and a project that is built starts from the base's last
    publication. The results of an earlier build in the branch's environment are removed.

    Returns:
        The projects with a published file, sorted.

    Raises:
        BaseMissing: There is no published file.
    """
    files = published_files(base)
    if not files:
        raise BaseMissing(
            f"The environment '{base.name}' has no published table ({base.published_dir}) to "
            f"compare with. Materialize its assets first: JAFFLE_ENV={base.name} make run"
        )
    for folder in (branch.work_dir, branch.published_dir, branch.dagster_home):
        shutil.rmtree(folder, ignore_errors=True)
    branch.published_dir.mkdir(parents=True)
    for file in files:
        target = branch.published_dir / file.name
        try:
            os.link(file, target)
        except OSError:
            # Another file system, or one without hard links.
            shutil.copyfile(file, target)
    return [file.stem for file in files]


def _run(projects: Sequence[str], environment: Environment) -> int:
    """Materialize all assets of some projects in an environment; return the exit code."""
    environ = {**os.environ, **environment.as_environ()}
    # The variable may be set to another environment's folder.
    environ.pop("DAGSTER_HOME", None)
    selection = " or ".join(f'code_location:"{project}"' for project in projects)
    command = [sys.executable, "-m", "platform_commands", "run", "--select", selection]
    command += [word for project in projects for word in ("--require", project)]
    return subprocess.run(command, env=environ, check=False).returncode


def _compared(
    root: Path, base: Environment, branch: Environment, projects: Sequence[str]
) -> Iterator[TableComparison]:
    for located in read_graph(root).located:
        if located.project in projects:
            yield from _compared_project(located.interface, base, branch)


def _compared_project(
    interface: Interface, base: Environment, branch: Environment
) -> Iterator[TableComparison]:
    public = {table: asset for asset in interface.assets if (table := _public_table(asset))}
    with closing(duckdb.connect(":memory:")) as connection:
        for database, environment in (("base", base), ("branch", branch)):
            _attach(connection, database, environment.published_file(interface.project))
        removed = _tables(connection, "base") - _tables(connection, "branch")
        schemas = {schema for schema, _ in public}
        for table in sorted({*public, *(one for one in removed if one[0] in schemas)}):
            key = _declared_key(public[table]) if table in public else ()
            yield compare(connection, ("base", "branch"), table, key)


def _attach(connection: duckdb.DuckDBPyConnection, database: str, file: Path) -> None:
    if not file.is_file():
        connection.execute(f"attach ':memory:' as {database}")
        return
    try:
        escaped = str(file).replace("'", "''")
        connection.execute(f"attach '{escaped}' as {database} (read_only)")
    except duckdb.Error as error:
        raise PublicationCorrupt(file, str(error)) from error


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, str]]:
    return set(
        connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ?",
            [database],
        ).fetchall()
    )


def _public_table(asset: Asset) -> tuple[str, str] | None:
    """Return schema and table of an asset that other projects may read, otherwise None."""
    path = key_path(asset.key)
    if not asset.executable or not asset.relation or len(path) != 2:  # noqa: PLR2004 - schema, table
        return None
    return (path[0], path[1]) if asset.access in ("", "public") else None


def _declared_key(asset: Asset) -> tuple[str, ...]:
    """Return the columns that are declared to identify a row."""
    unique = [name for name, column in asset.columns.items() if column.unique and column.not_null]
    return asset.grain or tuple(unique[:1])

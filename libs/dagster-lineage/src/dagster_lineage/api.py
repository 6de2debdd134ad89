"""Public functions and types of dagster-lineage, for the platform's commands, tools and tests.

Code locations import `dagster_lineage.definitions` instead, which needs Dagster. Every other module
of this package may change without notice.

Importing this module is cheap: sqlglot, Jinja2, grimp, PyYAML and rapidfuzz are imported by the
functions that need them, and Dagster and dbt by none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dagster_lineage.analyze.affected.verdicts import Affected
from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.diff.changes import Change, InterfaceDiff
from dagster_lineage.analyze.impact.results import Impact
from dagster_lineage.files.comparison import WORKTREE
from dagster_lineage.files.interface_files import read_committed_graph
from dagster_lineage.files.settings import Settings, read_settings
from dagster_lineage.model import (
    SCHEMA_VERSION,
    Asset,
    Check,
    Column,
    Edge,
    Interface,
    LineageGraph,
    LocatedAsset,
    LocatedInterface,
    Read,
    Source,
    column_of,
    key_path,
    key_text,
    split_column,
)
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.nearest_names import did_you_mean
from dagster_lineage.model.wording import counted, listed

__all__ = [
    "SCHEMA_VERSION",
    "Affected",
    "Asset",
    "Change",
    "Check",
    "CheckResult",
    "Column",
    "Edge",
    "Finding",
    "Impact",
    "Interface",
    "InterfaceDiff",
    "LineageError",
    "LineageGraph",
    "LocatedAsset",
    "LocatedInterface",
    "Read",
    "Settings",
    "Source",
    "affected",
    "check",
    "column_of",
    "counted",
    "depends_on",
    "did_you_mean",
    "diff",
    "impact",
    "key_path",
    "key_text",
    "listed",
    "read_graph",
    "read_settings",
    "split_column",
]


def read_graph(root: Path, settings: Settings | None = None) -> LineageGraph:
    """Read the committed interfaces of a repository and join them by key.

    Args:
        root: Folder of the repository.
        settings: Settings with the patterns of the interface files; those of the repository by
            default.

    Returns:
        The interface graph, with producers, readers and edges between projects.

    Raises:
        LineageError: The settings or an interface file cannot be read, or there is no interface.
    """
    return read_committed_graph(root, settings or read_settings(root))


def check(
    root: Path,
    *,
    projects: Iterable[str] = (),
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    allow_unreadable: bool = False,
) -> CheckResult:
    """Check every edge between the projects of a repository, as `lineage check` does.

    Args:
        root: Folder of the repository.
        projects: Names of the projects whose findings are returned; all by default.
        select: Codes of the rules to run, or their first letters; those of the settings by default.
        ignore: Codes of rules to leave out, or their first letters.
        allow_unreadable: Report code locations that could not be loaded as notes.

    Returns:
        The findings that no comment, setting or baseline suppresses, and how much was checked.

    Raises:
        LineageError: The settings, an interface or the baseline cannot be read, or a project or a
            rule does not exist.
    """
    from dagster_lineage.analyze.baseline import baseline_of
    from dagster_lineage.analyze.check import check as check_graph

    settings = read_settings(root)
    return check_graph(
        read_graph(root, settings),
        settings,
        root=root,
        select=select,
        ignore=ignore,
        projects=projects,
        baseline=baseline_of(root, settings),
        allow_unreadable=allow_unreadable,
    )


def diff(root: Path, base: str, head: str = WORKTREE) -> InterfaceDiff:
    """Compare the interfaces of a branch with those of its base.

    Args:
        root: Folder of the repository.
        base: Git reference of the branch that is merged into, such as `main`; the comparison starts
            at the merge base.
        head: Git reference of the branch, or `worktree`.

    Returns:
        Every change with its level and the readers that it breaks.

    Raises:
        LineageError: The settings, a reference or an interface cannot be read.
    """
    from dagster_lineage.analyze.diff import compare
    from dagster_lineage.analyze.diff.graphs import compared_graphs
    from dagster_lineage.files.git import Repository

    comparison = Repository(root).compare(base, head)
    before, after = compared_graphs(comparison, read_settings(root).interfaces)
    changed = frozenset(file.path for file in comparison.changed)
    return compare(before, after, changed_files=changed)


def affected(
    root: Path, base: str, head: str = WORKTREE, settings: Settings | None = None
) -> Affected:
    """Decide which projects must be built and tested for a branch.

    Args:
        root: Folder of the repository.
        base: Git reference of the branch that is merged into, such as `main`.
        head: Git reference of the branch, or `worktree`.
        settings: Settings with the patterns of the interface files; those of the repository by
            default.

    Returns:
        A verdict for each project: the reasons to build it, or the proof that it is unchanged.

    Raises:
        LineageError: The settings or a reference cannot be read, or no interface exists.
    """
    from dagster_lineage.analyze.affected.decision import decide
    from dagster_lineage.files.git import Repository

    settings = settings or read_settings(root)
    return decide(Repository(root).compare(base, head), settings.interfaces)


def impact(
    root: Path,
    targets: Iterable[str],
    *,
    upstream: bool = False,
    settings: Settings | None = None,
) -> Impact:
    """Find the assets, checks, exposures and jobs that depend on assets or columns.

    Args:
        root: Folder of the repository.
        targets: Asset keys (`marts/daily`), columns (`marts/daily.revenue`), names of models, or
            paths of files and folders, relative to the working directory or to `root`.
        upstream: Find the assets and columns that the targets are computed from instead.
        settings: Settings with the patterns of the interface files; those of the repository by
            default.

    Raises:
        LineageError: The settings or an interface cannot be read, or a target does not exist.
    """
    from dagster_lineage.analyze.impact.consequences import consequences, origins
    from dagster_lineage.analyze.impact.targets import Targets

    graph = read_graph(root, settings)
    starts = Targets(graph, root, Path.cwd()).find_all(targets)
    return origins(graph, starts) if upstream else consequences(graph, starts)


def depends_on(graph: LineageGraph, key: str, column: str = "") -> frozenset[str]:
    """Return everything that an asset or a column depends on, over all projects.

    Args:
        graph: The interface graph.
        key: Asset key, such as `marts/daily`.
        column: A column of the asset; empty for the asset as a whole.

    Returns:
        Keys of the assets upstream. For a column: `key#column` of the columns that it is computed
        from and of those that decide which rows it has; the key alone where the columns that are
        used are unknown.

    Raises:
        LineageError: The asset or the column does not exist.
    """
    from dagster_lineage.analyze.impact.consequences import origins

    producer = graph.producer(key)
    if producer is None:
        raise LineageError(f"unknown asset `{key}`: {did_you_mean(key, sorted(graph.producers))}")
    columns = producer.asset.columns
    if column and column not in columns:
        raise LineageError(f"`{key}` has no column `{column}`: {did_you_mean(column, columns)}")
    found = origins(graph, {key: frozenset({column}) if column else None}).found
    return frozenset(
        name
        for asset in found
        for name in (
            [column_of(asset.key, one) for one in (*asset.columns, *asset.row_columns)]
            if column
            else []
        )
        or [asset.key]
    )

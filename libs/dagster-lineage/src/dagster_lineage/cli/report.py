"""`lineage report`: one HTML page of the global graph."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import Settings, find_root, read_settings
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.errors import LineageError

FILE_NAME = "lineage.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Writes one self-contained HTML page of the committed interfaces: the graph by project, "
        "column lineage over projects, owners, checks, problems, and with --base what a branch "
        "changes. Exit code 0: written; 2: used wrongly."
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", default=Path(FILE_NAME), help=f"default: {FILE_NAME}"
    )
    parser.add_argument(
        "--base", metavar="REF", help="show what the work tree changes since it left this branch"
    )
    parser.add_argument("--root", type=Path, help="of the repository (default: found upwards)")
    parser.add_argument("--title", help="of the page (default: the name in pyproject.toml)")


def run(arguments: argparse.Namespace) -> int:
    """Write the page and say what is on it.

    Raises:
        LineageError: the root, the settings, an interface, the base or the file is wrong.
    """
    root = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is no folder.")
    # What is read stays until the end: the collector would look at it in vain.
    gc.disable()
    settings = read_settings(root)
    text, summary = written_page(
        root, settings, base=arguments.base or "", title=arguments.title or _name(root)
    )
    try:
        arguments.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LineageError(
            f"{arguments.out} cannot be written: {error.strerror}. Give a file in an existing "
            "folder with --out."
        ) from error
    print(f"{arguments.out}: {summary}")
    return 0


def written_page(root: Path, settings: Settings, *, base: str, title: str) -> tuple[str, str]:
    """The page of a repository, and a line that says what is on it.

    Args:
        root: Of the repository.
        settings: Of the repository.
        base: A branch or commit to compare with; empty for none.
        title: Of the page.

    Raises:
        LineageError: an interface, the baseline or the base is wrong, or there is no interface.
    """
    from dagster_lineage.analyze.baseline import read_baseline
    from dagster_lineage.analyze.check import check
    from dagster_lineage.present.report import document, page

    graph = read_graph(root, settings.interfaces)
    if not graph.located:
        raise LineageError(
            f"no interface matches {', '.join(settings.interfaces)} in {root}. Write them with "
            "`lineage lock` or say where they are in [tool.lineage] interfaces."
        )
    baseline = (
        read_baseline(root / settings.baseline, settings.baseline) if settings.baseline else None
    )
    findings = check(graph, settings, root=root, baseline=baseline).findings
    if base:
        from dagster_lineage.analyze.diff import compare
        from dagster_lineage.analyze.diff.graphs import compared_graphs
        from dagster_lineage.files.git import Repository

        comparison = Repository(root).compare(base)
        before, after = compared_graphs(comparison, settings.interfaces)
        diff = compare(
            before, after, changed_files=frozenset(one.path for one in comparison.changed)
        )
        named = f"{base} ({comparison.base[:10]})"
        data = document(
            graph,
            settings,
            findings,
            title=title,
            diff=diff,
            removed=_removed(before, after),
            base=named,
        )
    else:
        data = document(graph, settings, findings, title=title)
    text = page(data)
    numbers = data.numbers
    parts = [
        f"{numbers.assets} assets of {numbers.projects} projects",
        f"{numbers.columns} columns",
        f"{numbers.problems} problems",
    ]
    if base:
        parts.append(f"{numbers.changes} changes since {base}")
    return text, f"{', '.join(parts)}; {len(text.encode()) / 1e6:.1f} MB"


def _removed(before: LineageGraph, after: LineageGraph) -> tuple[LocatedAsset, ...]:
    """Assets that were made, and whose key nobody makes any more."""
    return tuple(mades[0] for key, mades in before.producers.items() if key not in after.producers)


def _name(root: Path) -> str:
    """What the repository calls itself; a folder's name depends on who checked it out."""
    import tomllib

    try:
        name = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    except (OSError, KeyError, TypeError, ValueError):
        return root.name
    return name if isinstance(name, str) else root.name

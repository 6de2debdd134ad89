"""`lineage report`: write the asset graph as an HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_lineage.cli.arguments import (
    add_interfaces,
    add_root,
    describe,
    root_of,
    settings_of,
    write_file,
)
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LineageGraph, LocatedAsset

if TYPE_CHECKING:
    from dagster_lineage.extract.dagster_instance import AssetState

FILE_NAME = "lineage.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Write the committed interfaces as one self-contained HTML page: the asset graph by "
        "project, column lineage, owners, checks and findings, and with --base the changes of a "
        "branch.",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        default=Path(FILE_NAME),
        help=f"file to write (default: {FILE_NAME})",
    )
    parser.add_argument(
        "--base", metavar="REF", help="show the changes of the work tree since this branch"
    )
    parser.add_argument(
        "--title", help="title of the page (default: the project name in pyproject.toml)"
    )
    parser.add_argument(
        "--source-url",
        metavar="URL",
        help="address of a file on the web, with {path} and {line}, for links from the page "
        "(default: the commit at the origin, if that is GitHub, GitLab or Bitbucket)",
    )
    parser.add_argument(
        "--dagster-home",
        type=Path,
        metavar="DIR",
        help="DAGSTER_HOME of the Dagster instance whose last runs, checks and freshness are shown "
        "(default: the environment variable; without it there are none)",
    )
    add_interfaces(parser)
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the page.

    Raises:
        LineageError: An argument, the settings, an interface or the baseline is invalid.
    """
    root = root_of(arguments)
    settings = settings_of(root, arguments)
    text, summary = report_page(
        root,
        settings,
        base=arguments.base or "",
        title=arguments.title or _repository_name(root),
        source_url=arguments.source_url or "",
        dagster_home=arguments.dagster_home,
    )
    write_file(arguments.out, text)
    print(f"Wrote {arguments.out}: {summary}.")
    return 0


def report_page(
    root: Path,
    settings: Settings,
    *,
    base: str,
    title: str,
    source_url: str = "",
    dagster_home: Path | None = None,
) -> tuple[str, str]:
    """Return the page of a repository, and a summary of its content.

    Args:
        root: Root of the repository.
        settings: Settings of the repository.
        base: Branch or commit to compare with; empty for none.
        title: Title of the page.
        source_url: Template of links to files; found from the origin if empty.
        dagster_home: Folder of a Dagster instance; that of the environment if None.

    Raises:
        LineageError: An interface, the baseline or the base is invalid, or there is no interface.
    """
    from dagster_lineage.analyze.baseline import baseline_of
    from dagster_lineage.analyze.check import check
    from dagster_lineage.files.interface_files import read_committed_graph
    from dagster_lineage.files.source_links import checked_template, link_template
    from dagster_lineage.present.report import Checkout, document, page

    checkout = Checkout(root, checked_template(source_url) if source_url else link_template(root))
    graph = read_committed_graph(root, settings)
    states = _states(graph, dagster_home)
    baseline = baseline_of(root, settings)
    findings = check(graph, settings, root=root, baseline=baseline).findings
    if base:
        from dagster_lineage.analyze.diff import compare
        from dagster_lineage.analyze.diff.graphs import compared_graphs
        from dagster_lineage.files.git import Repository

        comparison = Repository(root).compare(base)
        before, after = compared_graphs(comparison, settings.interfaces)
        changed = frozenset(one.path for one in comparison.changed)
        data = document(
            graph,
            settings,
            findings,
            title=title,
            diff=compare(before, after, changed_files=changed),
            removed=_removed(before, after),
            base=f"{base} ({comparison.base[:10]})",
            checkout=checkout,
            states=states,
        )
    else:
        data = document(graph, settings, findings, title=title, checkout=checkout, states=states)
    text = page(data)
    return text, f"{data.summary}, {len(text.encode()) / 1e6:.1f} MB"


def _states(graph: LineageGraph, home: Path | None) -> dict[str, AssetState]:
    """Return the states of assets. `DAGSTER_HOME` may name an instance that cannot be read."""
    import os

    from dagster_lineage.extract.dagster_instance import InstanceUnreadable, asset_states

    assets = [one.asset for one in graph.assets() if one.asset.executable]
    if home is not None:
        return asset_states(home, assets)
    if not os.environ.get("DAGSTER_HOME"):
        return {}
    try:
        return asset_states(Path(os.environ["DAGSTER_HOME"]), assets)
    except InstanceUnreadable as error:
        print(f"note: the page has no last runs: {error}", file=sys.stderr)
        return {}


def _removed(before: LineageGraph, after: LineageGraph) -> tuple[LocatedAsset, ...]:
    """Return the assets that have a producer at base only."""
    return tuple(
        producers[0] for key, producers in before.producers.items() if key not in after.producers
    )


def _repository_name(root: Path) -> str:
    """Return the project name of the repository; the folder's depends on the checkout."""
    import tomllib

    try:
        name = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["name"]
    except (OSError, KeyError, TypeError, ValueError):
        return root.name
    return name if isinstance(name, str) else root.name

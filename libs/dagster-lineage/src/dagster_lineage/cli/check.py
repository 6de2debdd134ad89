"""`lineage check`: is every edge between projects right?"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module
from pathlib import Path

from dagster_lineage.analyze.baseline import Baseline, read_baseline
from dagster_lineage.analyze.check import CheckResult, check, chosen_rules
from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import Settings, find_root, read_settings
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.errors import LineageError
from dagster_lineage.present.formats import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.description = (
        "Checks every edge between projects in the committed interfaces. Exit code 0: right, "
        "1: there are errors or warnings, 2: used wrongly."
    )
    parser.add_argument("projects", metavar="PROJECT", nargs="*", help="only their findings")
    parser.add_argument("--root", type=Path, help="of the repository (default: found upwards)")
    parser.add_argument(
        "--interfaces",
        metavar="GLOB",
        nargs="+",
        action="extend",
        help="interface files, relative to the root",
    )
    for name, what in (("--select", "only these rules"), ("--ignore", "without these rules")):
        parser.add_argument(
            name,
            metavar="CODES",
            action="append",
            default=[],
            help=f"{what}: codes or their beginnings, with commas",
        )
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="known findings, left out (default: settings)"
    )
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="make today's findings the known ones"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="ask the code locations instead of reading files"
    )
    parser.add_argument("--no-color", action="store_true", help="as the variable NO_COLOR")


def run(arguments: argparse.Namespace) -> int:
    """Check and print.

    Raises:
        LineageError: the root, the settings, an interface, a name or the baseline is wrong.
    """
    root = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is no folder.")
    settings = read_settings(root)
    select, ignore = _codes(arguments.select), _codes(arguments.ignore)
    # What is read stays until the end: the collector would look at it in vain.
    gc.disable()
    graph = _graph(root, settings, arguments)
    checked = check(
        graph,
        settings,
        root=root,
        select=select,
        ignore=ignore,
        projects=arguments.projects,
        baseline=None if arguments.write_baseline else _baseline(root, settings, arguments),
    )
    if arguments.write_baseline:
        codes = {rule.code for rule in chosen_rules(select or settings.select, ignore)}
        return _write(arguments.write_baseline, checked, codes, set(arguments.projects))
    text = render(checked, arguments.format, color=_colour(arguments))
    if text:
        print(text)
    return int(checked.failed)


def _graph(root: Path, settings: Settings, arguments: argparse.Namespace) -> LineageGraph:
    if arguments.fresh:
        graph: LineageGraph = import_module("dagster_lineage.cli.lock").fresh_graph(root, settings)
        return graph
    patterns = tuple(arguments.interfaces or settings.interfaces)
    for pattern in patterns:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise LineageError(f"`{pattern}` leaves the root: interfaces are relative to {root}.")
    graph = read_graph(root, patterns, quick=True)
    if not graph.located:
        raise LineageError(
            f"no interface matches {', '.join(patterns)} in {root}. Write them with `lineage lock` "
            "or say where they are with --interfaces or [tool.lineage] interfaces."
        )
    return graph


def _baseline(root: Path, settings: Settings, arguments: argparse.Namespace) -> Baseline | None:
    if arguments.baseline:
        return read_baseline(arguments.baseline, str(arguments.baseline))
    return read_baseline(root / settings.baseline, settings.baseline) if settings.baseline else None


def _write(file: Path, checked: CheckResult, codes: set[str], projects: set[str]) -> int:
    before = read_baseline(file, str(file)) if file.exists() else Baseline({}, str(file))
    after = before.renewed(checked.findings, codes, projects)
    try:
        file.write_bytes(after.text())
    except OSError as error:
        raise LineageError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"{file}: {sum(after.entries.values())} known findings.")
    return 0


def _codes(given: list[str]) -> tuple[str, ...]:
    return tuple(code.strip() for codes in given for code in codes.split(",") if code.strip())


def _colour(arguments: argparse.Namespace) -> bool:
    wanted = not (arguments.no_color or os.environ.get("NO_COLOR"))
    return wanted and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()

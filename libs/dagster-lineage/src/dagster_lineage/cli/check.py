"""`lineage check`: check every edge between projects."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from dagster_lineage.analyze.baseline import Baseline, baseline_of, read_baseline
from dagster_lineage.analyze.check import CheckResult, check, chosen_rules
from dagster_lineage.cli.arguments import (
    add_format,
    add_interfaces,
    add_root,
    describe,
    root_of,
    settings_of,
    wants_color,
)
from dagster_lineage.files.interface_files import read_committed_graph
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.wording import counted
from dagster_lineage.present.formats import CHECK_FORMATS, format_check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Check every edge between projects in the committed interfaces.",
        findings="errors or warnings",
    )
    parser.add_argument(
        "projects",
        metavar="PROJECT",
        nargs="*",
        help="report only findings of these projects (default: all)",
    )
    parser.add_argument(
        "--select",
        metavar="CODES",
        action="append",
        default=[],
        help="run only these rules: codes or their first letters, separated by commas",
    )
    parser.add_argument(
        "--ignore",
        metavar="CODES",
        action="append",
        default=[],
        help="leave out these rules, in the same notation",
    )
    add_interfaces(parser)
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="load the code locations instead of reading the committed interfaces",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="leave out the findings in this file (default: the baseline of the settings)",
    )
    parser.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write the current findings to this file instead of reporting them",
    )
    parser.add_argument(
        "--allow-unreadable",
        action="store_true",
        help="do not fail if code locations could not be loaded; report them as notes",
    )
    add_format(parser, CHECK_FORMATS)
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check and print the findings.

    Raises:
        LineageError: An argument, the settings, an interface or the baseline is invalid.
    """
    root = root_of(arguments)
    settings = settings_of(root, arguments)
    select, ignore = _codes(arguments.select), _codes(arguments.ignore)
    result = check(
        _graph(root, settings, arguments),
        settings,
        root=root,
        select=select,
        ignore=ignore,
        projects=arguments.projects,
        baseline=None if arguments.write_baseline else _baseline(root, settings, arguments),
        allow_unreadable=arguments.allow_unreadable,
    )
    if arguments.write_baseline:
        codes = {rule.code for rule in chosen_rules(select or settings.select, ignore)}
        return _write_baseline(arguments.write_baseline, result, codes, set(arguments.projects))
    text = format_check(result, arguments.format, color=wants_color(arguments))
    if text:
        print(text)
    return int(result.failed)


def _graph(root: Path, settings: Settings, arguments: argparse.Namespace) -> LineageGraph:
    if arguments.fresh:
        graph: LineageGraph = import_module("dagster_lineage.cli.lock").fresh_graph(root, settings)
        return graph
    return read_committed_graph(root, settings, quick=True)


def _baseline(root: Path, settings: Settings, arguments: argparse.Namespace) -> Baseline | None:
    if arguments.baseline:
        return read_baseline(arguments.baseline, str(arguments.baseline))
    return baseline_of(root, settings)


def _write_baseline(file: Path, result: CheckResult, codes: set[str], projects: set[str]) -> int:
    before = read_baseline(file, str(file)) if file.exists() else Baseline({}, str(file))
    after = before.renewed(result.findings, codes, projects)
    try:
        file.write_bytes(after.text())
    except OSError as error:
        raise LineageError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"Wrote {file} with {counted(sum(after.entries.values()), 'finding')}.")
    return 0


def _codes(values: list[str]) -> tuple[str, ...]:
    return tuple(code.strip() for codes in values for code in codes.split(",") if code.strip())

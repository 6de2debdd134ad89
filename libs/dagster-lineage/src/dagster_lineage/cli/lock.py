"""`lineage lock`: write the interface of each code location."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.rules.st01 import StaleInterface
from dagster_lineage.analyze.rules.st02 import UnreadableLocation
from dagster_lineage.cli.arguments import add_root, describe, root_of
from dagster_lineage.cli.lock_notes import (
    warn_of_left_over_files,
    warn_of_other_locations,
    warn_of_unread_files,
)
from dagster_lineage.extract.assembly.bare_manifests import BareManifest
from dagster_lineage.extract.assembly.lock import Lock, lock
from dagster_lineage.extract.assembly.lock_status import (
    ComparedInterface,
    LockStatus,
    compare_with_file,
    write,
)
from dagster_lineage.files.interface_files import InterfaceUnreadable, read_graph
from dagster_lineage.files.settings import Settings, read_settings
from dagster_lineage.model import LineageGraph, LocatedInterface
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.unknown_columns import unknown_columns
from dagster_lineage.model.wording import counted, first_lines
from dagster_lineage.present.formats import CHECK_FORMATS, format_check

MOST_DIFF_LINES = 40
"""Lines of a stale interface's diff that are printed."""
QUIET_S = 5.0
"""Seconds after which progress is printed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    describe(
        parser,
        "Load each code location in its own process and environment, and write the assets that it "
        "produces and reads to its interface file.",
        findings="a code location does not load, or with --check, an interface is stale",
    )
    parser.add_argument(
        "projects",
        nargs="*",
        metavar="PROJECT",
        help="write only the interfaces of these projects (default: all)",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and report stale interfaces"
    )
    parser.add_argument(
        "--format", choices=CHECK_FORMATS, help="output format of --check (default: text)"
    )
    parser.add_argument(
        "--workspace",
        type=Path,
        metavar="PATH",
        help="workspace.yaml, dg.toml, or their folder (default: the workspace of the settings)",
    )
    parser.add_argument(
        "--manifest",
        action="append",
        default=[],
        metavar="FILE[=KEYS]",
        help="read a dbt manifest without Dagster, with a pattern of its asset keys, such as "
        "{schema}/{name}; can be repeated",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="folder for all interface files (default: the folder of each project)",
    )
    parser.add_argument(
        "--python",
        metavar="PATH",
        help="Python interpreter for code locations that name none",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        default=180.0,
        help="time limit for loading a code location (default: 180)",
    )
    add_root(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the interfaces, or compare them with the code.

    Raises:
        LineageError: An argument, the settings, the workspace or a manifest is invalid.
    """
    if arguments.format and not arguments.check:
        raise LineageError("--format is the output format of --check: add --check.")
    root = root_of(arguments)
    settings = read_settings(root)
    locked = _lock(root, settings, arguments)
    if not arguments.projects and not arguments.manifest:
        warn_of_left_over_files(root, settings, arguments.out, locked.located)
    if arguments.check:
        return _check(root, locked, arguments.format or "text")
    failed = False
    for one in locked.located:
        failed |= _write(root, one)
    _print_unknown(locked.located)
    if arguments.out is None:
        warn_of_unread_files(root, settings, locked.located)
    return int(failed)


def fresh_graph(root: Path, settings: Settings) -> LineageGraph:
    """Return the graph of the code, without writing interfaces.

    Args:
        root: Root of the repository, absolute.
        settings: Settings of the repository.

    Raises:
        WorkspaceError: The workspace file is missing or invalid.
    """
    workspace = root / settings.workspace
    warn_of_other_locations(workspace)
    return LineageGraph(lock(root, workspace, report_progress=_Progress()).located)


def _lock(root: Path, settings: Settings, arguments: argparse.Namespace) -> Lock:
    manifests = [_bare_manifest(text) for text in arguments.manifest]
    workspace = arguments.workspace or (None if manifests else root / settings.workspace)
    if workspace is None and arguments.projects:
        raise LineageError(
            f"`{arguments.projects[0]}` is in no workspace: name a workspace with --workspace."
        )
    if workspace is not None:
        warn_of_other_locations(workspace)
    return lock(
        root,
        workspace,
        projects=arguments.projects,
        committed=_committed(root, settings, arguments),
        manifests=manifests,
        keys_from=settings.keys_from,
        out=arguments.out and arguments.out.resolve(),
        python=arguments.python,
        timeout_s=arguments.timeout,
        report_progress=_Progress(),
    )


def _committed(
    root: Path, settings: Settings, arguments: argparse.Namespace
) -> tuple[LocatedInterface, ...]:
    """Return the existing interfaces; unreadable ones matter only if not all are written."""
    try:
        if arguments.out:
            return read_graph(arguments.out.resolve(), ("*.json",)).located
        return read_graph(root, settings.interfaces).located
    except InterfaceUnreadable:
        if arguments.projects:
            raise
        return ()


def _bare_manifest(text: str) -> BareManifest:
    file, equals, keys = text.rpartition("=")
    if not equals or Path(text).is_file():
        return BareManifest(Path(text))
    return BareManifest(Path(file), keys=keys)


class _Progress:
    """Prints progress to standard error after some seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, text: str) -> None:
        elapsed = time.monotonic() - self._started
        if elapsed > QUIET_S:
            sys.stderr.write(f"lineage lock: {elapsed:.0f} s: {text}\n")
            sys.stderr.flush()


def _summary(one: LocatedInterface) -> str:
    assets = one.interface.assets
    own = {asset.key for asset in assets}
    foreign = sum(read.key not in own for asset in assets for read in asset.reads)
    reads = f"{counted(foreign, 'read')} of other projects"
    return f"{_name(one)}: {counted(len(assets), 'asset')}, {reads}"


def _print_unknown(located: Iterable[LocatedInterface]) -> None:
    """Print the share of columns whose origins are unknown, over all written interfaces."""
    share = unknown_columns(asset for one in located for asset in one.interface.assets)
    if share.columns or share.assets:
        sys.stdout.write(f"{share.sentence}\n")


def _name(one: LocatedInterface) -> str:
    return one.interface.location or one.interface.project


def _reason(one: LocatedInterface) -> str:
    """Return why a code location does not load, and what helps if a package is missing."""
    error = one.interface.unreadable
    hint = ". If another interpreter has this package, name it with --python"
    return f"{error}{hint}" if error.startswith("ModuleNotFoundError") else error


def _write(root: Path, one: LocatedInterface) -> bool:
    """Write an interface; return whether its code location failed to load."""
    existed = (root / one.file).is_file()
    changed = write(root, one)
    if one.interface.unreadable:
        kept = "records it" if changed or not existed else "is unchanged"
        sys.stderr.write(f"{_name(one)}: could not be loaded: {_reason(one)}; {one.file} {kept}\n")
        return True
    verb = ("changed" if existed else "written") if changed else "is up to date"
    sys.stdout.write(f"{_summary(one)}; {one.file} {verb}\n")
    return False


def _check(root: Path, locked: Lock, name: str) -> int:
    compared = [compare_with_file(root, one) for one in locked.located]
    findings = [finding for one in compared for finding in _findings(one)]
    if name == "text":
        for one in compared:
            _print(one)
    else:
        result = CheckResult(
            findings=tuple(findings), projects=len(compared), edges=0, unresolved_edges=0
        )
        text = format_check(result, name)
        sys.stdout.write(f"{text}\n" if text else "")
    return int(bool(findings))


def _findings(one: ComparedInterface) -> Iterable[Finding]:
    where = one.located
    if one.state is LockStatus.UNREADABLE:
        yield UnreadableLocation.of_location(where)
    elif one.state in (LockStatus.STALE, LockStatus.MISSING):
        yield StaleInterface.of_difference(where.project, where.file, one.difference)


def _print(one: ComparedInterface) -> None:
    where = one.located
    if one.state is LockStatus.UNREADABLE:
        sys.stderr.write(f"{_name(where)}: could not be loaded: {_reason(where)}\n")
        return
    if one.state in (LockStatus.UP_TO_DATE, LockStatus.LINES_MOVED):
        sys.stdout.write(f"{_summary(where)}; {where.file} is {one.state.value}\n")
        return
    sys.stderr.write(
        f"{where.file}:1  {StaleInterface.code} {StaleInterface.name}\n"
        f"{where.file} is {one.state.value}: run `lineage lock` and commit it.\n"
    )
    for line in first_lines(
        one.difference.splitlines(), MOST_DIFF_LINES, more="… and {} more lines"
    ):
        sys.stderr.write(f"  {line}\n")

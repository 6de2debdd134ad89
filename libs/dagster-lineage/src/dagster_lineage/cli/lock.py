"""`lineage lock`: write what each code location makes and reads, or tell whether it is written."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from dagster_lineage.analyze.check import CheckResult
from dagster_lineage.analyze.rules.st01 import stale, unasked
from dagster_lineage.extract.assembly.bare_manifests import BareManifest
from dagster_lineage.extract.assembly.lock import Lock, lock
from dagster_lineage.extract.assembly.lock_status import Settled, State, settled, write
from dagster_lineage.extract.workspace import WorkspaceError, compare_with_dg
from dagster_lineage.files.interface_files import InterfaceUnreadable, read_graph
from dagster_lineage.files.settings import Settings, find_root, read_settings
from dagster_lineage.model import LineageGraph, LocatedInterface
from dagster_lineage.model.errors import LineageError
from dagster_lineage.model.findings import Finding
from dagster_lineage.present.formats import FORMATS, render

SHOWN_LINES = 40
"""Of a stale interface's difference; the whole of it comes with `lineage lock` and `git diff`."""

QUIET_S = 5.0
"""Seconds after which whoever waits is told how far it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Asks each code location, in its own process and environment, what it makes and reads, and "
        "writes it into its interface file. Exit code 0: done, 1: an interface is stale (with "
        "--check) or a location could not be asked, 2: used wrongly."
    )
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these; default: all")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    parser.add_argument("--format", choices=FORMATS, help="of what --check finds (default: text)")
    parser.add_argument("--root", type=Path, help="of the repository (default: found upwards)")
    parser.add_argument("--workspace", type=Path, help="workspace.yaml, dg.toml, or their folder")
    parser.add_argument("--out", type=Path, help="folder for all interface files")
    parser.add_argument("--python", help="interpreter of the locations that name none")
    parser.add_argument("--timeout", type=float, default=180.0, help="seconds a location may take")
    parser.add_argument(
        "--manifest",
        action="append",
        default=[],
        metavar="FILE[=KEYS]",
        help="a bare dbt manifest, with a rule of keys such as {schema}/{name}; can be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    """Lock, and say what has changed.

    Returns:
        0: all is written, or as it should be. 1: an interface was stale (with `--check`), or a
        location could not be asked.

    Raises:
        LineageError: the root, the settings, the workspace, a manifest or a name is wrong.
    """
    if arguments.format and not arguments.check:
        raise LineageError("--format is for what `lineage lock --check` finds: add --check.")
    root = arguments.root.resolve() if arguments.root else find_root(Path.cwd())
    if not root.is_dir():
        raise LineageError(f"--root {arguments.root} is no folder.")
    settings = read_settings(root)
    found = _lock(root, settings, arguments)
    if not arguments.projects and not arguments.manifest:
        _tell_left_over(root, settings, arguments.out, found.located)
    if arguments.check:
        return _check(root, found, arguments.format or "text")
    failed = False
    for one in found.located:
        failed |= _write(root, one)
    if arguments.out is None:
        _tell_unmatched(root, settings, found.located)
    return int(failed)


def fresh_graph(root: Path, settings: Settings) -> LineageGraph:
    """What all code locations make and read now, without writing it.

    Args:
        root: Of the repository, absolute.
        settings: Of the repository.

    Raises:
        WorkspaceError: the workspace file is missing or wrong.
    """
    workspace = root / settings.workspace
    _tell_disagreement(workspace)
    return LineageGraph(lock(root, workspace, tell=_Progress()).located)


def _lock(root: Path, settings: Settings, arguments: argparse.Namespace) -> Lock:
    manifests = [_bare_manifest(text) for text in arguments.manifest]
    workspace = arguments.workspace or (None if manifests else root / settings.workspace)
    if workspace is None and arguments.projects:
        raise LineageError(
            f"`{arguments.projects[0]}` is asked for, but no workspace: name one with --workspace."
        )
    if workspace is not None:
        _tell_disagreement(workspace)
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
        tell=_Progress(),
    )


def _committed(
    root: Path, settings: Settings, arguments: argparse.Namespace
) -> tuple[LocatedInterface, ...]:
    """What was written before; where all is asked, a file that cannot be read does not matter."""
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
    """Says on standard error how far it is, once somebody has waited for a while."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, text: str) -> None:
        waited = time.monotonic() - self._started
        if waited > QUIET_S:
            sys.stderr.write(f"lineage lock: {waited:.0f} s: {text}\n")
            sys.stderr.flush()


def _tell_disagreement(workspace: Path) -> None:
    """Say where a `workspace.yaml` and the dg workspace beside it list different locations."""
    file = workspace / "workspace.yaml" if workspace.is_dir() else workspace
    if file.suffix not in (".yaml", ".yml") or not file.is_file():
        return
    try:
        notes = compare_with_dg(file)
    except WorkspaceError as error:
        notes = (str(error),)
    for note in notes:
        sys.stderr.write(f"note: {note}\n")


def _said(one: LocatedInterface) -> str:
    interface = one.interface
    own = {asset.key for asset in interface.assets}
    foreign = sum(read.key not in own for asset in interface.assets for read in asset.reads)
    return f"{_name(one)}: {len(interface.assets)} assets, {foreign} reads of other projects"


def _name(one: LocatedInterface) -> str:
    return one.interface.location or one.interface.project


def _write(root: Path, one: LocatedInterface) -> bool:
    """Write one interface; True when its location could not be asked."""
    there = (root / one.file).is_file()
    changed = write(root, one)
    if one.interface.unreadable:
        kept = f"{one.file} says so" if changed or not there else f"{one.file} stays as it was"
        sys.stderr.write(f"{_name(one)}: cannot be asked: {one.interface.unreadable}; {kept}\n")
        return True
    done = ("changed" if there else "written") if changed else "is as it should be"
    sys.stdout.write(f"{_said(one)}; {one.file} {done}\n")
    return False


def _check(root: Path, found: Lock, format_: str) -> int:
    """Tell which interfaces do not say what the code says."""
    compared = [settled(root, one) for one in found.located]
    findings = [finding for one in compared for finding in _findings(one)]
    if format_ == "text":
        for one in compared:
            _show(one)
    else:
        checked = CheckResult(findings=tuple(findings), projects=len(compared), edges=0, unknown=0)
        text = render(checked, format_)
        sys.stdout.write(f"{text}\n" if text else "")
    return int(bool(findings))


def _findings(one: Settled) -> Iterable[Finding]:
    where = one.located
    if one.state is State.UNREADABLE:
        yield unasked(where.project, where.file, _name(where), where.interface.unreadable)
    elif one.state in (State.STALE, State.MISSING):
        yield stale(where.project, where.file, one.difference)


def _show(one: Settled) -> None:
    where = one.located
    if one.state is State.UNREADABLE:
        sys.stderr.write(f"{_name(where)}: cannot be asked: {where.interface.unreadable}\n")
        return
    if one.state in (State.RIGHT, State.LINES_MOVED):
        sys.stdout.write(f"{_said(where)}; {where.file} is {one.state.value}\n")
        return
    lines = one.difference.splitlines()
    sys.stderr.write(
        f"{where.file}:1  ST01 stale-interface\n"
        f"{where.file} is {one.state.value}: run `lineage lock` and commit it.\n"
    )
    for line in lines[:SHOWN_LINES]:
        sys.stderr.write(f"  {line}\n")
    if len(lines) > SHOWN_LINES:
        sys.stderr.write(f"  … and {len(lines) - SHOWN_LINES} lines more\n")


def _tell_unmatched(root: Path, settings: Settings, located: Iterable[LocatedInterface]) -> None:
    """Say which of the files nobody will read."""
    read = {file for pattern in settings.interfaces for file in root.glob(pattern)}
    unread = sorted(one.file for one in located if (root / one.file) not in read)
    if unread:
        sys.stderr.write(
            f"note: `lineage check` does not read {', '.join(unread)}: add a pattern to "
            "[tool.lineage] interfaces, or write all interfaces into one folder with --out.\n"
        )


def _tell_left_over(
    root: Path, settings: Settings, out: Path | None, located: Iterable[LocatedInterface]
) -> None:
    """Say which files are of locations that are gone: what they tell is taken for true."""
    there = (
        out.resolve().glob("*.json")
        if out
        else (file for pattern in settings.interfaces for file in root.glob(pattern))
    )
    ours = {(root / one.file).resolve() for one in located}
    for file in sorted({one.resolve() for one in there} - ours):
        name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file
        sys.stderr.write(
            f"note: {name} is of no code location of this workspace: delete it if that is gone, "
            "or its assets count as made.\n"
        )

"""`lineage lock`: write what each code location makes and reads, or tell whether it is written."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from dagster_lineage.dbt.keys import KeyRuleWrong
from dagster_lineage.dbt.manifest import ManifestUnreadable
from dagster_lineage.graph import LineageGraph, Located
from dagster_lineage.interface_file import (
    InterfaceUnreadable,
    decode,
    encode,
    read_graph,
    without_lines,
)
from dagster_lineage.locking.lock import BareManifest, Lock, lock
from dagster_lineage.settings import Settings, SettingsWrong, read_settings
from dagster_lineage.workspace import WorkspaceError

SHOWN_LINES = 40
"""Of a stale interface's difference; the whole of it comes with `lineage lock` and `git diff`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these; default: all")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: .)")
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
        location could not be asked. 2: used wrongly.
    """
    root = arguments.root.resolve()
    try:
        found = _lock(root, read_settings(root), arguments)
    except (
        WorkspaceError,
        SettingsWrong,
        ManifestUnreadable,
        KeyRuleWrong,
        InterfaceUnreadable,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if arguments.projects and not found.located:
        sys.stderr.write(f"The workspace lists no project {', '.join(arguments.projects)}.\n")
        return 2
    failed = False
    for one in found.located:
        failed |= _settle(root, one, check=arguments.check)
    return int(failed)


def fresh_graph(root: Path, settings: Settings) -> LineageGraph:
    """What all code locations make and read now, without writing it.

    Args:
        root: Of the repository, absolute.
        settings: Of the repository.

    Raises:
        WorkspaceError: the workspace file is missing or wrong.
    """
    return LineageGraph(lock(root, root / settings.workspace).located)


def _lock(root: Path, settings: Settings, arguments: argparse.Namespace) -> Lock:
    manifests = [_bare_manifest(text) for text in arguments.manifest]
    workspace = arguments.workspace or (None if manifests else root / settings.workspace)
    committed: tuple[Located, ...] = ()
    if arguments.projects:
        committed = read_graph(root, settings.interfaces).located
    return lock(
        root,
        workspace,
        projects=arguments.projects,
        committed=committed,
        manifests=manifests,
        out=arguments.out,
        python=arguments.python,
        timeout_s=arguments.timeout,
    )


def _bare_manifest(text: str) -> BareManifest:
    file, equals, keys = text.partition("=")
    return BareManifest(Path(file), keys=keys) if equals else BareManifest(Path(file))


def _settle(root: Path, one: Located, *, check: bool) -> bool:
    """Write or compare one interface; True when something is wrong."""
    interface = one.interface
    name = interface.location or interface.project
    if interface.unreadable:
        sys.stderr.write(f"{name}: cannot be asked: {interface.unreadable}\n")
        return True
    file = root / one.file
    before = file.read_bytes() if file.is_file() else b""
    now = encode(interface)
    own = {asset.key for asset in interface.assets}
    foreign = sum(read.key not in own for asset in interface.assets for read in asset.reads)
    said = f"{name}: {len(interface.assets)} assets, {foreign} reads of other projects"
    if before == now:
        sys.stdout.write(f"{said}; {one.file} is as it should be\n")
        return False
    if check:
        return _is_stale(said, one, before)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(now)
    sys.stdout.write(f"{said}; {one.file} {'changed' if before else 'written'}\n")
    return False


def _is_stale(said: str, one: Located, before: bytes) -> bool:
    """Whether more than lines has changed; then what."""
    now = encode(without_lines(one.interface))
    try:
        old = encode(without_lines(decode(before, one.file))) if before else b""
    except InterfaceUnreadable as error:
        sys.stderr.write(f"{error}\n")
        return True
    if old == now:
        sys.stdout.write(f"{said}; {one.file} is as it should be, but for line numbers\n")
        return False
    _show_difference(one.file, old, now)
    return True


def _show_difference(file: str, before: bytes, now: bytes) -> None:
    lines = list(
        difflib.unified_diff(
            before.decode(errors="replace").splitlines(),
            now.decode().splitlines(),
            f"{file} (committed)",
            f"{file} (as the code is)",
            n=1,
            lineterm="",
        )
    )
    sys.stderr.write(f"{file} is stale: run `lineage lock` and commit it.\n")
    for line in lines[:SHOWN_LINES]:
        sys.stderr.write(f"  {line}\n")
    if len(lines) > SHOWN_LINES:
        sys.stderr.write(f"  … and {len(lines) - SHOWN_LINES} lines more\n")

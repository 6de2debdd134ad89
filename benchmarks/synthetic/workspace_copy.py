"""A copy of a repository to edit, bring up to date and check."""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.plants import Plant

from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import LineageGraph
from dagster_lineage.model.findings import Finding


class LoadFailed(Exception):
    """dbt does not parse a project, so the plant is not valid."""


@dataclass
class CheckResult:
    """Result of one pass."""

    findings: list[Finding]
    """Errors and warnings."""
    notes: list[Finding]
    """What is only said."""
    unreadable: str = ""
    """What was said of code locations that did not load; empty if all did."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Of the steps, by name."""


class WorkspaceCopy:
    """A repository in a separate folder.

    Args:
        root: Root of the copy.
        manifests: Runs dbt.
        environment: Variables that the code locations need, such as the path of the copied code.
    """

    def __init__(
        self, root: Path, manifests: ManifestMaker, environment: dict[str, str] | None = None
    ) -> None:
        self.root = root
        self._manifests = manifests
        self._environment = environment or {}

    def dbt_projects(self, names: Iterable[str] | None = None) -> list[Path]:
        """Return the folders of the dbt projects, or of those with the given names."""
        wanted = None if names is None else set(names)
        return [
            file.parent
            for file in sorted(self.root.glob("projects/*/dbt_project.yml"))
            if wanted is None or file.parent.name in wanted
        ]

    def apply(self, plants: Iterable[Plant]) -> None:
        """Edit the files."""
        for plant in plants:
            for edit in plant.edits:
                edit.apply(self.root)

    def check(self, changed: Iterable[str] | None = None) -> CheckResult:
        """Parse the changed dbt projects, lock every interface, check.

        Args:
            changed: Names of projects; empty: all.

        Raises:
            LoadFailed: dbt does not accept the files.
        """
        seconds: dict[str, float] = {}
        with _timed(seconds, "dbt parse"):
            self.parse(self.dbt_projects(changed))
        with _timed(seconds, "lineage lock"):
            unreadable = self.lock()
        with _timed(seconds, "lineage check"):
            findings = self.findings()
        notes = [finding for finding in findings if finding.level == "note"]
        wrong = [finding for finding in findings if finding.level != "note"]
        return CheckResult(wrong, notes, unreadable, seconds)

    def parse(self, folders: Iterable[Path], target: str = "") -> None:
        """Bring manifests up to date.

        Args:
            folders: Folders of dbt projects.
            target: See `ManifestMaker.parse`.

        Raises:
            LoadFailed: dbt does not accept the files.
        """
        for parsed in self._manifests.parse(folders, target):
            if parsed.error:
                raise LoadFailed(f"{parsed.folder.name}: {parsed.error}")
            self.after_parse(parsed.folder)

    def after_parse(self, folder: Path) -> None:
        """Run after a manifest was written; does nothing here."""

    def lock(self) -> str:
        """Run `lineage lock` and return what it reports of unreadable locations."""
        details, wrong = io.StringIO(), io.StringIO()
        with _environment(self._environment), redirect_stdout(details), redirect_stderr(wrong):
            code = run_command("lock", ["--root", str(self.root)])
        return wrong.getvalue() if code else ""

    def is_stale(self) -> bool:
        """Return whether `lineage lock --check` reports a stale interface."""
        self.parse(self.dbt_projects())
        wrong = io.StringIO()
        with _environment(self._environment), redirect_stdout(wrong), redirect_stderr(wrong):
            code = run_command("lock", ["--root", str(self.root), "--check"])
        return code == 1 and "is stale" in wrong.getvalue()

    def findings(self) -> list[Finding]:
        """Return the findings of `lineage check --format json`."""
        details = io.StringIO()
        with redirect_stdout(details):
            run_command("check", ["--root", str(self.root), "--format", "json"])
        return msgspec.json.decode(details.getvalue(), type=_Report).findings

    def graph(self) -> LineageGraph:
        """Return the interfaces as they were locked last."""
        return read_graph(self.root, Settings().interfaces)


class _Report(msgspec.Struct):
    findings: list[Finding]


def run_command(name: str, arguments: list[str]) -> int:
    """Run a command of `lineage` in this process."""
    from dagster_lineage.cli.main import main  # noqa: PLC0415

    try:
        return int(main([name, *arguments]) or 0)
    except SystemExit as end:
        return int(end.code or 0)


def copied(source: Path, target: Path) -> Path:
    """Copy a folder with its manifests and dbt's partial parse state."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(source, target, symlinks=True))


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[name] = seconds.get(name, 0) + time.perf_counter() - start


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

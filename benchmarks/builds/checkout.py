"""A synthetic repository as a git checkout, with its manifests and interfaces."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.builds.warehouse import BuildFailed, DbtProject, read_project
from benchmarks.synthetic.files import write
from benchmarks.synthetic.plants import Plant
from benchmarks.synthetic.tables import Repository as Planned

from dagster_lineage.analyze.affected.decision import decide
from dagster_lineage.analyze.affected.verdicts import Affected
from dagster_lineage.extract.assembly.bare_manifests import BareManifest
from dagster_lineage.extract.assembly.lock import lock
from dagster_lineage.files.git import Repository
from dagster_lineage.files.interface_files import encode
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model import LocatedInterface

KEPT = ("manifest.json", "partial_parse.msgpack")
"""What dbt keeps in a project's target folder and reads again."""


class Checkout:
    """A git repository with one commit of files and interfaces, and untracked manifests.

    Args:
        planned: The planned repository.
        root: An empty folder, or one that does not exist.
    """

    def __init__(self, planned: Planned, root: Path) -> None:
        self.root = root
        self.names = [project.name for project in planned.projects]
        self._reads = {
            project.name: {read.table.project for read in project.sources}
            for project in planned.projects
        }
        write(planned, root)
        (root / ".gitignore").write_text("target/\nlogs/\n.user.yml\n")
        self._interfaces: tuple[LocatedInterface, ...] = ()
        self._parse(self.names)
        self._interfaces = self._lock(self.names)
        self._git("init", "-q", "-b", "main")
        self._git("add", "-A")
        self._git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "base")
        self.base = {name: read_project(self._folder(name)) for name in self.names}
        self._kept = {
            file: file.read_bytes()
            for name in self.names
            for file in (self._folder(name) / "target" / one for one in KEPT)
        }

    @contextlib.contextmanager
    def edited(self, plants: Iterable[Plant]) -> Iterator[None]:
        """Edit the work tree and bring manifests and interfaces up to date.

        Raises:
            PlantImpossible: an edit does not fit the files.
            BuildFailed: dbt does not accept them.
        """
        touched: set[str] = set()
        try:
            for plant in plants:
                for edit in plant.edits:
                    edit.apply(self.root)
                touched |= plant.projects & set(self.names)
            self._parse(sorted(touched))
            self._lock(self._downstream(touched))
            yield
        finally:
            self._git("checkout", "-q", "-f", "main")
            self._git("clean", "-q", "-f", "-d")
            for file, content in self._kept.items():
                if file.parent.parent.name in touched:
                    file.write_bytes(content)

    def project(self, name: str) -> DbtProject:
        """Return a project at head, or at base if its manifest did not change."""
        file = self._folder(name) / "target" / KEPT[0]
        same = file.read_bytes() == self._kept[file]
        return self.base[name] if same else read_project(self._folder(name))

    def affected(self) -> Affected:
        """Return the result of `lineage affected --base HEAD`."""
        comparison = Repository(self.root).compare("HEAD")
        return decide(comparison, read_settings(self.root).interfaces)

    def _lock(self, names: Iterable[str]) -> tuple[LocatedInterface, ...]:
        """Lock these projects; the others keep the interfaces of the base."""
        manifests = [BareManifest(self._folder(name) / "target" / KEPT[0]) for name in names]
        producer = lock(self.root, None, manifests=manifests, committed=self._interfaces).located
        for located in producer:
            (self.root / located.file).write_bytes(encode(located.interface))
        return producer

    def _downstream(self, names: set[str]) -> list[str]:
        """Return these projects and their direct and indirect readers."""
        found = set(names)
        for name in self.names:  # upstream ones come first
            if self._reads[name] & found:
                found.add(name)
        return [name for name in self.names if name in found]

    def _parse(self, names: Iterable[str]) -> None:
        """Run `dbt parse` in this process."""
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 - two seconds

        os.environ.update(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")
        for name in names:
            details = io.StringIO()
            places = ["--project-dir", str(self._folder(name))]
            places += ["--profiles-dir", str(self._folder(name))]
            with contextlib.redirect_stdout(details):
                result = dbtRunner().invoke(
                    ["--quiet", "--no-use-colors", "parse", "--no-version-check", *places]
                )
            if not result.success:
                raise BuildFailed(f"{name}: {details.getvalue()}{result.exception or ''}")

    def _folder(self, name: str) -> Path:
        return self.root / "projects" / name

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)

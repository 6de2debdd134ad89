"""A copy of the workspace: dbt projects anywhere, some of which read others' manifests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.synthetic.manifests import ManifestMaker
from benchmarks.synthetic.plants import Plant
from benchmarks.synthetic.workspace_copy import WorkspaceCopy

TWO_TARGETS = "regional/dbt"
"""The dbt project that is parsed for two targets."""


class LayoutCopy(WorkspaceCopy):
    """The copy; it knows the dbt projects that were edited.

    Args:
        root: Root of the copy.
        manifests: Runs dbt.
    """

    def __init__(self, root: Path, manifests: ManifestMaker) -> None:
        super().__init__(root, manifests)
        self._edited: set[Path] = set()

    def apply(self, plants: Iterable[Plant]) -> None:
        """Edit the files."""
        plants = list(plants)
        super().apply(plants)
        self._edited |= {self.root / edit.file for plant in plants for edit in plant.edits}

    def dbt_projects(self, names: Iterable[str] | None = None) -> list[Path]:
        """Return the folders of all dbt projects, or of those that are edited."""
        folders = [file.parent for file in sorted(self.root.glob("*/**/dbt_project.yml"))]
        folders = [
            folder
            for folder in folders
            if "dbt_packages" not in folder.parts and folder.parent.name != "packages"
        ]
        if names is None:
            return folders
        return [
            folder
            for folder in folders
            if any(folder in file.parents for file in self._edited)
            or (folder / "injected_models.txt").exists()
        ]

    def parse(self, folders: Iterable[Path], target: str = "") -> None:
        """Parse dbt projects, those with injected models after the others."""
        folders = list(folders)
        injecting = [one for one in folders if (one / "injected_models.txt").exists()]
        super().parse([one for one in folders if one not in injecting], target)
        super().parse(injecting, target)
        super().parse([one for one in folders if one == self.root / TWO_TARGETS], "staging")

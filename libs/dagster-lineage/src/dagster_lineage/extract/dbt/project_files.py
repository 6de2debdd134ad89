"""The files of a dbt project, read once each, and the places in them."""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path

import yaml

from dagster_lineage.extract.dbt.lines import Described, YamlFile, read_lines
from dagster_lineage.extract.dbt.manifest_nodes import ManifestResource
from dagster_lineage.model import PACKAGE_SEPARATOR, place

_EMPTY = YamlFile()
_SECTION = {"model": "models", "seed": "seeds", "snapshot": "snapshots", "exposure": "exposures"}


class ProjectFiles:
    """Finds the lines of definitions, in the project and in its installed packages.

    Where a file is missing or is not YAML, places name its first line.

    Args:
        project_dir: Folder of `dbt_project.yml`; None for a bare manifest.
        relative_to: Folder that places are relative to; the project's own by default.
        root_package: Name of the project, which is that of its package.
        in_checkout: Whether `project_dir` is in the checkout. The places of other projects are in
            dbt's own notation, `shop://models/orders.sql`.
    """

    def __init__(
        self,
        project_dir: Path | None,
        relative_to: Path | None,
        root_package: str,
        *,
        in_checkout: bool = True,
    ) -> None:
        self._folder = project_dir
        self._root_package = root_package
        self._texts: dict[str, str | None] = {}
        self._yaml: dict[str, YamlFile] = {}
        self.notes: list[str] = []
        """Files that are not YAML, in sentences."""
        self._prefix = ""
        if project_dir is None or not in_checkout:
            self._prefix = f"{root_package}{PACKAGE_SEPARATOR}"
        elif relative_to is not None:
            between = os.path.relpath(project_dir, relative_to).replace(os.sep, "/")
            self._prefix = "" if between == "." else f"{between}/"

    @cached_property
    def _packages(self) -> str:
        """The folder of installed packages, relative to the project's."""
        written = self.text("dbt_project.yml") or ""
        found = re.search(r"^packages-install-path:\s*[\"']?([\w./-]+)", written, re.MULTILINE)
        return found.group(1).strip("/") if found else "dbt_packages"

    def file_of(self, node: ManifestResource) -> str:
        """The file that defines a node, relative to the project's folder."""
        return self.file_in(node.package_name, node.original_file_path)

    def is_own(self, package: str) -> bool:
        """Return whether a package is the project itself, not one that it installs."""
        return package in ("", self._root_package)

    def file_in(self, package: str, path: str) -> str:
        """A file of the project or of an installed package, relative to the project's folder."""
        path = path.replace("\\", "/")
        if not path or self.is_own(package):
            return path
        return f"{self._packages}/{package}/{path}"

    def at(self, file: str, line: int) -> str:
        """The place; empty without a file, line 1 where the line is not known."""
        return place(f"{self._prefix}{file}", line or 1) if file else ""

    def text(self, file: str) -> str | None:
        """Text of a file; None when it does not exist."""
        if file not in self._texts:
            content = self._bytes(file)
            decoded = None if content is None else content.decode("utf-8-sig", "replace")
            self._texts[file] = decoded and decoded.replace("\r\n", "\n")
        return self._texts[file]

    def _bytes(self, file: str) -> bytes | None:
        if self._folder is None or not file:
            return None
        try:
            return (self._folder / file).read_bytes()
        except (OSError, ValueError):
            return None

    def described(self, file: str) -> YamlFile:
        """What a YAML file describes; nothing when it cannot be read."""
        found = self._yaml.get(file)
        if found is None:
            found = self._yaml[file] = self._read_yaml(file)
        return found

    def _read_yaml(self, file: str) -> YamlFile:
        content = self._bytes(file)
        if content is None:
            return _EMPTY
        try:
            return read_lines(content)
        except (yaml.YAMLError, UnicodeError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = self.at(file, mark.line + 1 if mark else 1)
            self.notes.append(
                f"{where} is not YAML, so the lines of its descriptions are not known."
            )
            return _EMPTY

    def description_of(self, node: ManifestResource) -> tuple[str, Described | None]:
        """The YAML file that describes a node, and its entry there; empty without one."""
        file = self.file_of(node)
        if not file.endswith((".yml", ".yaml")):
            package, scheme, path = (node.patch_path or "").partition(PACKAGE_SEPARATOR)
            if not scheme:
                return "", None
            file = self.file_in(package, path)
        section = _SECTION.get(node.resource_type, "")
        return file, self.described(file).entries.get((section, node.name))

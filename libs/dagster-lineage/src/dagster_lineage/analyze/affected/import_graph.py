"""Members that import a changed Python module: grimp's import graph, and imports of tests."""

from __future__ import annotations

import ast
import os
import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_lineage.analyze.affected.dynamic_imports import loaded_by_name, named_in
from dagster_lineage.analyze.affected.layout import NOT_BUILT, ROOT, Layout, Member
from dagster_lineage.files.comparison import WORKTREE, Comparison
from dagster_lineage.model.errors import LineageError

if TYPE_CHECKING:
    from grimp import ImportGraph

_NAMING = (".py", ".toml", ".yml", ".yaml", ".json", ".cfg", ".sh")
"""Files that may name a module to import."""
# Without JSON: interfaces are megabytes of it, and settings are rarely written in it.
_SETTINGS = (".toml", ".yml", ".yaml", ".cfg", ".ini")


class Importers:
    """Imports between members at head.

    Args:
        comparison: Files at base and head.
        layout: Members of the repository.
    """

    def __init__(self, comparison: Comparison, layout: Layout) -> None:
        self._comparison = comparison
        self._layout = layout
        self._packages = {
            name: folder for member in layout.members for name, folder in member.packages.items()
        }
        self._owners = {name: member for member in layout.members for name in member.packages}
        self._python: defaultdict[str, list[str]] = defaultdict(list)
        for path in comparison.head_files:
            owner = layout.member(path) if path.endswith(".py") else None
            if owner is not None and not (owner.folder == ROOT and path.startswith(NOT_BUILT)):
                self._python[owner.folder].append(path)
        self._graph = self._built()
        self._add_loaded_by_name()
        self._loose = {member.folder: self._loose_imports(member) for member in layout.members}

    def of(self, modules: Iterable[str]) -> dict[str, tuple[bool, str]]:
        """Return the members that import one of the modules, by folder.

        Importing `a.b` runs `a/__init__.py` first, so all importers of a package's modules import
        the package. A module that does not exist at head (removed or renamed) counts as its
        package.

        Returns:
            Whether the member's code imports it, and not only its tests; and the importing module,
            or the settings file that names the module.
        """
        changed = self._with_importers(modules)
        found: dict[str, tuple[bool, str]] = {}
        for module in changed:
            member = self._owners.get(module.partition(".")[0])
            if member is not None:
                found.setdefault(member.folder, (True, module))
        for folder, settings in self._named_in_settings.items():
            used = [module for module in changed if module in settings]
            if used:
                found.setdefault(folder, (True, settings[used[0]]))
        for folder, (by_code, by_tests) in self._loose.items():
            for imported, is_code in ((by_code, True), (by_tests, False)):
                used = [module for module in changed if module in imported]
                if used:
                    found.setdefault(folder, (is_code, used[0]))
        return found

    def imports(self, member: Member, library: Member) -> bool:
        """Return whether the member imports any package of the library."""
        return bool(self._imported_packages[member.folder] & library.packages.keys())

    def has_importers(self, library: Member) -> bool:
        """Return whether another member imports the library."""
        return any(
            self.imports(member, library)
            for member in self._layout.members
            if member is not library
        )

    def is_named(self, module: str) -> bool:
        """Return whether a module without importers is named in a file that may import it by name.

        Tests and other code outside of packages are left out: a name counts as an import there.
        """
        if self._graph_knows_importers(module):
            return False
        name = module.encode()
        packages = tuple(f"{folder}/" for folder in self._packages.values())
        paths = [
            path
            for path in self._comparison.head_files
            if path.endswith(_NAMING)
            and self._layout.member(path)
            and (not path.endswith(".py") or path.startswith(packages))
        ]
        return any(name in text for text in self._comparison.head_contents(paths).values())

    def _graph_knows_importers(self, module: str) -> bool:
        return module in self._graph.modules and bool(
            self._graph.find_modules_that_directly_import(module)
        )

    @cached_property
    def _imported_packages(self) -> dict[str, set[str]]:
        """Top-level packages that each member imports, by folder."""
        found = {
            folder: {name.partition(".")[0] for name in by_code | by_tests}
            for folder, (by_code, by_tests) in self._loose.items()
        }
        for module in self._graph.modules:
            member = self._owners.get(module.partition(".")[0])
            if member is not None:
                found[member.folder] |= {
                    imported.partition(".")[0]
                    for imported in self._graph.find_modules_directly_imported_by(module)
                }
        return found

    @cached_property
    def _named_in_settings(self) -> dict[str, dict[str, str]]:
        """Modules of other members that a member's settings name, with the file, by folder."""
        found: dict[str, dict[str, str]] = {}
        paths = [
            path
            for path in self._comparison.head_files
            if path.endswith(_SETTINGS) and self._layout.member(path)
        ]
        for path, text in self._comparison.head_contents(paths).items():
            member = self._layout.member(path)
            assert member is not None  # noqa: S101 - filtered above
            foreign = self._packages.keys() - member.packages.keys()
            for name in named_in(text, foreign):
                module = name
                while module not in self._graph.modules and "." in module:
                    module = module.rpartition(".")[0]
                found.setdefault(member.folder, {}).setdefault(module, path)
        return found

    def _add_loaded_by_name(self) -> None:
        """Add the modules that are loaded by name to the graph as imports."""
        modules = self._graph.modules
        inside = {
            path: module
            for member in self._layout.members
            for path in self._python[member.folder]
            if (module := module_of(path, member.packages)) in modules
        }
        for path, text in self._comparison.head_contents(inside).items():
            for loaded in loaded_by_name(text, inside[path], modules):
                self._graph.add_import(importer=inside[path], imported=loaded)

    def _with_importers(self, modules: Iterable[str]) -> dict[str, None]:
        """Return the modules and their direct and indirect importers, the nearest first."""
        known = self._graph.modules
        waiting: deque[str] = deque()
        for module in modules:
            if module in known:
                waiting.append(module)
            else:
                package = module.partition(".")[0]
                waiting += sorted(
                    one for one in known if one == package or one.startswith(f"{package}.")
                )
                waiting.append(module)
        found: dict[str, None] = {}
        while waiting:
            module = waiting.popleft()
            if module in found:
                continue
            found[module] = None
            if module in known:
                waiting += sorted(self._graph.find_modules_that_directly_import(module))
                waiting += sorted(self._graph.find_children(module))
        return found

    def _built(self) -> ImportGraph:
        import logging  # noqa: PLC0415

        try:
            import grimp  # noqa: PLC0415 - an extra: needed only where Python files changed
        except ModuleNotFoundError as error:
            raise LineageError(
                "grimp is needed to find the importers of changed Python files. Install it with "
                "`pip install 'dagster-lineage[affected]'`."
            ) from error

        # Warnings of grimp would appear as output of the command.
        logging.getLogger("grimp").setLevel(logging.ERROR)
        names = sorted(name for name, folder in self._packages.items() if self._is_there(folder))
        if not names:
            return grimp.ImportGraph()
        broken: set[str] = set()
        while True:
            with self._sources(broken) as root, _importable(root, self._packages, names):
                try:
                    return grimp.build_graph(names[0], *names[1:], cache_dir=None)
                except (grimp.exceptions.SourceSyntaxError, FileNotFoundError) as error:
                    path = Path(error.filename).relative_to(root).as_posix()
                    if path in broken:
                        raise
                    broken.add(path)

    def _is_there(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self._comparison.head_files

    @contextmanager
    def _sources(self, broken: set[str]) -> Iterator[Path]:
        """Yield a folder with the packages at head: the work tree, or a copy of the commit.

        Files with syntax errors and broken links are empty in the copy: they cannot be imported,
        and so they import nothing.
        """
        if self._comparison.head == WORKTREE and not broken:
            yield self._comparison.repository.root
            return
        folders = tuple(f"{folder}/" for folder in self._packages.values())
        wanted = [
            path for paths in self._python.values() for path in paths if path.startswith(folders)
        ]
        import tempfile  # noqa: PLC0415 - only for a head that is not the work tree

        with tempfile.TemporaryDirectory() as folder:
            for path, text in self._comparison.head_contents(wanted).items():
                file = Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                if path in broken:
                    file.touch()
                elif self._comparison.head_files[path].is_link:
                    file.symlink_to(os.fsdecode(text))
                else:
                    file.write_bytes(text)
            yield Path(folder)

    def _loose_imports(self, member: Member) -> tuple[set[str], set[str]]:
        """Return the modules that a member imports outside of its packages, with their parents.

        Returns:
            Those that code imports, and those that tests import.
        """
        inside = tuple(f"{folder}/" for folder in member.packages.values())
        paths = [path for path in self._python[member.folder] if not path.startswith(inside)]
        names = [name.encode() for name in self._packages if name not in member.packages]
        by_code: set[str] = set()
        by_tests: set[str] = set()
        for path, text in self._comparison.head_contents(paths).items():
            # Searching for a name is much faster than parsing.
            if any(name in text for name in names):
                imported = imported_modules(text)
                (by_tests if is_test(member.inside(path)) else by_code).update(imported)
        return by_code, by_tests


def imported_modules(text: bytes) -> set[str]:
    """Return the modules that a file may import, with their parent packages.

    `from a import b` may import the module `a.b`. Names that are not modules do no harm.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # `python -m package.module`, `import_module("package.module")`, `patch("…")`.
            parts = node.value.split(".")
            if len(node.value) < 200 and all(part.isidentifier() for part in parts):  # noqa: PLR2004
                named.add(node.value)
    return {
        ".".join(parts[:length])
        for parts in (name.split(".") for name in named)
        for length in range(1, len(parts) + 1)
    }


def is_test(path: str) -> bool:
    """Return whether a Python file is a test, or belongs to tests."""
    *folders, name = path.split("/")
    return (
        name.startswith(("test_", "conftest."))
        or name.endswith("_test.py")
        or not {"tests", "test"}.isdisjoint(folders)
    )


def module_of(path: str, packages: Mapping[str, str]) -> str:
    """Return the module name of a file; empty if it is not in a package."""
    for name, folder in packages.items():
        if path.startswith(f"{folder}/") and path.endswith(".py"):
            inside = path[len(folder) + 1 :].removesuffix(".py").split("/")
            parts = [name, *(part for part in inside if part != "__init__")]
            return ".".join(parts)
    return ""


@contextmanager
def _importable(root: Path, packages: Mapping[str, str], names: list[str]) -> Iterator[None]:
    """Make grimp find the packages under this root instead of installed or imported ones.

    grimp uses the import system, which returns modules that are already imported (such as this
    package) first. Nothing is imported here.
    """
    folders = {str((root / packages[name]).parent) for name in names}
    loaded = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    path = list(sys.path)
    sys.path[:0] = sorted(folders)
    try:
        yield
    finally:
        sys.path[:] = path
        sys.modules.update(loaded)

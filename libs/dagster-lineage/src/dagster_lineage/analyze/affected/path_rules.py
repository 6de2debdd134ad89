"""Effects of a changed file, by its path and by the kind of the change.

The first matching row decides. *Rows* means that the named assets and all of their readers, in any
project, may have other rows.

| path | file | what is built and tested |
|---|---|---|
| root | `README.md`, other `*.md`, `*.rst`, pictures, `LICENSE`, `CODEOWNERS`, `.gitignore`, `.editorconfig`; all of `docs/`, `benchmarks/` | nothing |
| root | `tests/` | the tests of the repository as a whole, no project |
| root | all other files without an owner (`ownership`): locks, `pyproject.toml`, `workspace.yaml`, `Makefile`, `.github/`, … | everything, as the effect is unknown |
| project | its interface, in any folder | the project, and the readers of what differs |
| project | `tests/`, `conftest.py` | the project only |
| project | documentation and pictures outside its packages and dbt folders, unless its `pyproject.toml` names them | nothing |
| dbt | a model, snapshot or seed | the project; rows, unless only comments and white space of SQL or Python differ |
| dbt | a properties file | the project; rows of the models and sources whose entries differ in more than descriptions and tests |
| dbt | tests, analyses, documentation blocks | the project only |
| dbt | macros, `dbt_project.yml`, all other files | the project; rows of all its assets |
| project | Python | the project; rows of all its assets, unless only comments and docstrings differ |
| project | `pyproject.toml` | the project; rows of all its assets, unless its content is the same |
| project | all other files | the project; rows of all its assets |
| library | `tests/`, documentation | the library only |
| library | Python | the members that import it, with their rows, unless only comments and docstrings differ |
| library | all other files | the members that require it, with their rows |

Documentation and the files in `docs/` and `benchmarks/` also have the effect of the code that names
them. A link, a local dbt package and a path out of a member's folder have the effect of their
targets.

`CODEOWNERS` decides who reviews and not what is built; workflows decide how everything is built.
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dagster_lineage.analyze.affected.assets_of_files import AssetsOfFiles
from dagster_lineage.analyze.affected.equivalence import (
    same_python,
    same_sql,
    same_toml,
    same_yaml,
)
from dagster_lineage.analyze.affected.import_graph import module_of
from dagster_lineage.analyze.affected.layout import (
    HARMLESS_FOLDERS,
    TESTS,
    DbtFolders,
    Member,
)
from dagster_lineage.analyze.affected.macro_use import MacroUse
from dagster_lineage.analyze.affected.ownership import Ownership
from dagster_lineage.model import LineageGraph

Scope = Literal["everything", "project", "rows", "library", "nothing", "repository"]
DbtWork = Literal["", "modified", "all"]

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".drawio")
_DOCUMENTS = (".md", ".rst", ".adoc", *_PICTURES)
_HARMLESS = frozenset(
    {"LICENSE", "NOTICE", ".gitignore", ".editorconfig", "CODEOWNERS", ".github/CODEOWNERS"}
)
_YAML = (".yml", ".yaml")
_MODELS = ("model-paths", "seed-paths", "snapshot-paths")
_LARGE_SEED = 1024 * 1024
"""Size in bytes above which dbt compares only the path of a seed (`dbt.constants`)."""
_SELECTABLE = re.compile(r"[\w./-]+")
_SAME_MODEL = {".sql": same_sql, ".py": same_python}
"""Comparisons of models by suffix. In a seed every character is data."""


class Effect(Struct, frozen=True, kw_only=True):
    """Effect of a changed file."""

    path: str
    scope: Scope
    """`rows` includes `project`."""
    why: str
    """Reason, shown after the path: `README.md: documentation`."""
    folder: str = ""
    """Folder of the member; empty for a file outside of all members."""
    project: str = ""
    """Project that owns the file; empty for a file of a library or of the root."""
    keys: frozenset[str] | None = None
    """Scope `rows`: the assets; None: all assets of the project."""
    document: bool = False
    """Scope `nothing`: code that names the file may read it."""
    module: str = ""
    """Name of the module, for Python files."""
    dbt: DbtWork = ""
    """What dbt must build in the project: what `state:modified` selects, or everything."""
    dbt_by_name: str = ""
    """Selection of what dbt must also build because `state:modified` does not select it."""


class PathRules:
    """Classification of changed files by the table of this module.

    Args:
        ownership: Owners of files.
        graphs: Interface graphs at base and at head.
        before: Contents of the changed files at base.
        after: Contents of the changed files at head.
        macro_use: Returns the uses of macros in a dbt project.
    """

    def __init__(
        self,
        ownership: Ownership,
        graphs: tuple[LineageGraph, LineageGraph],
        before: Mapping[str, bytes],
        after: Mapping[str, bytes],
        macro_use: Callable[[DbtFolders], MacroUse],
    ) -> None:
        self._layout = ownership.layout
        self._before = before
        self._after = after
        self._macro_use = macro_use
        self._ownership = ownership
        self._interfaces = {
            where.file: where.project for graph in graphs for where in graph.located
        }
        self._assets = AssetsOfFiles(graphs)
        self._at_head = {where.project for where in graphs[1].located}

    def effects(self, path: str) -> Iterator[Effect]:
        """Yield the effect of a changed file on each project or library that owns it."""
        if path in self._interfaces:
            project = self._interfaces[path]
            yield Effect(path=path, scope="project", why="its interface", project=project)
            return
        member = self._layout.member(path)
        folder = member.folder if member is not None else ""
        owners = self._ownership.owners(path)
        if member is not None and member.is_library and not (owners and member.is_shared):
            yield replace(self._of_library(path, member), folder=folder)
        elif not owners:
            yield _of_root(path)
        is_shared = member is None or member.is_shared
        names = {owner.name for owner in owners}
        if names and is_shared and path in self._after and self._at_head.isdisjoint(names):
            why = "it belongs to no project with an interface at head"
            yield Effect(path=path, scope="everything", why=why)
        for owner in owners:
            effect = self._of_project(path, owner)
            yield replace(effect, folder=folder, project=owner.name)

    def _of_project(self, path: str, member: Member) -> Effect:
        inside = member.inside(path)
        dbt = self._layout.dbt_of(path)
        kind = dbt.kind(path) if dbt else ""
        if inside == "conftest.py" or (inside.startswith(TESTS) and not kind):
            return Effect(path=path, scope="project", why="its tests")
        if not kind and _is_documentation(path, member):
            return Effect(path=path, scope="nothing", why="documentation", document=True)
        if path.endswith(".py") and not kind:
            return self._of_code(path, member)
        if inside == "pyproject.toml" and self._same(path, same_toml):
            return Effect(path=path, scope="project", why="same content as before")
        if dbt is not None:
            return self._of_dbt(path, dbt, member)
        why = "configuration of the build, or unknown"
        return Effect(path=path, scope="rows", why=why, dbt="all")

    def _of_code(self, path: str, member: Member) -> Effect:
        if self._same(path, same_python):
            why = "only comments or docstrings differ"
            return Effect(path=path, scope="project", why=why)
        module = module_of(path, member.packages)
        return Effect(path=path, scope="rows", why="its code", module=module, dbt="all")

    def _of_dbt(  # noqa: PLR0911 - a row of the table each
        self, path: str, dbt: DbtFolders, member: Member
    ) -> Effect:
        kind = dbt.kind(path)
        if kind in _MODELS and path.endswith(_YAML):
            return self._of_properties(path, member)
        if kind in ("test-paths", "analysis-paths") or path.endswith(".md"):
            why = "a dbt test, analysis or documentation block"
            return Effect(path=path, scope="project", why=why, dbt="modified")
        if kind in _MODELS:
            same = _SAME_MODEL.get(posixpath.splitext(path)[1])
            if same and self._same(path, same):
                why = "only comments or white space differ"
                return Effect(path=path, scope="project", why=why, dbt="modified")
            keys = self._assets.defined_in(path, member.name)
            why = "a model, seed or snapshot"
            effect = Effect(path=path, scope="rows", why=why, keys=keys, dbt="modified")
            return self._of_seed(effect, dbt) if kind == "seed-paths" else effect
        if kind == "macro-paths":
            if path.endswith(_YAML):
                return Effect(path=path, scope="project", why="describes macros", dbt="modified")
            return self._of_macro(path, dbt)
        if path.endswith(_YAML) and self._same(path, same_yaml):
            return Effect(path=path, scope="project", why="same content as before", dbt="modified")
        why = "configuration of dbt, or unknown"
        return Effect(path=path, scope="rows", why=why, dbt="all")

    def _of_seed(self, effect: Effect, dbt: DbtFolders) -> Effect:
        """Return the effect of a seed. dbt compares only the path of a large one."""
        texts = (self._before.get(effect.path, b""), self._after.get(effect.path, b""))
        if max(map(len, texts)) <= _LARGE_SEED:
            return effect
        inside = posixpath.relpath(effect.path, dbt.folder)
        # Spaces and commas separate selections.
        if _SELECTABLE.fullmatch(inside) is None:
            return replace(effect, dbt="all")
        return replace(effect, dbt_by_name=f"path:{inside}+")

    def _of_macro(self, path: str, dbt: DbtFolders) -> Effect:
        texts = [text for text in (self._before.get(path), self._after.get(path)) if text]
        use = self._macro_use(dbt)
        if not texts or any(use.is_hidden(text) for text in texts):
            why = "a macro, which dbt may call"
            return Effect(path=path, scope="rows", why=why, dbt="all")
        why = "a macro, which any model may call"
        return Effect(path=path, scope="rows", why=why, dbt="modified")

    def _of_properties(self, path: str, member: Member) -> Effect:
        from dagster_lineage.analyze.affected.dbt_properties import changed_resources  # noqa: PLC0415

        changed = changed_resources(self._before.get(path, b""), self._after.get(path, b""))
        if not changed:
            why = "only descriptions or tests differ"
            return Effect(path=path, scope="project", why=why, dbt="modified")
        keys = self._assets.described(member.name, changed)
        why = "properties of models"
        return Effect(path=path, scope="rows", why=why, keys=keys, dbt="modified")

    def _of_library(self, path: str, member: Member) -> Effect:
        inside = member.inside(path)
        if inside.startswith(TESTS):
            return Effect(path=path, scope="nothing", why="tests of a library")
        if _is_documentation(path, member):
            why = "documentation of a library"
            return Effect(path=path, scope="nothing", why=why, document=True)
        if path.endswith(".py") and self._same(path, same_python):
            return Effect(path=path, scope="nothing", why="only comments or docstrings differ")
        if inside == "pyproject.toml" and self._same(path, same_toml):
            return Effect(path=path, scope="nothing", why="same content as before")
        module = module_of(path, member.packages)
        return Effect(path=path, scope="library", why="code of a library", module=module)

    def _same(self, path: str, same: Callable[[bytes, bytes], bool]) -> bool:
        before, after = self._before.get(path), self._after.get(path)
        return before is not None and after is not None and same(before, after)


def _of_root(path: str) -> Effect:
    if path.startswith("../"):
        return Effect(path=path, scope="everything", why="outside the root, effect unknown")
    documentation = "/" not in path and path.endswith(_DOCUMENTS)
    if documentation or path in _HARMLESS or path.startswith(HARMLESS_FOLDERS):
        why = "documentation, or not built"
        return Effect(path=path, scope="nothing", why=why, document=True)
    if path.startswith(TESTS):
        return Effect(path=path, scope="repository", why="tests of the repository as a whole")
    return Effect(path=path, scope="everything", why="shared by all projects, or unknown")


def _is_documentation(path: str, member: Member) -> bool:
    inside = member.inside(path)
    if inside.startswith("src/") or any(
        path.startswith(f"{package}/") for package in member.packages.values()
    ):
        return False
    if inside.rpartition("/")[2] in member.pyproject:
        return False  # a build without a file that pyproject.toml names would fail
    return path.endswith(_DOCUMENTS) or inside.startswith("docs/") or inside in _HARMLESS

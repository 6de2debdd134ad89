"""What a changed file can change, by where it lies and what in it differs.

The first row that fits a file decides. *Rows* means: the assets named, and all that reads them, in
whatever project, may get other rows.

| where | file | builds and tests |
|---|---|---|
| root | `README.md`, other `*.md`, `*.rst`, pictures, `LICENSE`, `CODEOWNERS`, `.gitignore`, `.editorconfig`; all of `docs/`, `benchmarks/` | nothing |
| root | `tests/` | what tests the repository as a whole, no project |
| root | everything else: locks, `pyproject.toml`, `workspace.yaml`, `Makefile`, `.github/`, … | all: unknown |
| project | `interface.json` | itself, and the readers of what differs in it |
| project | `tests/`, `conftest.py` | itself only |
| project | documentation and pictures outside its packages and dbt folders, unless its `pyproject.toml` names them | nothing |
| dbt | a model, snapshot or seed | itself; rows, unless SQL or Python differs only in comments and blanks |
| dbt | a properties file | itself; rows of the models and sources whose entries differ in more than descriptions and tests |
| dbt | tests, analyses, documentation blocks | itself only |
| dbt | macros, `dbt_project.yml`, all else | itself; rows of all its assets |
| project | Python | itself; rows of all its assets, unless only comments and docstrings differ |
| project | `pyproject.toml` | itself; rows of all its assets, unless it says the same |
| project | everything else | itself; rows of all its assets |
| library | `tests/`, documentation | the library itself only |
| library | Python | who imports it, with their rows, unless only comments and docstrings differ |
| library | everything else | who needs it, with their rows |

Documentation, and what lies in `docs/` and `benchmarks/`, counts as the code that names it, too:
somebody reads it. A link, a local dbt package and a path that leads out of a member count where
they lead to.

`CODEOWNERS` decides who reviews, not what is built; workflows decide how everything is built.
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dagster_lineage.analyze.affected.assets_of_files import AssetsOfFiles
from dagster_lineage.analyze.affected.import_graph import module_of
from dagster_lineage.analyze.affected.layout import DbtFolders, Layout, Member
from dagster_lineage.analyze.affected.macro_use import MacroUse
from dagster_lineage.analyze.affected.python_content import same_behaviour
from dagster_lineage.analyze.affected.sql_content import same_rows
from dagster_lineage.files.comparison import ChangedFile
from dagster_lineage.model import LineageGraph

Scope = Literal["everything", "project", "rows", "library", "nothing", "repository"]
DbtWork = Literal["", "modified", "all"]

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".drawio")
_DOCUMENTS = (".md", ".rst", ".adoc", *_PICTURES)
_HARMLESS = frozenset(
    {"LICENSE", "NOTICE", ".gitignore", ".editorconfig", "CODEOWNERS", ".github/CODEOWNERS"}
)
HARMLESS_FOLDERS = ("docs/", "benchmarks/")
"""Folders of the root from which nothing is built."""
_TESTS = ("tests/", "test/")
_YAML = (".yml", ".yaml")
_MODELS = ("model-paths", "seed-paths", "snapshot-paths")
_LARGE_SEED = 1024 * 1024
"""Bytes beyond which dbt does not read a seed to tell whether it changed (`dbt.constants`)."""
_SELECTABLE = re.compile(r"[\w./-]+")
_SAME_MODEL = {".sql": same_rows, ".py": same_behaviour}
"""How texts of a model are compared; in a seed every character is data."""


class Effect(Struct, frozen=True, kw_only=True):
    """What one changed file reaches."""

    path: str
    scope: Scope
    """`rows` is `project` and more: the rows of its assets."""
    why: str
    """To follow the path: `README.md: documentation`."""
    folder: str = ""
    """Of the member."""
    keys: frozenset[str] | None = None
    """`rows`: of these assets; None: of all that the project makes."""
    document: bool = False
    """`nothing`: but code that names the file may read it."""
    module: str = ""
    """`library` and projects' Python: the module."""
    dbt: DbtWork = ""
    """What dbt must build of its own project: what its state finds changed, or all."""
    dbt_by_name: str = ""
    """What else it must build: a selection of what its state does not find changed."""


class PathRules:
    """Judges files.

    Args:
        layout: What the folders are.
        graphs: At base and at head.
        before: What is in the changed files at base.
        after: Likewise at head.
        macro_use: How the macros of a dbt project are used.
    """

    def __init__(
        self,
        layout: Layout,
        graphs: tuple[LineageGraph, LineageGraph],
        before: Mapping[str, bytes],
        after: Mapping[str, bytes],
        macro_use: Callable[[DbtFolders], MacroUse],
    ) -> None:
        self._layout = layout
        self._before = before
        self._after = after
        self._macro_use = macro_use
        self._interfaces = {where.file for graph in graphs for where in graph.located}
        self._assets = AssetsOfFiles(graphs)

    def effect(self, file: ChangedFile) -> Effect:
        """What a changed file reaches; see the module's table."""
        path = file.path
        member = self._layout.member(path)
        if member is None:
            return _of_root(path)
        effect = (
            self._of_project(path, member) if member.project else self._of_library(path, member)
        )
        return replace(effect, folder=member.folder)

    def _of_project(self, path: str, member: Member) -> Effect:  # noqa: PLR0911 - a row each
        inside = path[len(member.folder) + 1 :]
        dbt = self._layout.dbt_of(path)
        kind = dbt.kind(path) if dbt else ""
        if path in self._interfaces:
            return Effect(path=path, scope="project", why="its interface")
        if inside == "conftest.py" or (inside.startswith(_TESTS) and not kind):
            return Effect(path=path, scope="project", why="its tests")
        if not kind and _is_documentation(path, member):
            return Effect(path=path, scope="nothing", why="documentation", document=True)
        if path.endswith(".py") and not kind:
            return self._of_code(path, member)
        if inside == "pyproject.toml" and self._same(path, _same_toml):
            return Effect(path=path, scope="project", why="says the same as before")
        if dbt is not None:
            return self._of_dbt(path, dbt, member)
        why = "decides how it is built, or is unknown"
        return Effect(path=path, scope="rows", why=why, dbt="all")

    def _of_code(self, path: str, member: Member) -> Effect:
        if self._same(path, same_behaviour):
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
            judge = _SAME_MODEL.get(posixpath.splitext(path)[1])
            if judge and self._same(path, judge):
                why = "only comments or blanks differ"
                return Effect(path=path, scope="project", why=why, dbt="modified")
            keys = self._assets.made_in(path, member.name)
            why = "a model, seed or snapshot"
            effect = Effect(path=path, scope="rows", why=why, keys=keys, dbt="modified")
            return self._with_rows(effect, dbt) if kind == "seed-paths" else effect
        if kind == "macro-paths":
            if path.endswith(_YAML):
                return Effect(path=path, scope="project", why="describes macros", dbt="modified")
            return self._of_macro(path, dbt)
        if path.endswith(_YAML) and self._same(path, _same_yaml):
            return Effect(path=path, scope="project", why="says the same as before", dbt="modified")
        why = "decides how dbt builds, or is unknown"
        return Effect(path=path, scope="rows", why=why, dbt="all")

    def _with_rows(self, effect: Effect, dbt: DbtFolders) -> Effect:
        """A seed; of a large one dbt compares only the path."""
        texts = (self._before.get(effect.path, b""), self._after.get(effect.path, b""))
        if max(map(len, texts)) <= _LARGE_SEED:
            return effect
        inside = posixpath.relpath(effect.path, dbt.folder)
        # A selection ends at a blank, and a comma makes two of it.
        if _SELECTABLE.fullmatch(inside) is None:
            return replace(effect, dbt="all")
        return replace(effect, dbt_by_name=f"path:{inside}+")

    def _of_macro(self, path: str, dbt: DbtFolders) -> Effect:
        texts = [text for text in (self._before.get(path), self._after.get(path)) if text]
        use = self._macro_use(dbt)
        if not texts or any(use.is_hidden(text) for text in texts):
            why = "a macro, which dbt itself may call"
            return Effect(path=path, scope="rows", why=why, dbt="all")
        why = "a macro, which any model may call"
        return Effect(path=path, scope="rows", why=why, dbt="modified")

    def _of_properties(self, path: str, member: Member) -> Effect:
        from dagster_lineage.analyze.affected.yaml_content import changed_resources  # noqa: PLC0415

        changed = changed_resources(self._before.get(path, b""), self._after.get(path, b""))
        if not changed:
            why = "only descriptions or tests differ"
            return Effect(path=path, scope="project", why=why, dbt="modified")
        keys = self._assets.described(member.name, changed)
        why = "properties of models"
        return Effect(path=path, scope="rows", why=why, keys=keys, dbt="modified")

    def _of_library(self, path: str, member: Member) -> Effect:
        inside = path[len(member.folder) + 1 :]
        if inside.startswith(_TESTS):
            return Effect(path=path, scope="nothing", why="tests of a library")
        if _is_documentation(path, member):
            why = "documentation of a library"
            return Effect(path=path, scope="nothing", why=why, document=True)
        if path.endswith(".py") and self._same(path, same_behaviour):
            return Effect(path=path, scope="nothing", why="only comments or docstrings differ")
        if inside == "pyproject.toml" and self._same(path, _same_toml):
            return Effect(path=path, scope="nothing", why="says the same as before")
        module = module_of(path, member.packages)
        return Effect(path=path, scope="library", why="code of a library", module=module)

    def _same(self, path: str, judge: Callable[[bytes, bytes], bool]) -> bool:
        before, after = self._before.get(path), self._after.get(path)
        return before is not None and after is not None and judge(before, after)


def _of_root(path: str) -> Effect:
    if path.startswith("../"):
        return Effect(path=path, scope="everything", why="outside the root: unknown")
    documentation = "/" not in path and path.endswith(_DOCUMENTS)
    if documentation or path in _HARMLESS or path.startswith(HARMLESS_FOLDERS):
        why = "documentation, or builds nothing"
        return Effect(path=path, scope="nothing", why=why, document=True)
    if path.startswith(_TESTS):
        return Effect(path=path, scope="repository", why="tests the repository as a whole")
    return Effect(path=path, scope="everything", why="belongs to all projects, or is unknown")


def _is_documentation(path: str, member: Member) -> bool:
    inside = path[len(member.folder) + 1 :]
    if inside.startswith("src/") or any(
        path.startswith(f"{package}/") for package in member.packages.values()
    ):
        return False
    if inside.rpartition("/")[2] in member.pyproject:
        return False  # its pyproject.toml names it: a build without it would fail
    return path.endswith(_DOCUMENTS) or inside.startswith("docs/") or inside in _HARMLESS


def _same_toml(before: bytes, after: bytes) -> bool:
    try:
        # As text: `1`, `1.0` and `true` are equal, but they are not the same.
        return repr(tomllib.loads(before.decode())) == repr(tomllib.loads(after.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _same_yaml(before: bytes, after: bytes) -> bool:
    import yaml  # noqa: PLC0415 - only for a changed configuration of dbt

    from dagster_lineage.analyze.affected.yaml_content import differs  # noqa: PLC0415

    try:
        return not differs(yaml.safe_load(before), yaml.safe_load(after))
    except (yaml.YAMLError, ValueError):
        return False

"""Effects of the changed files of a branch, under all paths at which they are included."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dagster_lineage.analyze.affected.included_files import Inclusions, regular
from dagster_lineage.analyze.affected.layout import HARMLESS_FOLDERS, DbtFolders, Layout
from dagster_lineage.analyze.affected.macro_use import MacroUse
from dagster_lineage.analyze.affected.named_files import NamedFiles
from dagster_lineage.analyze.affected.ownership import Ownership
from dagster_lineage.analyze.affected.path_rules import Effect, PathRules
from dagster_lineage.analyze.affected.shared_code import SharedCode
from dagster_lineage.files.comparison import Comparison, printable
from dagster_lineage.model import LineageGraph


def effects_of(
    comparison: Comparison,
    ownership: Ownership,
    shared: SharedCode,
    graphs: tuple[LineageGraph, LineageGraph],
) -> list[Effect]:
    """Return an effect for each changed file, each owner and each path at which it is included.

    A document has another effect for each code file that names it, and code in a folder that
    several projects share for each project that imports it.
    """
    layout = ownership.layout
    changed = comparison.changed
    if not changed:
        return []
    paths = [file.path for file in changed]
    before = regular(comparison.base_contents(paths), comparison.base_files)
    after = regular(comparison.head_contents(paths), comparison.head_files)
    inclusions = Inclusions(comparison, layout)
    included = {path: other for path in paths if (other := inclusions.paths(path))}
    for path, places in included.items():
        for texts in (before, after):
            if path in texts:
                texts.update(dict.fromkeys(places, texts[path]))
    uses = _MacroUses(comparison, layout)
    rules = PathRules(ownership, graphs, before, after, uses.of)
    effects = [effect for path in paths for effect in rules.effects(path)]
    for path, places in included.items():
        as_included = [
            replace(effect, path=path, why=f"{effect.why}, as {place}")
            for place in places
            for effect in rules.effects(place)
        ]
        if layout.dbt_of(path) is not None and as_included:
            # A dbt package without another owner: only the projects that install it use it.
            effects = [one for one in effects if (one.path, one.scope) != (path, "everything")]
        effects += as_included
    documents = {one.path for one in effects if one.document}
    effects += _as_code(documents, rules, comparison, layout)
    effects += shared.effects_on_importers(effects)
    return [replace(one, path=printable(one.path), why=printable(one.why)) for one in effects]


def _as_code(
    documents: set[str], rules: PathRules, comparison: Comparison, layout: Layout
) -> Iterator[Effect]:
    """Yield changed documents that code reads as changes of that code."""
    if not documents:
        return
    named = NamedFiles(comparison, layout, HARMLESS_FOLDERS).naming(documents)
    for document, naming in named.items():
        for code in naming:
            for effect in rules.effects(code):
                # Code in the root builds nothing, but tests may read the document.
                if effect.scope != "everything":
                    yield replace(effect, path=document, why=f"named in {code}")


class _MacroUses:
    """Uses of macros by dbt project, read once and only if a macro changed."""

    def __init__(self, comparison: Comparison, layout: Layout) -> None:
        self._comparison = comparison
        self._layout = layout
        self._found: dict[str, MacroUse] = {}

    def of(self, dbt: DbtFolders) -> MacroUse:
        """Return the uses of macros in a dbt project."""
        if dbt.folder not in self._found:
            comparison = self._comparison
            own_files = [
                path
                for path in {**comparison.base_files, **comparison.head_files}
                if path.endswith((".sql", ".yml", ".yaml", ".py"))
                and self._layout.dbt_of(path) == dbt
            ]
            before, after = comparison.base_contents(own_files), comparison.head_contents(own_files)
            changed = [(path, text) for path, text in before.items() if after.get(path) != text]
            self._found[dbt.folder] = MacroUse(dbt, [*after.items(), *changed])
        return self._found[dbt.folder]

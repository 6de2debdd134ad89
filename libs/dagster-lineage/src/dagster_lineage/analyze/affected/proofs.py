"""Proofs that a branch cannot change a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from dagster_lineage.analyze.affected.layout import Layout
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.analyze.affected.verdicts import Proof
from dagster_lineage.files.comparison import Comparison
from dagster_lineage.model import LineageGraph


def proofs_for(
    skipped: Mapping[str, int],
    *,
    comparison: Comparison,
    layout: Layout,
    effects: list[Effect],
    graph: LineageGraph,
    changed_keys: frozenset[str],
) -> dict[str, Proof]:
    """Return a proof for each skipped project, by name.

    Args:
        skipped: Number of files by project.
        comparison: Files at base and head.
        layout: Members of the repository.
        effects: Effects of all changed files.
        graph: Interface graph at head.
        changed_keys: Keys that changed or are downstream of a change. They include all downstream
            keys, so a project that reads none of them directly reads none of them indirectly.
    """
    # The folder of several projects, or the root, may change without changing one of them.
    folders = {
        name: folder
        for name in skipped
        if not layout.at(folder := layout.folders[name]).is_shared and not folder.startswith("../")
    }
    trees = comparison.tree_hashes(folders.values())
    reads: defaultdict[str, set[str]] = defaultdict(set)
    for edge in graph.foreign_edges:
        reads[edge.where.project].add(edge.read.key)
    needing = {
        library.name: layout.needing(library) for library in layout.members if library.is_library
    }
    return {
        name: Proof(
            files=files,
            tree_base=trees[folders[name]][0] if name in folders else "",
            tree_head=trees[folders[name]][1] if name in folders else "",
            harmless=tuple(one.path for one in effects if one.project == name),
            libraries=tuple(
                sorted(one for one, who in needing.items() if layout.folders[name] in who)
            ),
            changed_modules=sum(one.scope == "library" for one in effects),
            upstream_keys=len(reads[name]),
            changed_keys=len(changed_keys),
        )
        for name, files in skipped.items()
    }

"""What proves that a project cannot have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from dagster_lineage.analyze.affected.layout import Layout, Member
from dagster_lineage.analyze.affected.path_rules import Effect
from dagster_lineage.analyze.affected.verdicts import Proof
from dagster_lineage.files.comparison import Comparison
from dagster_lineage.model import LineageGraph


def proofs_for(
    skipped: Mapping[Member, int],
    *,
    comparison: Comparison,
    layout: Layout,
    effects: list[Effect],
    graph: LineageGraph,
    changed_keys: frozenset[str],
) -> dict[str, Proof]:
    """A proof for each project, by name.

    Args:
        skipped: The projects, and how many files each has.
        comparison: The files at both ends.
        layout: The members.
        effects: Of all changed files.
        graph: At head.
        changed_keys: Keys that changed or follow from such. As everything that follows is among
            them, a project that reads none of them directly reads none over others either.
    """
    trees = comparison.tree_hashes([member.folder for member in skipped])
    reads: defaultdict[str, set[str]] = defaultdict(set)
    for edge in graph.foreign_edges:
        reads[edge.where.project].add(edge.read.key)
    needing = {
        library.name: layout.needing(library) for library in layout.members if not library.project
    }
    return {
        member.name: Proof(
            files=files,
            tree_base=trees[member.folder][0],
            tree_head=trees[member.folder][1],
            harmless=tuple(one.path for one in effects if one.folder == member.folder),
            libraries=tuple(sorted(name for name, who in needing.items() if member.folder in who)),
            changed_modules=sum(one.scope == "library" for one in effects),
            upstream_keys=len(reads[member.name]),
            changed_keys=len(changed_keys),
        )
        for member, files in skipped.items()
    }

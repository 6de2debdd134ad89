"""EX01: keys of a system outside the graph that are not declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.analyze.unresolved import UnresolvedReference, unread_sources
from dagster_lineage.model import LineageGraph, LocatedInterface, Source, key_path, key_text
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed

SHOWN = 3
"""Patterns that a fix names."""
SCHEMAS = 3
"""Number of prefixes with the same first part that make it the prefix of one system."""


class UndeclaredExternal(GraphRule):
    """A project reads keys under a prefix without any producer or declaration.

    The keys probably belong to a system outside this graph, such as a loader or another Dagster
    deployment. Without a declaration they cannot be distinguished from a mistake, and the owner to
    ask when the data stops is not recorded. There is one finding per prefix, at the project that
    reads most of it.

    **Anti-pattern**

        sources:
          - name: stripe          # 40 tables that nothing here loads
            tables:
              - name: charges

    **Best practice**

    Declare the keys with their owner. With a date they are accepted until that day, and a finding
    afterwards (EX02).

        [[tool.lineage.external]]
        keys = ["stripe/*"]
        owner = "team:payments"
        reason = "loaded by the payment team's own Airbyte"

    Or declare them as external assets in one code location:

        dg.AssetSpec(["stripe", "charges"], owners=["team:payments"])
    """

    code: ClassVar[str] = "EX01"
    name: ClassVar[str] = "undeclared-external"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per prefix, and a note for unread sources."""
        for prefix, group in _by_prefix(graph, self.context.unresolved).items():
            yield self._prefix(prefix, group)
        yield from self._unread(graph)

    def _prefix(self, prefix: str, group: list[UnresolvedReference]) -> Finding:
        keys = sorted({one.key for one in group})
        readers = Counter(one.where.project for one in group)
        # `group` is in the order of projects and places.
        first = next(one for one in group if readers[one.where.project] == max(readers.values()))
        others = sorted(set(readers) - {first.where.project})
        under = f"under `{prefix}/`" if prefix else "without a prefix"
        patterns = [f"{prefix}/*"] if prefix and len(keys) > 1 else keys
        message = (
            f"{first.readers} reads `{keys[0]}`, which no code location produces or declares."
            if len(keys) == 1
            else f"{len(keys)} keys {under} are read, and no code location produces or declares "
            f"them: {listed(keys)}."
        )
        if others:
            message += f" {'They are' if len(keys) > 1 else 'It is'} also read by {listed(others)}."
        similar = {one.key: one.suggestion.key for one in group if one.suggestion.key}
        if similar and len(keys) > 1:
            names = listed((f"`{near}` for `{key}`" for key, near in similar.items()), code=False)
            message += f" Keys of the same name exist: {names}."
        toml = ", ".join(f'"{pattern}"' for pattern in patterns[:SHOWN])
        toml += ", …" if len(patterns) > SHOWN else ""
        return self.finding(
            (first.file, first.line),
            first.where.project,
            message,
            fix=f"Declare their owner: [[tool.lineage.external]] with `keys = [{toml}]`, `owner` "
            "and `reason`.",
            key=patterns[0] if len(patterns) == 1 else f"{len(keys)} keys",
            keys=tuple(keys),
            nearest=first.suggestion.key if len(keys) == 1 else "",
            owners=tuple(dict.fromkeys(owner for one in group for owner in one.owners)),
        )

    def _unread(self, graph: LineageGraph) -> Iterator[Finding]:
        dead: dict[str, list[tuple[LocatedInterface, Source]]] = {}
        for where, source in unread_sources(graph, self.settings):
            # Several code locations over one dbt project all have its sources.
            dbt_project = where.interface.dbt_project or where.file
            of_project = dead.setdefault(dbt_project, [])
            if all(source.name != other.name for _, other in of_project):
                of_project.append((where, source))
        for sources in dead.values():
            where, first = sources[0]
            yield self.finding(
                where.path(first.at),
                where.project,
                "Sources without a reader and without a producer: "
                f"{listed(source.name for _, source in sources)}.",
                fix="Remove them, or declare their owner.",
                level="note",
                key=where.project,
            )


def _by_prefix(
    graph: LineageGraph, references: Iterable[UnresolvedReference]
) -> dict[str, list[UnresolvedReference]]:
    """Return the references whose keys are not certainly wrong, by prefix.

    Where a system writes many schemas under one name (`fivetran/stripe`, `fivetran/zendesk`, …),
    and no asset is produced there, that name is the prefix.
    """
    found: dict[str, list[UnresolvedReference]] = {}
    for one in references:
        if not one.certain and not one.unknown:
            found.setdefault(split_last(one.key)[0], []).append(one)
    tops = Counter(_top(prefix) for prefix in found if prefix)
    if not any(schemas >= SCHEMAS for schemas in tops.values()):
        return found
    ours = {_top(key) for key in (*graph.producers, *graph.declared)}
    merged: dict[str, list[UnresolvedReference]] = {}
    for prefix, group in found.items():
        top = _top(prefix)
        whole = prefix and tops[top] >= SCHEMAS and top not in ours
        merged.setdefault(top if whole else prefix, []).extend(group)
    return merged


def _top(key: str) -> str:
    return key_text(key_path(key)[:1])

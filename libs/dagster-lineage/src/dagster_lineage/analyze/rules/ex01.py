"""EX01: keys of a system that was not asked, and that nobody declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.nearest_keys import split_last
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.analyze.unresolved import Unresolved, unread_sources, unresolved
from dagster_lineage.model import LineageGraph, LocatedInterface, Source, key_path, key_text
from dagster_lineage.model.findings import Finding, Level

SHOWN = 3

SCHEMAS = 3
"""Prefixes that begin with the same part from which on they are one system's."""


class UndeclaredExternal(Rule):
    """A project reads keys under a prefix that no code location makes anything under.

    They probably belong to a system that is not in this graph: a loader, another company's
    Dagster. Nobody can tell that from a mistake until somebody says so, and whoever must be
    asked when the data stops is known today and forgotten tomorrow. Said once per prefix, where
    most of it is read: not key by key, and not by every project that reads it.

    **Anti-pattern**

        sources:
          - name: stripe          # 40 tables that nothing here loads
            tables:
              - name: charges

    **Best practice**

    Say who makes them, once. With a date they are frozen: right until then, a finding afterwards
    (EX02).

        [[tool.lineage.external]]
        keys = ["stripe/*"]
        owner = "team:payments"
        reason = "loaded by the payment team's own Airbyte"

    Or declare them as external assets in the one location that knows them:

        dg.AssetSpec(["stripe", "charges"], owners=["team:payments"])
    """

    code: ClassVar[str] = "EX01"
    name: ClassVar[str] = "undeclared-external"
    level: ClassVar[Level] = "warning"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One per project and prefix; notes for what cannot be judged and for unread sources."""
        ends = unresolved(graph, self.settings)
        if graph.unreadable:
            yield from self._unknown(graph, ends)
        else:
            for prefix, group in _by_prefix(graph, ends).items():
                yield self._prefix(prefix, group)
        yield from self._unread(graph)

    def _prefix(self, prefix: str, group: list[Unresolved]) -> Finding:
        keys = sorted({one.key for one in group})
        readers = Counter(one.where.project for one in group)
        # `group` is in the order of projects and places.
        first = next(one for one in group if readers[one.where.project] == max(readers.values()))
        others = sorted(set(readers) - {first.where.project})
        under = f"under `{prefix}/`" if prefix else "without a prefix"
        patterns = [f"{prefix}/*"] if prefix and len(keys) > 1 else keys
        message = (
            f"{first.readers} reads `{keys[0]}`, which no code location makes or declares."
            if len(keys) == 1
            else f"{len(keys)} keys {under} are read, and no code location makes or declares any: "
            f"{_listed(keys)}."
        )
        if others:
            message += f" {_listed(others)} {'reads' if len(others) == 1 else 'read'} of it, too."
        toml = ", ".join(f'"{pattern}"' for pattern in patterns[:SHOWN])
        toml += ", …" if len(patterns) > SHOWN else ""
        return Finding(
            code=self.code,
            name=self.name,
            level=self.level,
            file=first.file,
            line=first.line,
            project=first.where.project,
            message=message,
            fix="Say who makes them: [[tool.lineage.external]] with "
            f"`keys = [{toml}]`, `owner` and `reason`.",
            key=patterns[0] if len(patterns) == 1 else f"{len(keys)} keys",
            nearest=first.meant.key if len(keys) == 1 else "",
            owners=tuple(dict.fromkeys(owner for one in group for owner in one.owners)),
        )

    def _unknown(self, graph: LineageGraph, ends: list[Unresolved]) -> Iterator[Finding]:
        keys = sorted({one.key for one in ends})
        told = f" So it is unknown who makes {_listed(keys)}." if keys else ""
        for where in graph.unreadable:
            reason = where.interface.unreadable.strip().splitlines()[-1]
            yield Finding(
                code=self.code,
                name=self.name,
                level="note",
                file=where.file,
                line=1,
                project=where.project,
                message=f"Code location `{where.interface.location or where.project}` could not be "
                f"read: {reason}.{told}",
                fix="Mend the location and run `lineage lock`; until then no key is called wrong.",
                key=where.interface.location or where.project,
            )
            told = ""  # said once

    def _unread(self, graph: LineageGraph) -> Iterator[Finding]:
        dead: dict[str, list[tuple[LocatedInterface, Source]]] = {}
        for where, source in unread_sources(graph, self.settings):
            # Several locations over one dbt project all have its sources.
            dbt_project = where.interface.dbt_project or where.file
            of_project = dead.setdefault(dbt_project, [])
            if all(source.name != other.name for _, other in of_project):
                of_project.append((where, source))
        for sources in dead.values():
            where, first = sources[0]
            file, line = where.path(first.at)
            yield Finding(
                code=self.code,
                name=self.name,
                level="note",
                file=file,
                line=line,
                project=where.project,
                message="Sources that nothing reads and nobody makes: "
                f"{_listed([source.name for _, source in sources])}.",
                fix="Take them out, or declare who makes them.",
                key=where.project,
            )


def _by_prefix(graph: LineageGraph, ends: list[Unresolved]) -> dict[str, list[Unresolved]]:
    """Keys that are not certainly wrong, by prefix.

    Where a system writes many schemas under one name (`fivetran/stripe`, `fivetran/zendesk`, …),
    and nobody else writes anything there, that name is the prefix.
    """
    found: dict[str, list[Unresolved]] = {}
    for one in ends:
        if not one.wrong:
            found.setdefault(split_last(one.key)[0], []).append(one)
    tops = Counter(_top(prefix) for prefix in found if prefix)
    if not any(schemas >= SCHEMAS for schemas in tops.values()):
        return found
    ours = {_top(key) for key in (*graph.producers, *graph.declared)}
    merged: dict[str, list[Unresolved]] = {}
    for prefix, group in found.items():
        top = _top(prefix)
        whole = prefix and tops[top] >= SCHEMAS and top not in ours
        merged.setdefault(top if whole else prefix, []).extend(group)
    return merged


def _top(key: str) -> str:
    return key_text(key_path(key)[:1])


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + more

"""EX01: keys of a system that was not asked, and that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.findings import Finding, Level
from dagster_lineage.graph import LineageGraph, Located, Source
from dagster_lineage.rules.nearest import split_last
from dagster_lineage.rules.rule import Rule
from dagster_lineage.rules.unresolved import Unresolved, unread_sources, unresolved

SHOWN = 3


class UndeclaredExternal(Rule):
    """A project reads keys under a prefix that no code location makes anything under.

    They probably belong to a system that is not in this graph: a loader, another company's
    Dagster. Nobody can tell that from a mistake until somebody says so, and whoever must be
    asked when the data stops is known today and forgotten tomorrow. Said once per project and
    prefix, not key by key.

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
            prefixes: dict[tuple[str, str], list[Unresolved]] = {}
            for one in ends:
                if not one.wrong:
                    prefix, _ = split_last(one.key)
                    prefixes.setdefault((one.where.file, prefix), []).append(one)
            for (_, prefix), group in prefixes.items():
                yield self._prefix(prefix, group)
        yield from self._unread(graph)

    def _prefix(self, prefix: str, group: list[Unresolved]) -> Finding:
        keys = sorted({one.key for one in group})
        first = group[0]
        under = f"under `{prefix}/`" if prefix else "without a prefix"
        patterns = [f"{prefix}/*"] if prefix and len(keys) > 1 else keys
        message = (
            f"{first.readers} reads `{keys[0]}`, which no code location makes or declares."
            if len(keys) == 1
            else f"{len(keys)} keys {under} are read, and no code location makes or declares any: "
            f"{_listed(keys)}."
        )
        toml = ", ".join(f'"{pattern}"' for pattern in patterns)
        return Finding(
            code=self.code,
            name=self.name,
            level=self.level,
            file=first.file,
            line=first.line,
            project=first.where.project,
            message=message,
            mend="Say who makes them: [[tool.lineage.external]] with "
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
                mend="Mend the location and run `lineage lock`; until then no key is called wrong.",
                key=where.interface.location or where.project,
            )

    def _unread(self, graph: LineageGraph) -> Iterator[Finding]:
        dead: dict[str, list[tuple[Located, Source]]] = {}
        for where, source in unread_sources(graph, self.settings):
            dead.setdefault(where.file, []).append((where, source))
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
                mend="Take them out, or declare who makes them.",
                key=where.project,
            )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + more

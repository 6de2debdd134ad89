"""KY02: key and physical relation say two different things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import by_right
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedAsset, LocatedInterface, Source
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.relations import same_relation, table_of


class KeyAndRelation(Rule):
    """A key and the table behind it disagree between two projects.

    The graph looks perfect and the reader reads another table: its source carries the producer's
    key, but its `schema` or `identifier` points at a copy, an old schema, another database. Or two
    keys stand for one table, so what is refreshed under one is stale under the other. Where a
    relation is unknown nothing is said.

    **Anti-pattern**

    Upstream makes `jaffle/orders` as `shop.jaffle.orders`.

        sources:
          - name: jaffle
            schema: jaffle_backup
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}

    **Best practice**

    The relation that the key's producer writes.

        sources:
          - name: jaffle
            schema: jaffle
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}
    """

    code: ClassVar[str] = "KY02"
    name: ClassVar[str] = "key-and-relation-disagree"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Sources that point elsewhere, tables under two keys, keys of two tables."""
        unmade: dict[str, list[tuple[LocatedInterface, Source]]] = {}
        for where, source in graph.sources():
            if not (source.relation and source.read):
                continue
            named = graph.producers.get(source.key) or graph.declared.get(source.key)
            if named and named[0].asset.relation == source.relation:
                continue
            known = [one for one in named or () if one.asset.relation]
            if known:
                if not any(same_relation(source.relation, one.asset.relation) for one in known):
                    yield self._elsewhere(graph, where, source, known[0])
                continue
            producer = graph.producer_of_table(source.relation)
            if named and producer and producer.asset.key != source.key:
                yield self._elsewhere(graph, where, source, producer)
            else:
                unmade.setdefault(source.key, []).append((where, source))
        yield from self._two_tables(graph, unmade)
        yield from self._two_keys(graph)
        yield from self._declared_otherwise(graph)

    def _elsewhere(
        self, graph: LineageGraph, where: LocatedInterface, source: Source, producer: LocatedAsset
    ) -> Finding:
        key = producer.asset.key
        makes = "makes" if producer.asset.executable else "declares"
        told = f"Source `{source.name}` reads `{source.relation}` under the key `{source.key}`, "
        told += (
            f"which `{producer.where.project}` {makes} as `{producer.asset.relation}`."
            if key == source.key
            else f"but `{producer.where.project}` {makes} that table under the key `{key}`."
        )
        return self._at_source(graph, where, source, told, producer)

    def _two_tables(
        self, graph: LineageGraph, unmade: dict[str, list[tuple[LocatedInterface, Source]]]
    ) -> Iterator[Finding]:
        # Nobody's relation is known but the readers': they must agree with each other.
        for sources in unmade.values():
            first_where, first = sources[0]
            for where, source in sources[1:]:
                if where is first_where or same_relation(first.relation, source.relation):
                    continue
                told = (
                    f"Source `{source.name}` reads `{source.relation}` under the key "
                    f"`{source.key}`, under which `{first_where.project}` reads "
                    f"`{first.relation}`: one key, two tables."
                )
                yield self._at_source(graph, where, source, told, None)

    def _two_keys(self, graph: LineageGraph) -> Iterator[Finding]:
        for producers in _shared_tables(graph):
            first, *others = by_right(graph, producers)
            for other in others:
                if (
                    other.where.project != first.where.project
                    and other.asset.key != first.asset.key
                    and same_relation(first.asset.relation, other.asset.relation)
                ):
                    file, line = first.place
                    yield self.at_asset(
                        other,
                        f"`{other.asset.key}` writes `{other.asset.relation}`, which "
                        f"`{first.asset.key}` of `{first.where.project}` ({file}:{line}) writes.",
                        fix="Let one of them make the table, or give this one a table of its own.",
                        other=first,
                    )

    def _declared_otherwise(self, graph: LineageGraph) -> Iterator[Finding]:
        for key, declared in graph.declared.items():
            if key in graph.producers:
                continue
            for one in declared:
                producer = graph.producer_of_table(one.asset.relation)
                if producer:
                    yield self.at_asset(
                        one,
                        f"`{key}` is declared as external, but its table `{one.asset.relation}` is "
                        f"made by `{producer.where.project}` under the key `{producer.asset.key}`.",
                        fix=f"Read `{producer.asset.key}` instead, and take the declaration out.",
                        nearest=producer.asset.key,
                        other=producer,
                    )

    def _at_source(
        self,
        graph: LineageGraph,
        where: LocatedInterface,
        source: Source,
        told: str,
        producer: LocatedAsset | None,
    ) -> Finding:
        file, line = where.path(source.at)
        readers = [
            edge
            for edge in graph.readers.get(source.key, [])
            if edge.where is where and edge.read.source == source.name
        ]
        other_key = producer.asset.key if producer else ""
        return self.at(
            (file, line),
            where,
            told,
            fix="Point the source at the relation of its key, or give it the key of its relation.",
            key=source.key,
            nearest=other_key if other_key != source.key else "",
            owners=tuple(dict.fromkeys(name for edge in readers for name in edge.reader.owners)),
            other=producer,
        )


def _shared_tables(graph: LineageGraph) -> list[list[LocatedAsset]]:
    """Makers of each table that several assets write."""
    tables = [
        table_of(asset.relation)
        for where in graph.located
        for asset in where.interface.assets
        if asset.relation and asset.executable
    ]
    if len(set(tables)) == len(tables):
        return []
    return [producers for producers in graph.producers_by_table.values() if len(producers) > 1]

"""KY02: asset key and table do not belong together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import ProducerRanking, differing_parts
from dagster_lineage.analyze.reliance.tables import disagreeing_producer
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset, LocatedInterface, Source
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.relations import same_relation, table_of
from dagster_lineage.model.wording import listed


class KeyRelationMismatch(GraphRule):
    """Two projects use one asset key for two tables, or one table under two asset keys.

    The graph looks correct and the reader reads another table: its source has the producer's key,
    but its `schema` or `identifier` points at a copy, an old schema or another database. Or two
    keys stand for one table, so that it is refreshed under one key and stale under the other.
    A `ref` to a model of an installed package reads the relation that the reader's own project
    renders. It is compared with the table of the location that builds the model.

    Nothing is reported where a relation is unknown, nor for equal names that may be two tables:
    without a schema (`users`), or in the default schema of a database that is not named
    (`public.users`). Tables that two projects write under keys that differ in one way
    (`dev/orders` and `prod/orders`) are one finding.

    **Anti-pattern**

    The upstream asset `jaffle/orders` is the table `shop.jaffle.orders`.

        sources:
          - name: jaffle
            schema: jaffle_backup
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}

    **Best practice**

    Use the relation that the producer of the key writes.

        sources:
          - name: jaffle
            schema: jaffle
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}
    """

    code: ClassVar[str] = "KY02"
    name: ClassVar[str] = "key-relation-mismatch"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per source, asset or declaration that disagrees with a producer."""
        without_producer: dict[str, list[tuple[LocatedInterface, Source]]] = {}
        for where, source in graph.sources():
            if not (source.relation and source.read):
                continue
            producer = disagreeing_producer(graph, source.key, source.relation)
            if producer:
                yield self._elsewhere(graph, where, source, producer)
            elif not _has_relation(graph, source.key):
                without_producer.setdefault(source.key, []).append((where, source))
        yield from self._two_tables(graph, without_producer)
        yield from self._refs(graph)
        yield from self._two_keys(graph)
        yield from self._declared_otherwise(graph)

    def _elsewhere(
        self, graph: LineageGraph, where: LocatedInterface, source: Source, producer: LocatedAsset
    ) -> Finding:
        key = producer.asset.key
        verb = "produces" if producer.asset.executable else "declares"
        message = f"Source `{source.name}` reads `{source.relation}` under the key `{source.key}`, "
        message += (
            f"which `{producer.where.project}` {verb} as `{producer.asset.relation}`."
            if key == source.key
            else f"but `{producer.where.project}` {verb} that table under the key `{key}`."
        )
        return self._at_source(graph, where, source, message, producer)

    def _two_tables(
        self,
        graph: LineageGraph,
        without_producer: dict[str, list[tuple[LocatedInterface, Source]]],
    ) -> Iterator[Finding]:
        # Only the relations of the readers are known, and they must be the same.
        for sources in without_producer.values():
            first_where, first = sources[0]
            for where, source in sources[1:]:
                if where is first_where or same_relation(first.relation, source.relation):
                    continue
                message = (
                    f"Source `{source.name}` reads `{source.relation}` under the key "
                    f"`{source.key}`, under which `{first_where.project}` reads "
                    f"`{first.relation}`: one key, two tables."
                )
                yield self._at_source(graph, where, source, message, None)

    def _refs(self, graph: LineageGraph) -> Iterator[Finding]:
        # All models of a package that are in another schema have one cause.
        causes: dict[tuple[str, ...], list[tuple[Edge, LocatedAsset]]] = {}
        for edge in graph.foreign_edges:
            read = edge.read
            producer = disagreeing_producer(graph, read.key, read.relation)
            if producer:
                different = differing_parts(read.relation, producer.asset.relation)
                cause = (edge.where.file, producer.where.file, *different)
                causes.setdefault(cause, []).append((edge, producer))
        for reads in causes.values():
            edge, producer = reads[0]
            keys = list(dict.fromkeys(other.read.key for other, _ in reads))
            more = f" This also applies to {listed(keys[1:])}." if keys[1:] else ""
            yield self.at_edge(
                edge,
                f"`{edge.reader.key}` reads `{edge.read.relation}` by `ref`, but "
                f"`{producer.where.project}` produces `{producer.asset.key}` as "
                f"`{producer.asset.relation}`.{more}",
                fix=f"Give the package `{producer.asset.package}` the `+database` and `+schema` of "
                "its project, or read the table as a source.",
                producer=producer,
                keys=tuple(keys) if keys[1:] else (),
            )

    def _two_keys(self, graph: LineageGraph) -> Iterator[Finding]:
        # Keys that all differ in one way (`dev/orders`, `prod/orders`) have one cause.
        causes: dict[tuple[str, ...], list[tuple[LocatedAsset, LocatedAsset]]] = {}
        for first, other in _two_writers(graph):
            different = differing_parts(first.asset.key, other.asset.key)
            cause = (first.where.file, other.where.file, *different)
            causes.setdefault(cause, []).append((first, other))
        for pairs in causes.values():
            yield self._of_writers(pairs)

    def _of_writers(self, pairs: list[tuple[LocatedAsset, LocatedAsset]]) -> Finding:
        first, other = pairs[0]
        file, line = first.place
        writer = f"`{first.asset.key}` of `{first.where.project}` ({file}:{line})"
        if len(pairs) == 1:
            return self.at_asset(
                other,
                f"`{other.asset.key}` writes `{other.asset.relation}`, which is also written by "
                f"{writer}.",
                fix="Let one of the two assets write the table, or write this one to another "
                "table.",
                other=first,
            )
        keys = listed(two.asset.key for _, two in pairs)
        return self.at_asset(
            other,
            f"{len(pairs)} assets write tables that `{first.where.project}` also writes, under "
            f"other keys: {keys}. `{other.asset.key}` writes `{other.asset.relation}`, as does "
            f"{writer}.",
            fix="Write each table in one of the two projects, or in another schema. Lock code "
            "locations that are loaded once per environment for one environment only.",
            keys=tuple(one.asset.key for pair in pairs for one in pair),
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
                        f"`{key}` is declared as external, but `{producer.where.project}` produces "
                        f"its table `{one.asset.relation}` under the key `{producer.asset.key}`.",
                        fix=f"Read `{producer.asset.key}` instead, and remove the declaration.",
                        nearest=producer.asset.key,
                        other=producer,
                    )

    def _at_source(
        self,
        graph: LineageGraph,
        where: LocatedInterface,
        source: Source,
        message: str,
        producer: LocatedAsset | None,
    ) -> Finding:
        readers = [
            edge
            for edge in graph.readers.get(source.key, [])
            if edge.where is where and edge.read.source == source.name
        ]
        other_key = producer.asset.key if producer else ""
        return self.finding(
            where.path(source.at),
            where.project,
            message,
            fix="Point the source at the relation of its key, or use the key of its relation.",
            key=source.key,
            nearest=other_key if other_key != source.key else "",
            owners=tuple(dict.fromkeys(name for edge in readers for name in edge.reader.owners)),
            other=producer,
        )


def _has_relation(graph: LineageGraph, key: str) -> bool:
    named = graph.producers.get(key) or graph.declared.get(key) or ()
    return any(one.asset.relation for one in named)


def _two_writers(graph: LineageGraph) -> Iterator[tuple[LocatedAsset, LocatedAsset]]:
    """Yield each asset of which another project writes the table, after the expected writer."""
    ranking = ProducerRanking(graph)
    for producers in _shared_tables(graph):
        first, *others = ranking.ranked(producers)
        for other in others:
            if (
                other.where.project != first.where.project
                and other.asset.key != first.asset.key
                and same_relation(first.asset.relation, other.asset.relation)
            ):
                yield first, other


def _shared_tables(graph: LineageGraph) -> list[list[LocatedAsset]]:
    """Return the producers of each table that several assets write."""
    tables = [
        table
        for where in graph.located
        for asset in where.interface.assets
        if asset.executable and (table := table_of(asset.relation))
    ]
    if len(set(tables)) == len(tables):
        return []
    return [producers for producers in graph.producers_by_table.values() if len(producers) > 1]

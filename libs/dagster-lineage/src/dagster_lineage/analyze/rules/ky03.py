"""KY03: the asset key of a dbt source at the wrong level or of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph, LocatedInterface, Source, key_path
from dagster_lineage.model.findings import Finding


class InvalidSourceKey(GraphRule):
    """The asset key of a dbt source is set on the source instead of its tables, or is a string.

    Every table inherits a key that is set on the source: the code location stops loading when a
    second table is added (dagster#19701). A string is a key with one part: `"jaffle/orders"` is not
    the key `["jaffle", "orders"]`, and dagster-dbt rejects it.

    **Anti-pattern**

        sources:
          - name: jaffle
            config:
              meta: {dagster: {asset_key: ["jaffle", "orders"]}}   # for all tables
            tables:
              - name: orders
              - name: customers
                config:
                  meta: {dagster: {asset_key: "jaffle/customers"}}  # one part

    **Best practice**

    Set a list on each table.

        sources:
          - name: jaffle
            tables:
              - name: orders
                config:
                  meta: {dagster: {asset_key: ["jaffle", "orders"]}}
              - name: customers
                config:
                  meta: {dagster: {asset_key: ["jaffle", "customers"]}}
    """

    code: ClassVar[str] = "KY03"
    name: ClassVar[str] = "invalid-source-key"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per place where such a key is written."""
        written: dict[tuple[str, str], list[tuple[LocatedInterface, Source]]] = {}
        for where, source in graph.sources():
            if source.key_origin in ("source", "string"):
                place = source.key_at or source.at
                written.setdefault((where.file, place), []).append((where, source))
        for (_, place), entries in written.items():
            where, source = entries[0]
            yield self.finding(
                where.path(place),
                where.project,
                _string_message(source)
                if source.key_origin == "string"
                else _source_level_message(entries),
                fix=f"Set `asset_key: {_as_list(source)}` on the table.",
                key=source.key,
            )


def _source_level_message(entries: list[tuple[LocatedInterface, Source]]) -> str:
    _, source = entries[0]
    tables = ", ".join(f"`{one.name}`" for _, one in entries)
    return (
        f"The asset key `{source.key}` is set on a source, so each of its tables has that key: "
        f"{tables}."
    )


def _string_message(source: Source) -> str:
    return (
        f"The asset key of source `{source.name}` is the string `{source.key}`, which is a key "
        "with one part, not a list of parts."
    )


def _as_list(source: Source) -> str:
    # The slashes of a string were meant to separate parts. A key on the source names no table.
    parts = [part for one in key_path(source.key) for part in one.split("/")]
    if source.key_origin == "source":
        parts = [*parts[:-1], source.name.rpartition(".")[2]]
    return "[" + ", ".join(f'"{part}"' for part in parts) + "]"

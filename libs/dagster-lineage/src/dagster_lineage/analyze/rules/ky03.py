"""KY03: where and how a dbt source's asset key is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.rule import Rule
from dagster_lineage.model import LineageGraph, LocatedInterface, Source, key_path
from dagster_lineage.model.findings import Finding


class SourceKeySpelling(Rule):
    """A source's asset key stands on the source instead of its table, or is a text, not a list.

    A key on the source is inherited by every table of it: with the second table the location stops
    loading (dagster#19701), and until then the first one is right by luck. A text is one part:
    `"jaffle/orders"` is not the key `["jaffle", "orders"]`, and dagster-dbt refuses it.

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

    A list, on each table.

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
    name: ClassVar[str] = "source-level-or-string-asset-key"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One finding per place where such a key is written."""
        written: dict[tuple[str, str], list[tuple[LocatedInterface, Source]]] = {}
        for where, source in graph.sources():
            if source.key_origin in ("source", "string"):
                place = source.key_at or source.at
                written.setdefault((where.file, place), []).append((where, source))
        for (_, place), entries in written.items():
            where, source = entries[0]
            file, line = where.path(place)
            told = _told_of_text(source) if source.key_origin == "string" else _told_of(entries)
            yield self.at(
                (file, line),
                where,
                told,
                fix=f"Write on the table: `asset_key: {_as_list(source)}`.",
                key=source.key,
            )


def _told_of(entries: list[tuple[LocatedInterface, Source]]) -> str:
    _, source = entries[0]
    tables = ", ".join(f"`{one.name}`" for _, one in entries)
    return (
        f"The asset key `{source.key}` is written on a source, so each table of it has that key: "
        f"{tables}."
    )


def _told_of_text(source: Source) -> str:
    return (
        f"The asset key of source `{source.name}` is the text `{source.key}`, which is a key of "
        "one part, not a list of parts."
    )


def _as_list(source: Source) -> str:
    # A text's slashes were meant as borders of parts; a source's key names no table of its own.
    parts = [part for one in key_path(source.key) for part in one.split("/")]
    if source.key_origin == "source":
        parts = [*parts[:-1], source.name.rpartition(".")[2]]
    return "[" + ", ".join(f'"{part}"' for part in parts) + "]"

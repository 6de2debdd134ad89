"""The rows because of which a data test failed, in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from published_assets.resource import WarehouseResource
from warehouse import WorkSession, quoted

ROWS_SHOWN = 5
TEXT_SHOWN = 100
"""Characters of a value that are shown."""
VALUES = {
    "accepted_values": "select value_field, n_records from failing",
    "relationships": "select from_field, count(*) from failing group by from_field",
}
"""Query of value and number of rows, for each generic test whose failing values are shown."""


def failing_rows(
    session: WorkSession,
    warehouse: WarehouseResource,
    manifest: Mapping[str, Any],
    result: Mapping[str, Any],
) -> str:
    """Return the failing rows of a data test in one line, such as `channel: "kiosk" (12 rows)`.

    Personal data are not shown: nothing of a test on a column with `meta: {personal: true}`, and
    nothing of a singular test if its SQL or its result names such a column of what it reads.

    Args:
        session: The work session with the tested tables. Its connection is closed afterwards.
        warehouse: The warehouse of the same project.
        manifest: dbt's manifest.
        result: The test's entry in run_results.json.

    Returns:
        The line; empty if the rows are not shown, as of other generic tests, or cannot be read.
    """
    node, sql = manifest["nodes"].get(result["unique_id"], {}), result.get("compiled_code") or ""
    kind, column = (node.get("test_metadata") or {}).get("name"), str(node.get("column_name"))
    query = VALUES.get(kind) if kind else "select * from failing"
    if not sql or not query or node["resource_type"] != "test":
        return ""
    sources = [one for name, one in manifest["sources"].items() if name in node_names(node)]
    try:
        for project in sorted({str(source["database"]) for source in sources}):
            file = str(warehouse.environment.published_file(project)).replace("'", "''")
            session.connection.execute(f"attach '{file}' as {quoted(project)} (read_only)")
        order = "order by 2 desc, 1" if kind else ""
        rows = session.connection.execute(f"with failing as (\n{sql}\n)\n{query} {order}")
        names, found = [one[0] for one in rows.description or ()], rows.fetchmany(ROWS_SHOWN + 1)
    except duckdb.Error:
        return ""
    finally:
        session.close()
    named = {column} if kind else {*names, *re.findall(r"\w+", sql)}
    if {name.casefold() for name in named} & set(personal_columns(manifest, node)):
        return ""
    more = ["…"] if len(found) > ROWS_SHOWN else []
    if kind:
        counted = [f"{text(value)} ({n:,} row{'s' * (n != 1)})" for value, n in found[:ROWS_SHOWN]]
        return f"{column}: {', '.join(counted + more)}"
    listed = [
        ", ".join(f"{name} {text(value)}" for name, value in zip(names, row, strict=True))
        for row in found[:ROWS_SHOWN]
    ]
    return "; ".join(listed + more)


def personal_columns(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns with personal data of what a test reads, in lower case."""
    tables = {**manifest["nodes"], **manifest["sources"]}
    for read in node_names(node) & tables.keys():
        for name, column in tables[read].get("columns", {}).items():
            meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
            if meta.get("personal"):
                yield name.casefold()


def node_names(node: Mapping[str, Any]) -> set[str]:
    """Return the unique ids of the models and sources that a test reads."""
    return set(node.get("depends_on", {}).get("nodes", ()))


def text(value: object) -> str:
    """Return a value on one line and with a limited length, texts in quotes."""
    if isinstance(value, str):
        return json.dumps(value[:TEXT_SHOWN], ensure_ascii=False)
    return "null" if value is None else str(value)[:TEXT_SHOWN]

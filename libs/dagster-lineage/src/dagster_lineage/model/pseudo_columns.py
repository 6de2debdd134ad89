"""Columns that an engine adds to every table, although no table declares them."""

from __future__ import annotations

from dagster_lineage.model.dialects import canonical_dialect

_POSTGRES = {"oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"}
_NAMES: dict[str, set[str]] = {
    "duckdb": {"rowid"},
    "sqlite": {"rowid", "oid", "_rowid_"},
    "oracle": {"rowid", "rownum", "ora_rowscn"},
    "postgres": _POSTGRES,
    "redshift": _POSTGRES,
    "bigquery": {"_partitiontime", "_partitiondate", "_table_suffix", "_file_name"},
    "spark": {"_metadata"},
    "clickhouse": {"_table", "_database", "_sample_factor", "_disk_name"},
}
_PREFIXES = {
    "snowflake": "metadata$",
    "trino": "$",
    "bigquery": "_change_",
    "clickhouse": "_part",
}


def is_pseudo_column(name: str, dialect: str) -> bool:
    """Return whether every table of a dialect has this column: `rowid` in DuckDB."""
    folded, engine = name.casefold(), canonical_dialect(dialect)
    prefix = _PREFIXES.get(engine, "")
    return folded in _NAMES.get(engine, ()) or bool(prefix and folded.startswith(prefix))

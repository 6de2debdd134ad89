"""Columns that an engine gives every table, though no table declares them."""

from __future__ import annotations

from dagster_lineage.model.type_names import canonical_dialect

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
_BEGINNINGS = {
    "snowflake": "metadata$",
    "trino": "$",
    "bigquery": "_change_",
    "clickhouse": "_part",
}


def is_pseudo_column(name: str, dialect: str) -> bool:
    """Whether a dialect's every table answers to this column: `rowid` of DuckDB."""
    folded, known = name.casefold(), canonical_dialect(dialect)
    beginning = _BEGINNINGS.get(known, "")
    return folded in _NAMES.get(known, ()) or bool(beginning and folded.startswith(beginning))

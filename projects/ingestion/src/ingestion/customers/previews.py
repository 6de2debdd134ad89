"""Previews of accepted and rejected rows for Dagster's UI, without personal data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.customers.declaration import REASON, ROW_NUMBER
from ingestion.markdown import first_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.customers.declaration import ExportColumns


def accepted_preview(accepted: pa.Table, columns: ExportColumns, rows: int) -> str:
    """Return the first rows as Markdown; the values of personal columns are masked.

    Args:
        accepted: Accepted rows.
        columns: The declared columns.
        rows: Maximum number of rows.
    """
    personal = {column.name for column in columns if column.personal}
    return first_rows(
        accepted, rows, lambda name, value: masked(value) if name in personal else value
    )


def rejected_preview(rejected: pa.Table, columns: ExportColumns, rows: int) -> str:
    """Return the first rows as Markdown; only row number, key and reasons are shown.

    A missing or surplus comma shifts the values of a row, so any column can contain a name. For the
    same reason, a key is shown only if it matches its declared pattern.

    Args:
        rejected: Rejected rows.
        columns: The declared columns.
        rows: Maximum number of rows.
    """
    key = columns.key

    def shown(name: str, value: object) -> object:
        if name in {ROW_NUMBER, REASON}:
            return value
        is_shown = name == key.name and key.pattern and not key.personal
        if is_shown and all(re.fullmatch(pattern, str(value)) for pattern in key.patterns):
            return value
        return masked(value)

    return first_rows(rejected, rows, shown)


def masked(value: object) -> object:
    """Return the first character of a value and `***`; an empty value unchanged."""
    if value is None or value == "":
        return value
    text = str(value)
    return f"{text[0]}***" if len(text) > 1 else "***"

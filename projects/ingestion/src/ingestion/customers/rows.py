"""Rows of the customer export as text, numbered, before validation."""

from __future__ import annotations

import csv
import difflib
from typing import TYPE_CHECKING

import pandas as pd

from ingestion.customers.errors import NotACsvExport

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.customers.declaration import ExportColumns

SURPLUS = " surplus"
"""Column with the fields of a row beyond the last column of the header. No column of an export has
this name, because the names of the header are stripped."""


def read_rows(file: Path, source: str, columns: ExportColumns) -> pd.DataFrame:
    """Read the export into text columns. Rows that are too long or too short keep their place.

    Args:
        file: The downloaded export: CSV in UTF-8 (with or without byte order mark), a header, rows.
        source: Its masked address, for messages.
        columns: The declared columns.

    Returns:
        The declared columns that the export has, and `SURPLUS`, as stripped text; missing values
        are empty. The index is the row number: 1 is the first row below the header. Blank lines are
        not counted.

    Raises:
        NotACsvExport: the file cannot be read as the customer export.
    """
    header = _header(file, source, columns)
    try:
        frame = _read_fast(file)
        if frame is None:
            frame = _read_any_width(file, header)
    except UnicodeDecodeError as error:
        raise NotACsvExport(_encoding_error(source, error)) from None
    except csv.Error as error:
        raise NotACsvExport(f"{source} cannot be read as CSV: {error}.") from None
    if frame.empty:
        raise NotACsvExport(f"{source} has a header and no rows.")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    present = [name for name in columns.names if name in header]
    return pd.DataFrame({name: frame[name].str.strip() for name in (*present, SURPLUS)})


def _header(file: Path, source: str, columns: ExportColumns) -> list[str]:
    """Read and validate the first line."""
    with file.open("rb") as content:
        start = content.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotACsvExport(f"{source} is empty.")
    if start.startswith(b"<"):
        raise NotACsvExport(
            f"{source} is HTML or XML, not CSV: it begins with {_start_of(start)!r}. "
            f"It may be a login or error page: open the address in a browser."
        )
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header = [name.strip() for name in next(row for row in csv.reader(lines) if row)]
    except UnicodeDecodeError as error:
        raise NotACsvExport(_encoding_error(source, error)) from None
    except (csv.Error, StopIteration):
        raise NotACsvExport(f"{source} cannot be read as CSV: {_start_of(start)!r}.") from None
    missing = [column.name for column in columns if column.required and column.name not in header]
    if missing:
        raise NotACsvExport(
            f"{source} lacks {_listed(missing)}; it has {_listed(header)}."
            f"{_nearest(missing, header)}"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise NotACsvExport(f"{source} has {_listed(twice)} more than once.")
    return header


def _read_fast(file: Path) -> pd.DataFrame | None:
    """Read with pandas' parser; None if a row has more fields than the header.

    Such a row stops the parser. As the first row it shifts all rows by a column and makes the first
    column the index, so an index other than a range means the same.
    """
    try:
        frame = pd.read_csv(
            file,
            dtype=str,
            keep_default_na=False,  # "NA" is Namibia, and "Null" a surname
            encoding="utf-8-sig",
        )
    except pd.errors.ParserError:
        return None
    if not isinstance(frame.index, pd.RangeIndex):
        return None
    return frame.rename(columns=str.strip).assign(**{SURPLUS: ""})


def _read_any_width(file: Path, header: list[str]) -> pd.DataFrame:
    """Read rows of any width with the standard library, which is slower.

    `on_bad_lines` of pandas silently loses every row after an unclosed quote; `strict` raises
    there.
    """
    width = len(header)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines, strict=True) if row][1:]
    padded = [[*row[:width], *[""] * (width - len(row)), ",".join(row[width:])] for row in rows]
    return pd.DataFrame(padded, columns=[*header, SURPLUS], dtype=str)


def _encoding_error(source: str, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    return f"{source} is not encoded in UTF-8: unexpected byte 0x{byte:02x}. Export it in UTF-8."


def _start_of(start: bytes) -> str:
    return start[:60].decode("utf-8", "replace")


def _listed(names: list[str]) -> str:
    return ("column " if len(names) == 1 else "columns ") + ", ".join(f"`{name}`" for name in names)


def _nearest(missing: list[str], header: list[str]) -> str:
    pairs = [(name, difflib.get_close_matches(name, header, n=1)) for name in missing]
    hints = [f"`{found[0]}` for `{name}`" for name, found in pairs if found]
    return f" Was it renamed: {', '.join(hints)}?" if hints else ""

"""Read the export's rows as they are: text, every row, numbered, before anything is judged."""

from __future__ import annotations

import csv
import difflib
from typing import TYPE_CHECKING

import pandas as pd

from ingestion.customers.columns import COLUMNS
from ingestion.customers.errors import NotACsvExport

if TYPE_CHECKING:
    from pathlib import Path

SURPLUS = "surplus"
"""Name of the column that takes what a row has beyond the header's last column."""


def read_rows(file: Path, source: str) -> pd.DataFrame:
    """Read the export into text columns; a row that is too long or too short stays in its place.

    Args:
        file: The downloaded export: CSV in UTF-8 (a byte order mark is fine), a header, rows.
        source: What to call it in messages: its masked address.

    Returns:
        The columns of `COLUMNS` and `SURPLUS`, stripped text, absent values empty. The index is
        the row number: 1 is the first row below the header; blank lines are not counted.

    Raises:
        NotACsvExport: Where the file as a whole can't be read as the customer export.
    """
    header = _header(file, source)
    try:
        frame = _read_fast(file)
        if frame is None:
            frame = _read_any_width(file, header)
    except UnicodeDecodeError as error:
        raise NotACsvExport(_about_encoding(source, error)) from None
    except csv.Error as error:
        raise NotACsvExport(f"{source} can't be read as CSV: {error}.") from None
    if frame.empty:
        raise NotACsvExport(f"{source} has a header and not a single row.")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return pd.DataFrame({name: frame[name].str.strip() for name in (*COLUMNS, SURPLUS)})


def _header(file: Path, source: str) -> list[str]:
    """Read and judge the first line."""
    with file.open("rb") as content:
        start = content.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotACsvExport(f"{source} is empty.")
    if start.startswith(b"<"):
        raise NotACsvExport(
            f"{source} is HTML or XML, not CSV: it begins with {_beginning(start)!r}. "
            f"Often that is a login or an error page: open the address in a browser."
        )
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header = [name.strip() for name in next(row for row in csv.reader(lines) if row)]
    except UnicodeDecodeError as error:
        raise NotACsvExport(_about_encoding(source, error)) from None
    except (csv.Error, StopIteration):
        raise NotACsvExport(f"{source} can't be read as CSV: {_beginning(start)!r}.") from None
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise NotACsvExport(
            f"{source} lacks {_columns(missing)}; it has {_columns(header)}."
            f"{_nearest(missing, header)}"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise NotACsvExport(f"{source} has {_columns(twice)} more than once.")
    return header


def _read_fast(file: Path) -> pd.DataFrame | None:
    """Read with pandas' own parser; None where a row has more fields than the header.

    Such a row stops the parser, and as the first row it shifts every row by a column, the first
    becoming the index: so an index other than a plain count means the same.
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
    """Read with the standard library: slower, for rows of any width.

    pandas' own way, `on_bad_lines`, loses every row after a quote that is never closed and says
    nothing; `strict` raises there.
    """
    width = len(header)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines, strict=True) if row][1:]
    padded = [[*row[:width], *[""] * (width - len(row)), ",".join(row[width:])] for row in rows]
    return pd.DataFrame(padded, columns=[*header, SURPLUS], dtype=str)


def _about_encoding(source: str, error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    return (
        f"{source} is not encoded in UTF-8: byte 0x{byte:02x} where a letter should be. "
        f"Ask its maker for an export in UTF-8."
    )


def _beginning(start: bytes) -> str:
    return start[:60].decode("utf-8", "replace")


def _columns(names: list[str]) -> str:
    return ("column " if len(names) == 1 else "columns ") + ", ".join(f"`{name}`" for name in names)


def _nearest(missing: list[str], header: list[str]) -> str:
    pairs = [(name, difflib.get_close_matches(name, header, n=1)) for name in missing]
    hints = [f"`{found[0]}` for `{name}`" for name, found in pairs if found]
    return f" Was it renamed: {', '.join(hints)}?" if hints else ""

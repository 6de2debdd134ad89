"""Published tables, read and compared cell by cell."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from benchmarks.shop_histories.expected import Row

from environment import Environment

DAYS = "marts_staging.int_shop_order_days"
SUMMARY = "marts.daily_order_summary"
TABLES = {
    "jaffle_dbt": ("jaffle.orders", "jaffle.customers"),
    "marts_dbt": (
        SUMMARY, DAYS, "marts.channel_performance", "marts.weekly_revenue", "marts.customer_value",
    ),
}  # fmt: skip
"""Tables by project: the public ones, and the model that states which days were built."""
SHOWN = 3


@dataclass
class Comparison:
    """What was compared, and the differences."""

    tables: int = 0
    cells: int = 0
    differences: list[str] = field(default_factory=list)

    def compare(
        self, what: str, expected: Mapping[str, Sequence[Row]], found: Mapping[str, Sequence[Row]]
    ) -> None:
        """Compare tables as sets of rows, without their order."""
        for table, rows in found.items():
            self.tables += 1
            self.cells += sum(map(len, rows))
            missing = Counter(expected[table]) - Counter(rows)
            surplus = Counter(rows) - Counter(expected[table])
            if missing or surplus:
                lines = [f"{table} differs from {what}"]
                lines += [f"    expected {shown(row)}" for row in _first(missing)]
                lines += [f"    found    {shown(row)}" for row in _first(surplus)]
                self.differences.append("\n".join(lines))

    def require(self, what: str, *, holds: bool) -> None:
        """Report a difference unless a condition holds."""
        if not holds:
            self.differences.append(what)


def published_tables(environment: Environment) -> dict[str, list[Row]]:
    """Return the rows of the published tables of both projects."""
    found = {}
    for project, tables in TABLES.items():
        with duckdb.connect(str(environment.published_file(project)), read_only=True) as connection:
            for table in tables:
                found[table] = connection.execute(f"select * from {table}").fetchall()
    return found


def of_days(
    tables: Mapping[str, Sequence[Row]], days: Collection[dt.date]
) -> dict[str, Sequence[Row]]:
    """Return the tables, those with a row per day without other days."""
    return {
        table: [row for row in rows if row[0] in days] if table in {DAYS, SUMMARY} else rows
        for table, rows in tables.items()
    }


def digest(tables: Mapping[str, Sequence[Row]]) -> str:
    """Return a hash of all rows, which does not depend on their order."""
    text = repr([(table, sorted(map(repr, tables[table]))) for table in sorted(tables)])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """Return a hash of a file, empty if it does not exist."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def shown(row: Row) -> str:
    return ", ".join("null" if cell is None else str(cell) for cell in row)


def _first(rows: Counter[Row]) -> list[Row]:
    return sorted(rows, key=repr)[:SHOWN]

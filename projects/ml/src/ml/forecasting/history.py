"""The history that a model is trained on: one number a day, no gaps, nothing after the cut-off."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ml.forecasting.errors import CutoffInvalid, HistoryInvalid, HistoryTooShort

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DAY_COLUMN = "order_date"
COUNT_COLUMN = "orders"
FEATURE_COLUMNS = {DAY_COLUMN: "date", COUNT_COLUMN: "bigint"}
"""All that the forecast reads, with the types that it relies on. Channels are added up."""


@dataclass(frozen=True)
class DailyHistory:
    """Orders per day up to and including the cut-off."""

    orders: pd.Series
    """Orders, float64, on a daily DatetimeIndex without gaps."""
    rows: int
    """Rows that were added up: those on or before the cut-off."""
    days_filled: int
    """Days between first and last that had no row and count as 0 orders."""

    @property
    def days(self) -> int:
        """Number of days, filled ones included."""
        return len(self.orders)

    @property
    def first_day(self) -> date:
        """The first day that has a row."""
        return _as_date(self.orders.index[0])

    @property
    def cutoff(self) -> date:
        """The last day of training; the forecast begins the day after."""
        return _as_date(self.orders.index[-1])


def daily_history(table: pa.Table, cutoff: date | None, days_needed: int = 1) -> DailyHistory:
    """Add up the rows of each day, fill days without orders with 0, and end at the cut-off.

    Args:
        table: Has the columns `order_date` (date) and `orders` (a whole number); rows in any
            order, any number of rows a day.
        cutoff: Last day that may be used; None for the last day in the table.
        days_needed: How many days the history must have.

    Raises:
        HistoryInvalid: a column has a wrong type, a day is missing, or a count is negative or
            missing.
        HistoryTooShort: there are fewer days than needed, or none.
        CutoffInvalid: the cut-off is before the first day or after the last one.
    """
    import pandas as pd  # noqa: PLC0415 - 1 s; definitions load without it
    import pyarrow.compute as pc  # noqa: PLC0415

    _check(table)
    if table.num_rows == 0:
        raise _too_short(0, days_needed, "It has no rows.")
    first, last = pc.min_max(table[DAY_COLUMN]).as_py().values()
    if cutoff is not None and not first <= cutoff <= last:
        raise CutoffInvalid(
            f"The cut-off {cutoff} is outside the history, which goes from {first} to {last}. "
            "Choose a day in between, or leave it out: then it is the last day."
        )
    end = cutoff or last
    used = table.filter(pc.less_equal(table[DAY_COLUMN], end))
    totals = used.group_by(DAY_COLUMN).aggregate([(COUNT_COLUMN, "sum")])
    counted = pd.Series(
        totals[f"{COUNT_COLUMN}_sum"].to_numpy().astype("float64"),
        index=pd.to_datetime(totals[DAY_COLUMN].to_pandas()),
    )
    calendar = pd.date_range(first, end, freq="D")
    orders = counted.reindex(calendar, fill_value=0.0).rename(COUNT_COLUMN)
    if len(orders) < days_needed:
        raise _too_short(len(orders), days_needed, f"It goes from {first} to {end}.")
    return DailyHistory(orders, used.num_rows, len(calendar) - len(counted))


def parse_cutoff(text: str | None) -> date | None:
    """The cut-off of a run's configuration: an ISO date such as 2026-03-31, or nothing.

    Raises:
        CutoffInvalid: it is no such date.
    """
    if text is None or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise CutoffInvalid(
            f"cutoff_date is '{text}': write an ISO date such as 2026-03-31, or leave it out."
        ) from None


def feature_schema_hash(table: pa.Table) -> str:
    """A SHA-256 over names and types of the columns read, in their order, as 64 hex digits.

    Two forecasts with different hashes were trained on different features. The data itself does
    not count.
    """
    described = "\n".join(f"{field.name}:{field.type}" for field in table.schema)
    return hashlib.sha256(described.encode()).hexdigest()


def _check(table: pa.Table) -> None:
    """Refuse what would otherwise train a model on nonsense."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    for column, is_right, wanted in (
        (DAY_COLUMN, pa.types.is_date, "a date"),
        (COUNT_COLUMN, pa.types.is_integer, "a whole number"),
    ):
        if column not in table.column_names:
            raise HistoryInvalid(f"The history has no column '{column}'; it must be {wanted}.")
        values = table[column]
        if not is_right(values.type):
            raise HistoryInvalid(
                f"The column '{column}' is {values.type}: it must be {wanted}. Mend the model "
                "that makes it, or change what the forecast reads."
            )
        if values.null_count:
            raise HistoryInvalid(
                f"{values.null_count} of {table.num_rows} rows have no '{column}'. "
                "Mend the model that makes them."
            )
    negative = pc.sum(pc.less(table[COUNT_COLUMN], 0)).as_py() or 0
    if negative:
        raise HistoryInvalid(
            f"{negative} of {table.num_rows} rows have less than 0 in '{COUNT_COLUMN}'. "
            "Mend the model that makes them."
        )


def _too_short(days: int, days_needed: int, extent: str) -> HistoryTooShort:
    return HistoryTooShort(
        f"The history has {days} days, and {days_needed} are needed to train and to backtest. "
        f"{extent} Backfill earlier days of the upstream table, choose a later cut-off date if "
        "one is set, or wait until there are enough days."
    )


def _as_date(day: pd.Timestamp) -> date:
    return date(day.year, day.month, day.day)

"""The training data of a model: orders per day up to the cut-off date, without gaps."""

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
"""The columns that the forecast reads, with their types. Channels are summed."""


@dataclass(frozen=True)
class DailyHistory:
    """Orders per day up to and including the cut-off date."""

    orders: pd.Series
    """Orders, float64, on a daily DatetimeIndex without gaps."""
    rows: int
    """Number of summed rows: those on or before the cut-off date."""
    days_filled: int
    """Number of days without a row, which count as 0 orders."""

    @property
    def days(self) -> int:
        """Number of days, including days without a row."""
        return len(self.orders)

    @property
    def first_day(self) -> date:
        """First day with a row."""
        return _as_date(self.orders.index[0])

    @property
    def cutoff(self) -> date:
        """Last day of the training data; the forecast begins the day after."""
        return _as_date(self.orders.index[-1])


def daily_history(table: pa.Table, cutoff: date | None, days_needed: int = 1) -> DailyHistory:
    """Sum the rows of each day, fill days without a row with 0, and end at the cut-off date.

    Args:
        table: Table with the columns `order_date` (date) and `orders` (integer), with any number
            of rows per day, in any order.
        cutoff: Last day to use; None for the last day of the table.
        days_needed: Required number of days.

    Raises:
        HistoryInvalid: a column has a wrong type, a date or count is null, or a count is
            negative.
        HistoryTooShort: the history has fewer days than required.
        CutoffInvalid: the cut-off date is before the first day or after the last day.
    """
    import pandas as pd  # noqa: PLC0415 - 1 s; definitions load without it
    import pyarrow.compute as pc  # noqa: PLC0415

    _check(table)
    if table.num_rows == 0:
        raise _too_short(0, days_needed, "It has no rows.")
    first, last = pc.min_max(table[DAY_COLUMN]).as_py().values()
    if cutoff is not None and not first <= cutoff <= last:
        raise CutoffInvalid(
            f"The cut-off date {cutoff} is outside the history, which goes from {first} to {last}. "
            "Choose a day in between, or leave cutoff_date out to use the last day."
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
    """Return the cut-off date of a run's configuration, None if it is empty.

    Raises:
        CutoffInvalid: the text is not an ISO date.
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
    """Return the SHA-256 of names and types of the columns, in their order, as 64 hex digits.

    Two forecasts with different hashes were trained on different features. The rows are not part
    of the hash.
    """
    described = "\n".join(f"{field.name}:{field.type}" for field in table.schema)
    return hashlib.sha256(described.encode()).hexdigest()


def _check(table: pa.Table) -> None:
    """Raise `HistoryInvalid` for columns and rows that are not orders of a day."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    for column, is_expected, expected in (
        (DAY_COLUMN, pa.types.is_date, "a date"),
        (COUNT_COLUMN, pa.types.is_integer, "an integer"),
    ):
        if column not in table.column_names:
            raise HistoryInvalid(f"The history has no column '{column}'; it must be {expected}.")
        values = table[column]
        if not is_expected(values.type):
            raise HistoryInvalid(
                f"The column '{column}' is {values.type}: it must be {expected}. Fix the upstream "
                "model, or change the columns that the forecast reads."
            )
        if values.null_count:
            raise HistoryInvalid(
                f"{values.null_count} of {table.num_rows} rows have no '{column}'. "
                "Fix the upstream model."
            )
    negative = pc.sum(pc.less(table[COUNT_COLUMN], 0)).as_py() or 0
    if negative:
        raise HistoryInvalid(
            f"{negative} of {table.num_rows} rows have a negative '{COUNT_COLUMN}'. "
            "Fix the upstream model."
        )


def _too_short(days: int, days_needed: int, extent: str) -> HistoryTooShort:
    return HistoryTooShort(
        f"The history has {days} days, and {days_needed} are needed for training and backtest. "
        f"{extent} Backfill earlier days of the upstream table, choose a later cut-off date if "
        "one is set, or wait for more days."
    )


def _as_date(day: pd.Timestamp) -> date:
    return date(day.year, day.month, day.day)

"""The training data of a model: orders per day up to the cut-off date, without gaps.

Incomplete days at the end are left out and closed days have the usual number of their weekday, so
that they do not change the level of the forecast; `unusual_days` has the rules.
"""

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


LEFT_OUT = "left out: incomplete"
REPLACED = "replaced by the usual orders: closed"
CUTOFF_SET = "used: looks incomplete, and cutoff_date is set"
LEVEL_CHANGE = "used: too many days in a row to be incomplete, so a change of level"


@dataclass(frozen=True)
class UnusualDay:
    """A day with far fewer orders than usual for its weekday."""

    day: date
    orders: int
    """Orders in the table."""
    usual: float
    """Usual orders of the weekday at that time."""
    treatment: str
    """What the training does with the day: `LEFT_OUT`, `REPLACED`, `CUTOFF_SET`,
    `LEVEL_CHANGE`."""


@dataclass(frozen=True)
class DailyHistory:
    """Orders per day up to and including the cut-off date."""

    orders: pd.Series
    """Orders on which models are trained, float64, on a daily DatetimeIndex without gaps."""
    observed: pd.Series
    """Orders in the table, including days that are left out of the training."""
    rows: int
    """Number of summed rows: those on or before the cut-off date."""
    days_without_row: tuple[date, ...] = ()
    """Days up to the cut-off date without a row, which count as 0 orders."""
    unusual: tuple[UnusualDay, ...] = ()
    """Unusually low days, oldest first."""

    @property
    def days(self) -> int:
        """Number of days of training, including days without a row."""
        return len(self.orders)

    @property
    def first_day(self) -> date:
        """First day with a row."""
        return _as_date(self.orders.index[0])

    @property
    def cutoff(self) -> date:
        """Last day of the training data; the forecast begins the day after."""
        return _as_date(self.orders.index[-1])

    def treated(self, treatment: str) -> list[UnusualDay]:
        """Return the unusual days with a treatment."""
        return [one for one in self.unusual if one.treatment == treatment]


def daily_history(table: pa.Table, cutoff: date | None, days_needed: int = 1) -> DailyHistory:
    """Sum the rows of each day, fill days without a row with 0, and treat unusual days.

    Without a cut-off date, the history ends before the incomplete days at the end of the table.
    With one, it ends at that day, whether it looks incomplete or not.

    Args:
        table: Table with the columns `order_date` (date) and `orders` (integer), with any number
            of rows per day, in any order.
        cutoff: Last day to use; None for the last complete day of the table.
        days_needed: Required number of days of training.

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
        raise HistoryTooShort(f"The history has no rows, and {days_needed} days are needed.")
    first, last = pc.min_max(table[DAY_COLUMN]).as_py().values()
    if cutoff is not None and not first <= cutoff <= last:
        raise CutoffInvalid(
            f"The cut-off date {cutoff} is outside the history, which goes from {first} to {last}. "
            "Choose a day in between, or leave cutoff_date out to use the last complete day."
        )
    used = table.filter(pc.less_equal(table[DAY_COLUMN], cutoff or last))
    totals = used.group_by(DAY_COLUMN).aggregate([(COUNT_COLUMN, "sum")])
    counted = pd.Series(
        totals[f"{COUNT_COLUMN}_sum"].to_numpy().astype("float64"),
        index=pd.to_datetime(totals[DAY_COLUMN].to_pandas()),
    )
    calendar = pd.date_range(first, cutoff or last, freq="D")
    observed = counted.reindex(calendar, fill_value=0.0).rename(COUNT_COLUMN)
    orders, unusual = _without_unusual_days(observed, keep_end=cutoff is not None)
    end = _as_date(orders.index[-1])
    if len(orders) < days_needed:
        left_out = f" {len(observed) - len(orders)} incomplete days at its end are left out."
        raise HistoryTooShort(
            f"The history has {len(orders)} days, from {first} to {end}, and {days_needed} are "
            f"needed.{left_out if len(orders) < len(observed) else ''} "
            f"{'Choose a later cut-off date, or wait' if cutoff else 'Wait'} for more days.",
            first,
        )
    missing = orders.index.difference(counted.index)
    return DailyHistory(
        orders=orders,
        observed=observed,
        rows=used.filter(pc.less_equal(used[DAY_COLUMN], end)).num_rows,
        days_without_row=tuple(_as_date(day) for day in missing),
        unusual=tuple(unusual),
    )


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


def _without_unusual_days(
    observed: pd.Series, *, keep_end: bool
) -> tuple[pd.Series, list[UnusualDay]]:
    """Return the orders of training and the days that differ or could be incomplete.

    Args:
        observed: Orders per day in the table.
        keep_end: Whether the last day stays the last one, although it looks incomplete.
    """
    from ml.forecasting.unusual_days import closed_days, unusual_end  # noqa: PLC0415

    def unusual(position: int, usual: float, treatment: str) -> UnusualDay:
        day = _as_date(observed.index[position])
        return UnusualDay(day, int(observed.iloc[position]), round(usual, 1), treatment)

    end = unusual_end(observed.to_numpy())
    start = len(observed) - end.days
    is_left_out = not keep_end and not end.is_level_change
    orders = observed.iloc[:start].copy() if is_left_out else observed.copy()
    # The days of a new level are no closed days, also if the level is 0.
    examined = orders.iloc[:start] if end.is_level_change else orders
    closed = closed_days(examined.to_numpy())
    orders.iloc[list(closed)] = list(closed.values())
    found = [unusual(position, usual, REPLACED) for position, usual in closed.items()]
    treatment = LEVEL_CHANGE if end.is_level_change else CUTOFF_SET if keep_end else LEFT_OUT
    for position, usual in enumerate(end.usual, start):
        if usual > 0 and position not in closed:
            found.append(unusual(position, usual, treatment))
    return orders, sorted(found, key=lambda one: one.day)


def _as_date(day: pd.Timestamp) -> date:
    return date(day.year, day.month, day.day)

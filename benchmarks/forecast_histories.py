"""What closed and incomplete days do to the level of the forecast.

    python -m benchmarks.forecast_histories [--without-treatment] [--clean-histories 40]

Each shop of `histories/shops.py` is forecast from its clean history and from histories with faults
(`histories/faults.py`). A cell is the ratio of the mean of the 28 forecast days to that of the
clean history. `--without-treatment` trains on the days as they are, as a comparison. The last lines
count the days that are left out or replaced in clean histories, where nothing is wrong, and the
last days that would have been left out in a run on each day of the demo shop.
"""

from __future__ import annotations

import argparse
import warnings
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from benchmarks.histories.faults import FAULTS, Counts
from benchmarks.histories.shops import SHOPS

from demo_shop.demand import orders_per_day
from ml.forecasting.forecast import Forecast, make_forecast
from ml.forecasting.history import LEFT_OUT, REPLACED, DailyHistory, daily_history
from ml.plausibility_checks import check_plausibility

TOLERANCE = 0.1
GOAL = 20
GOAL_FAULTS = ("1 closed", "3 closed", "last 5 %", "3 + 5 %")
FIRST_DAY = date(2024, 1, 1)  # a Monday, and the demo shop's first day
DEMO_ORDERS = 50_000
FIRST_RUN = 140
"""Number of days before the first of the daily runs."""
WIDTH = 11


def main() -> None:
    """Forecast all histories and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--without-treatment", action="store_true")
    parser.add_argument("--clean-histories", type=int, default=40)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of optimizers, about histories of zeros
    print(f"{'shop':32}" + "".join(f"{name:>{WIDTH}}" for name in FAULTS))
    ratios: dict[str, list[float]] = {name: [] for name in FAULTS}
    remarks = 0
    for number, shop in enumerate(SHOPS):
        orders = shop.orders(seed=100 + number)
        history = history_of(orders)
        clean = forecast_of(history, treat=not arguments.without_treatment)
        remarks += len(remarked(clean, history))
        cells = []
        for name, fault in FAULTS.items():
            changed = history_of(fault(orders, np.random.default_rng(number)))
            found = forecast_of(changed, treat=not arguments.without_treatment)
            ratios[name].append(level_of(found) / level_of(clean))
            cells.append(f"{ratios[name][-1]:{WIDTH}.2f}")
        print(f"{shop.name:32}" + "".join(cells), flush=True)
    summarize(ratios)
    print(f"checks that warn about the clean forecasts: {remarks} of {3 * len(SHOPS)}")
    count_false_treatments(arguments.clean_histories)
    count_daily_runs()


def history_of(orders: Counts) -> DailyHistory:
    """Return the history of a table with one row per day."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(len(orders))]
    return daily_history(pa.table({"order_date": days, "orders": orders}), None)


def forecast_of(history: DailyHistory, *, treat: bool) -> Forecast:
    """Return the forecast of the training orders, or of the days as they are in the table."""
    if treat:
        return make_forecast(history)
    return make_forecast(DailyHistory(history.observed, history.observed, history.rows))


def level_of(forecast: Forecast) -> float:
    """Return the mean of the 28 days."""
    return float(forecast.days["predicted_orders"].mean())


def remarked(forecast: Forecast, history: DailyHistory) -> list[str]:
    """Return the names of the checks that warn."""
    results = check_plausibility(
        forecast.days,
        history,
        environment="prod",
        today=history.cutoff,
        cutoff_is_set=False,
    )
    return [str(result.check_name) for result in results if not result.passed]


def summarize(ratios: dict[str, list[float]]) -> None:
    """Print the largest deviation and the number of shops within the tolerance, per fault."""
    within = {
        name: sum(abs(ratio - 1) <= TOLERANCE for ratio in found) for name, found in ratios.items()
    }
    largest = [max(found, key=lambda ratio: abs(ratio - 1)) for found in ratios.values()]
    print(f"{'farthest from 1':32}" + "".join(f"{ratio:{WIDTH}.2f}" for ratio in largest))
    print(f"{'within 10 %':32}" + "".join(f"{count:{WIDTH}}" for count in within.values()))
    all_within = sum(
        all(abs(ratios[name][shop] - 1) <= TOLERANCE for name in GOAL_FAULTS)
        for shop in range(len(SHOPS))
    )
    print(
        f"within 10 % with {', '.join(GOAL_FAULTS)}: {all_within} of {len(SHOPS)} shops; "
        f"goal {GOAL}: {'reached' if all_within >= GOAL else 'missed'}"
    )


def count_false_treatments(histories: int) -> None:
    """Print how many clean histories have days that are left out or replaced."""
    left_out = replaced = affected = days = 0
    for seed in range(histories):
        for number, shop in enumerate(SHOPS):
            history = history_of(shop.orders(seed=1000 * (seed + 1) + number))
            left_out += len(history.treated(LEFT_OUT))
            replaced += len(history.treated(REPLACED))
            affected += bool(history.treated(LEFT_OUT) or history.treated(REPLACED))
            days += len(history.observed)
    print(
        f"{histories * len(SHOPS)} clean histories of {days:,} days: {left_out} days left out, "
        f"{replaced} replaced, in {affected} histories"
    )


def count_daily_runs() -> None:
    """Print on which days of the demo shop the last day of the history is left out."""
    orders = orders_per_day(DEMO_ORDERS)
    low = []
    for days in range(FIRST_RUN, len(orders) + 1):
        history = history_of(orders[:days])
        if history.cutoff < history.observed.index[-1].date():
            low.append(FIRST_DAY + timedelta(days=days - 1))
    print(
        f"demo shop, {len(orders) - FIRST_RUN + 1} daily runs: the last day is left out in "
        f"{len(low)}: {', '.join(str(day) for day in low)}"
    )


if __name__ == "__main__":
    main()

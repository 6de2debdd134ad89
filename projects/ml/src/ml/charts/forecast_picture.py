"""Chart of a forecast and the last weeks of its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.charts.picture import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ml.forecasting.forecast import Forecast
    from ml.forecasting.history import DailyHistory

PAST_DAYS = 56


def forecast_picture(history: DailyHistory, forecast: Forecast) -> Figure:
    """Draw the last eight weeks of the table, the forecast and its two intervals."""
    figure = new_figure()
    axes = figure.subplots()
    past = history.observed.tail(PAST_DAYS)
    ahead = forecast.days
    axes.plot(past.index, past, color="#444444", linewidth=1, label="orders")
    for level, strength in ((95, 0.18), (80, 0.35)):
        axes.fill_between(
            ahead["forecast_date"],
            ahead[f"lower_{level}"],
            ahead[f"upper_{level}"],
            color="#1f77b4",
            alpha=strength,
            linewidth=0,
            label=f"{level} %",
        )
    axes.plot(ahead["forecast_date"], ahead["predicted_orders"], color="#1f77b4", label="forecast")
    axes.axvline(history.orders.index[-1], color="#999999", linewidth=0.8, linestyle=":")
    axes.set_ylim(bottom=0)
    axes.set_title(f"Orders per day, {forecast.model} from {history.cutoff}")
    axes.tick_params(axis="x", labelsize=8)
    axes.legend(loc="upper left", fontsize=7, ncols=4, frameon=False)
    return figure

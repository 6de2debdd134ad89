"""The candidate models and the baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SEASON_DAYS = 7
"""Length of the season: orders depend on the weekday."""
LEVELS = (80, 95)
"""Levels of the intervals, in percent."""
BASELINE = "SeasonalNaive"
"""Name of the baseline, which repeats the last week."""
LEVEL_ETS = "LevelETS"
"""Name of the model for histories without a backtest."""
SERIES = "orders"


@dataclass(frozen=True)
class Candidate:
    """A model of statsforecast and the scale on which it is fitted."""

    name: str
    build: Callable[[str], Any]
    """Creates an unfitted model; the argument is its name in the library's frames."""
    log_scale: bool = False
    """Fit log(1 + orders), so that weekdays differ by a factor instead of a number."""

    def cross_validate(self, orders: pd.Series, horizon: int, windows: int) -> pd.DataFrame:
        """Fit the days before each window and forecast the window.

        Args:
            orders: Orders per day on a daily index without gaps.
            horizon: Length of a window in days; the windows are adjacent, the last one is at the
                end of the history.
            windows: Number of windows.

        Returns:
            One row per day and window, with statsforecast's columns: `unique_id`, `ds`, `cutoff`,
            the model's name, `<name>-lo-80` and so on.
        """
        frame = self._engine().cross_validation(
            df=self._scaled(orders),
            h=horizon,
            n_windows=windows,
            step_size=horizon,
            level=list(LEVELS),
            refit=True,
        )
        return self._as_orders(frame.drop(columns="y"))

    def forecast(self, orders: pd.Series, horizon: int) -> pd.DataFrame:
        """Fit the history and forecast the days after it; columns as in `cross_validate`."""
        frame = self._engine().forecast(df=self._scaled(orders), h=horizon, level=list(LEVELS))
        return self._as_orders(frame)

    def columns(self) -> list[str]:
        """Return the columns of the forecast and of its interval bounds."""
        return [self.name] + [f"{self.name}-{side}-{n}" for n in LEVELS for side in ("lo", "hi")]

    def _engine(self) -> Any:
        from statsforecast import StatsForecast  # noqa: PLC0415 - 5 s

        # In the step's process only: Dagster limits steps, not their child processes.
        return StatsForecast(models=[self.build(self.name)], freq="D", n_jobs=1)

    def _scaled(self, orders: pd.Series) -> pd.DataFrame:
        import numpy as np  # noqa: PLC0415

        return long_frame(np.log1p(orders) if self.log_scale else orders)

    def _as_orders(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame on the scale of orders, with a minimum of 0."""
        import numpy as np  # noqa: PLC0415

        values = frame[self.columns()].to_numpy(dtype="float64")
        values = np.expm1(values) if self.log_scale else values
        return frame.assign(**dict(zip(self.columns(), np.maximum(values, 0.0).T, strict=True)))


def long_frame(orders: pd.Series) -> pd.DataFrame:
    """Return a daily series in statsforecast's format: `unique_id`, `ds`, `y`."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(
        {"unique_id": SERIES, "ds": orders.index, "y": orders.to_numpy(dtype="float64")}
    )


def candidates() -> list[Candidate]:
    """Return the candidates, the baseline first.

    All of them are in statsforecast's compiled library and start fast in a new process. Not
    included: AutoCES, which numba compiles for half a minute in every new process; AutoARIMA with a
    weekly season, whose fit takes 3 to 15 s; the optimized thetas, which take ten times longer than
    `DynamicTheta` on noisy series, with the same score. Trends are damped, because an undamped
    trend diverges within 28 days after unusual weeks.
    """
    from statsforecast.models import (  # noqa: PLC0415 - 5 s
        MSTL,
        AutoETS,
        DynamicTheta,
        SeasonalNaive,
    )

    def ets(model: str) -> Callable[[str], Any]:
        return lambda name: AutoETS(SEASON_DAYS, model=model, damped=True, alias=name)

    def mstl(model: str) -> Callable[[str], Any]:
        return lambda name: MSTL(
            [SEASON_DAYS], trend_forecaster=AutoETS(model=model, damped=True), alias=name
        )

    return [
        Candidate(BASELINE, lambda name: SeasonalNaive(SEASON_DAYS, alias=name)),
        Candidate("ETS", ets("ZAZ")),
        Candidate("LogETS", ets("AAA"), log_scale=True),
        Candidate("DynamicTheta", lambda name: DynamicTheta(SEASON_DAYS, alias=name)),
        Candidate("MSTL", mstl("ZAN")),
        Candidate("LogMSTL", mstl("AAN"), log_scale=True),
    ]


def model_without_backtest() -> Candidate:
    """Return the model for histories that are too short to choose one by a backtest.

    Exponential smoothing of the level and the weekdays, without a trend: four weeks are too few to
    tell a trend from noise. On 28 to 112 days of the series of `benchmarks/forecast_histories.py`,
    its error is 0.78 to 0.82 of the baseline's, and no candidate with a trend is as good on 28.
    """
    from statsforecast.models import AutoETS  # noqa: PLC0415 - 5 s

    return Candidate(LEVEL_ETS, lambda name: AutoETS(SEASON_DAYS, model="ANA", alias=name))

"""The models that compete, and the one that they must beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SEASON_DAYS = 7
"""People order by the day of the week."""
LEVELS = (80, 95)
"""Intervals, in percent."""
BASELINE = "SeasonalNaive"
"""Every day is like the same weekday of the last week."""
SERIES = "orders"


@dataclass(frozen=True)
class Candidate:
    """A model of statsforecast, and the scale on which it is fitted."""

    name: str
    build: Callable[[str], Any]
    """Makes a new, unfitted model; the argument is its name in the library's frames."""
    log_scale: bool = False
    """Fit log(1 + orders): weekdays then differ by a factor that grows with the level."""

    def cross_validate(self, orders: pd.Series, horizon: int, windows: int) -> pd.DataFrame:
        """Refit at the beginning of each window and forecast it.

        Args:
            orders: Orders per day on a daily index without gaps.
            horizon: Length of a window in days; the windows lie end to end, the last one at the
                end of the history.
            windows: How many.

        Returns:
            One row per day and window: `unique_id`, `ds`, `cutoff`, and per model its name and
            `<name>-lo-80` and so on, as statsforecast names them.
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
        """Fit the whole history and forecast the days after it; columns as in `cross_validate`."""
        frame = self._engine().forecast(df=self._scaled(orders), h=horizon, level=list(LEVELS))
        return self._as_orders(frame)

    def columns(self) -> list[str]:
        """Names of the point forecast and of the bounds of its intervals."""
        return [self.name] + [f"{self.name}-{side}-{n}" for n in LEVELS for side in ("lo", "hi")]

    def _engine(self) -> Any:
        from statsforecast import StatsForecast  # noqa: PLC0415 - 5 s

        # One process: the step's own, whose pool slot and memory Dagster knows of.
        return StatsForecast(models=[self.build(self.name)], freq="D", n_jobs=1)

    def _scaled(self, orders: pd.Series) -> pd.DataFrame:
        import numpy as np  # noqa: PLC0415

        return long_frame(np.log1p(orders) if self.log_scale else orders)

    def _as_orders(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Back to orders, of which there are never less than none."""
        import numpy as np  # noqa: PLC0415

        values = frame[self.columns()].to_numpy(dtype="float64")
        values = np.expm1(values) if self.log_scale else values
        return frame.assign(**dict(zip(self.columns(), np.maximum(values, 0.0).T, strict=True)))


def long_frame(orders: pd.Series) -> pd.DataFrame:
    """A daily series in the shape that statsforecast wants: `unique_id`, `ds`, `y`."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(
        {"unique_id": SERIES, "ds": orders.index, "y": orders.to_numpy(dtype="float64")}
    )


def candidates() -> list[Candidate]:
    """The baseline first, then models that are quick in a new process.

    All of them run from statsforecast's compiled library. Left out are AutoCES, which numba
    compiles for half a minute in every new process, AutoARIMA on a weekly season, of which one fit
    takes 3 to 15 s, and the optimized thetas, which take ten times longer than `DynamicTheta` on
    series that are mostly noise and score the same. Trends are damped: an undamped one runs away
    within 28 days when the last weeks were unusual.
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

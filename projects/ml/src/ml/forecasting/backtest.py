"""Rolling-origin backtest of the candidate models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ml.forecasting.candidates import BASELINE, LEVELS, SEASON_DAYS, Candidate, long_frame

if TYPE_CHECKING:
    import pandas as pd

    from ml.forecasting.history import DailyHistory

MIN_TRAINING_DAYS = 8 * SEASON_DAYS
"""Minimum of training days before the first window."""
MIN_WINDOWS = 3
MAX_WINDOWS = 8
"""More windows measure better and take longer: each refits every candidate."""


@dataclass(frozen=True)
class Score:
    """Score of a model over all windows."""

    model: str
    mae: float
    """Mean absolute error, in orders per day."""
    mase: float | None
    """`mae` divided by the error of the seasonal-naive forecast in the training days (Hyndman and
    Koehler, 2006, https://robjhyndman.com/papers/mase.pdf); None if that error is 0."""
    coverage_80: float
    """Share of days within the 80 % interval, 0 to 1."""
    coverage_95: float
    """Share of days within the 95 % interval, 0 to 1."""


@dataclass(frozen=True)
class UnseenScore:
    """Errors on windows that were not used for the choice of the model.

    The smallest of several errors is biased downwards. So for each of the later windows, a model is
    chosen by the windows before it, and that model is scored on the window.
    """

    windows: int
    """Number of scored windows."""
    mae: float
    """Mean absolute error of the models chosen before each window, in orders per day."""
    baseline_mae: float
    """Mean absolute error of the baseline on these windows, in orders per day."""


@dataclass(frozen=True)
class Backtest:
    """Result of a rolling-origin backtest."""

    windows: int
    """Number of windows."""
    horizon: int
    """Days of a window."""
    scores: tuple[Score, ...]
    """Scores of the models that could be fitted, smallest error first."""
    unseen: UnseenScore
    """Errors on windows that were not used for the choice."""
    failed: Mapping[str, str]
    """Errors of the models that could not be fitted, by name."""

    @property
    def chosen(self) -> Score:
        """Score of the model with the smallest mean absolute error, the first of equal ones."""
        return self.scores[0]

    @property
    def baseline(self) -> Score:
        """Score of the seasonal-naive model, which is always present."""
        return next(score for score in self.scores if score.model == BASELINE)

    @property
    def history_repeats(self) -> bool:
        """Whether every week is equal to the week before: then the baseline is exact."""
        return self.baseline.mae == 0

    @property
    def beats_baseline(self) -> bool:
        """Whether the chosen model is better than the baseline, also on unseen windows."""
        return self.chosen.mae < self.baseline.mae and self.unseen.mae < self.unseen.baseline_mae


def days_needed(horizon: int) -> int:
    """Return the minimum length of a history, in days."""
    return MIN_TRAINING_DAYS + MIN_WINDOWS * horizon


def backtest(history: DailyHistory, competitors: Sequence[Candidate], horizon: int) -> Backtest:
    """Forecast the last windows of the history with each model, from the days before them.

    Args:
        history: At least `days_needed(horizon)` days.
        competitors: Models, the baseline first; the first of equal ones is chosen.
        horizon: Days of a window.

    Returns:
        Scores over as many windows as the history has, at most `MAX_WINDOWS`.
    """
    windows = min(MAX_WINDOWS, (history.days - MIN_TRAINING_DAYS) // horizon)
    actual = long_frame(history.orders)
    forecasts = competitors[0].cross_validate(history.orders, horizon, windows)
    # The optimizers need minutes for a history of equal weeks, and cannot beat the baseline.
    repeats = _errors(forecasts, actual, [BASELINE]).to_numpy().max() == 0
    failed: dict[str, str] = {}
    for candidate in () if repeats else competitors[1:]:
        outcome = _attempt(candidate, history, horizon, windows)
        if isinstance(outcome, str):
            failed[candidate.name] = outcome
        else:
            forecasts = forecasts.merge(outcome, on=["unique_id", "ds", "cutoff"])
    models = [candidate.name for candidate in competitors if candidate.name in forecasts.columns]
    scores = _scores(forecasts, actual, models)
    unseen = _unseen(_errors(forecasts, actual, models))
    return Backtest(windows, horizon, scores, unseen, failed)


def _attempt(
    candidate: Candidate, history: DailyHistory, horizon: int, windows: int
) -> pd.DataFrame | str:
    """Return a candidate's forecasts, or its error, so that the others continue."""
    import numpy as np  # noqa: PLC0415

    try:
        forecasts = candidate.cross_validate(history.orders, horizon, windows)
    except Exception as error:  # noqa: BLE001 - models raise bare Exception
        return f"{type(error).__name__}: {error}"
    if not np.isfinite(forecasts[candidate.columns()].to_numpy()).all():
        return "a forecast is not a finite number"
    return forecasts


def _scores(forecasts: pd.DataFrame, actual: pd.DataFrame, models: list[str]) -> tuple[Score, ...]:
    from utilsforecast.evaluation import evaluate  # noqa: PLC0415
    from utilsforecast.losses import coverage, mae, mase  # noqa: PLC0415

    measured = evaluate(
        forecasts.merge(actual, on=["unique_id", "ds"]),
        metrics=[mae, partial(mase, seasonality=SEASON_DAYS), coverage],
        models=models,
        train_df=actual,
        level=list(LEVELS),
    )
    means = measured.groupby("metric")[models].mean()
    ranked = means.loc["mae"].round(9).sort_values(kind="stable")
    return tuple(
        Score(
            model=str(model),
            mae=float(ranked[model]),
            mase=_finite(float(means.loc["mase", model])),
            coverage_80=float(means.loc["coverage_level80", model]),
            coverage_95=float(means.loc["coverage_level95", model]),
        )
        for model in ranked.index
    )


def _errors(forecasts: pd.DataFrame, actual: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    """Return mean absolute errors: a row per window, oldest first, and a column per model."""
    from utilsforecast.losses import mae  # noqa: PLC0415

    errors: pd.DataFrame = mae(forecasts.merge(actual, on=["unique_id", "ds"]), models=models)
    return errors.sort_values("cutoff")[models].round(9)


def _unseen(errors: pd.DataFrame) -> UnseenScore:
    """Choose by the windows before, score the next one; see `UnseenScore`."""
    later = range(len(errors) // 2, len(errors))
    chosen = [errors[_least(errors.iloc[:window])].iloc[window] for window in later]
    return UnseenScore(
        windows=len(later),
        mae=float(sum(chosen) / len(later)),
        baseline_mae=float(errors[BASELINE].iloc[later.start :].mean()),
    )


def _least(errors: pd.DataFrame) -> str:
    """Return the model with the smallest mean error, the first of equal ones."""
    return str(errors.mean().idxmin())


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None

"""Which model would have forecast the last months best, and how well."""

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
"""What the first window of the backtest is trained on at least."""
MIN_WINDOWS = 3
MAX_WINDOWS = 8
"""More windows measure better and take longer: each one refits every candidate."""


@dataclass(frozen=True)
class Score:
    """How one model did over all windows of the backtest."""

    model: str
    mae: float
    """Mean absolute error, in orders a day."""
    mase: float | None
    """`mae` over the error of "as a week ago" within the training days (Hyndman and Koehler,
    2006, https://robjhyndman.com/papers/mase.pdf); None where that error is 0."""
    coverage_80: float
    """Share of days that lay within the 80 % interval, 0 to 1."""
    coverage_95: float


@dataclass(frozen=True)
class UnseenScore:
    """Errors on windows that had no part in the choice of the model.

    The least of several errors flatters the model that has it. So for each of the later windows
    the choice is made again from the windows before it, and only then that window is scored.
    """

    windows: int
    mae: float
    """Of whichever model was chosen before each window, in orders a day."""
    baseline_mae: float


@dataclass(frozen=True)
class Backtest:
    """The outcome of a rolling-origin backtest."""

    windows: int
    horizon: int
    """Days in a window."""
    scores: tuple[Score, ...]
    """One per model that could be fitted, least error first."""
    unseen: UnseenScore
    failed: Mapping[str, str]
    """Models that could not be fitted on this history, with what they said."""

    @property
    def chosen(self) -> Score:
        """The model with the least mean absolute error; of equals the one listed first."""
        return self.scores[0]

    @property
    def baseline(self) -> Score:
        """The seasonal-naive model, which is always among the scores."""
        return next(score for score in self.scores if score.model == BASELINE)

    @property
    def history_repeats(self) -> bool:
        """Whether every week was like the one before it: the baseline cannot be beaten then."""
        return self.baseline.mae == 0

    @property
    def beats_baseline(self) -> bool:
        """Whether the chosen model is better than the baseline, on unseen windows too."""
        return self.chosen.mae < self.baseline.mae and self.unseen.mae < self.unseen.baseline_mae


def days_needed(horizon: int) -> int:
    """The shortest history, in days, that can be backtested."""
    return MIN_TRAINING_DAYS + MIN_WINDOWS * horizon


def backtest(history: DailyHistory, competitors: Sequence[Candidate], horizon: int) -> Backtest:
    """Let the candidates forecast the last windows of the history, each from the days before it.

    Args:
        history: At least `days_needed(horizon)` days.
        competitors: The baseline first, then others; of equals the first is chosen.
        horizon: Days in a window.

    Returns:
        Scores over as many windows as the history has room for, at most `MAX_WINDOWS`.
    """
    windows = min(MAX_WINDOWS, (history.days - MIN_TRAINING_DAYS) // horizon)
    actual = long_frame(history.orders)
    forecasts = competitors[0].cross_validate(history.orders, horizon, windows)
    # A history that repeats itself has nothing to be modelled, and takes the optimizers minutes.
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
    """A candidate's forecasts, or why it has none: one that fails must not stop the others."""
    import numpy as np  # noqa: PLC0415

    try:
        forecasts = candidate.cross_validate(history.orders, horizon, windows)
    except Exception as error:  # noqa: BLE001 - models raise bare Exception
        return f"{type(error).__name__}: {error}"
    if not np.isfinite(forecasts[candidate.columns()].to_numpy()).all():
        return "it forecast something that is no number"
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
    """Mean absolute error: a row per window, oldest first, and a column per model."""
    from utilsforecast.losses import mae  # noqa: PLC0415

    errors: pd.DataFrame = mae(forecasts.merge(actual, on=["unique_id", "ds"]), models=models)
    return errors.sort_values("cutoff")[models].round(9)


def _unseen(errors: pd.DataFrame) -> UnseenScore:
    """Choose from the windows before, score the next one; see `UnseenScore`."""
    later = range(len(errors) // 2, len(errors))
    chosen = [errors[_least(errors.iloc[:window])].iloc[window] for window in later]
    return UnseenScore(
        windows=len(later),
        mae=float(sum(chosen) / len(later)),
        baseline_mae=float(errors[BASELINE].iloc[later.start :].mean()),
    )


def _least(errors: pd.DataFrame) -> str:
    """The model with the least mean error; of equals the first."""
    return str(errors.mean().idxmin())


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None

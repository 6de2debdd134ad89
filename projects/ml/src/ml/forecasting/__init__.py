"""Daily forecasts with intervals: pure functions of frames, without Dagster and files."""

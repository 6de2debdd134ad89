"""Daily forecasts with intervals: pure functions on frames, without Dagster and without files."""

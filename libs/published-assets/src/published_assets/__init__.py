"""Materialize means: write, check, publish, and only then tell Dagster."""

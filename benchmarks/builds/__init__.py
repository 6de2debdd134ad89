"""Builds of a small synthetic repository in DuckDB, before and after random edits of its files."""

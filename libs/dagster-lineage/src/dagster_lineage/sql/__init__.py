"""Columns of a query and where they come from."""

"""Renders the SQL of a manifest's nodes without dbt and without a warehouse."""

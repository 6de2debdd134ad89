"""Partitions of the finance team's models."""

import dagster as dg

FIRST_DAY = "2024-01-01"
"""Opening day of the online shop."""

DAILY = dg.DailyPartitionsDefinition(start_date=FIRST_DAY)
"""One partition per complete day, UTC."""

"""How the finance team's tables are partitioned."""

import dagster as dg

FIRST_DAY = "2024-01-01"
"""The day on which the online shop opened."""

DAILY = dg.DailyPartitionsDefinition(start_date=FIRST_DAY)
"""One partition for each day (UTC) that is over."""

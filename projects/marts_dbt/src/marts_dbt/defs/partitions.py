"""Partitions of the finance team's models."""

import dagster as dg
import yaml

from marts_dbt.project import PROJECT_DIR

SETTINGS = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))

DAILY = dg.DailyPartitionsDefinition(start_date=SETTINGS["vars"]["first_day"])
"""One partition per complete day, UTC, from the variable `first_day` of the dbt project."""

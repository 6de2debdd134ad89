"""dbt projects as published assets."""

from published_assets.dbt.build import StepEvent, build_and_publish
from published_assets.dbt.cli import DbtCli
from published_assets.dbt.keys import TableKeys

__all__ = ["DbtCli", "StepEvent", "TableKeys", "build_and_publish"]

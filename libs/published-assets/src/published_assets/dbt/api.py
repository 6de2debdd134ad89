"""The public names of this library for dbt projects."""

from published_assets.dbt.build import StepEvent, build_and_publish
from published_assets.dbt.cli import DbtCli
from published_assets.dbt.keys import TableKeys
from published_assets.dbt.manifest import fresh_manifest

__all__ = ["DbtCli", "StepEvent", "TableKeys", "build_and_publish", "fresh_manifest"]

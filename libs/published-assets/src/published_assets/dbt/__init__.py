"""dbt projects as published assets."""

from published_assets.dbt.build import build_and_publish
from published_assets.dbt.cli import DbtCli
from published_assets.dbt.keys import TableKeys
from published_assets.dbt.manifest import ManifestMissing, ManifestStale, fresh_manifest

__all__ = [
    "DbtCli",
    "ManifestMissing",
    "ManifestStale",
    "TableKeys",
    "build_and_publish",
    "fresh_manifest",
]

"""Whether a dbt project's manifest is that of its files.

Standard library only: it is imported wherever definitions load, and run before anything else.
"""

from dbt_manifest.freshness import ManifestMissing, ManifestStale, fresh_manifest

__all__ = ["ManifestMissing", "ManifestStale", "fresh_manifest"]

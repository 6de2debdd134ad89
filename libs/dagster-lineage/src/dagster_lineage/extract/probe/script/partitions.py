"""Partitions of an asset, in the form of `model.Partitions`."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def facts(definition: Any) -> dict[str, Any]:
    """Return kind and details of a `PartitionsDefinition` of any version and subclass.

    Classes are compared by name, so that nothing of Dagster is imported.
    """
    classes = {one.__name__ for one in type(definition).__mro__}
    if "TimeWindowPartitionsDefinition" in classes:
        return {
            "kind": "time",
            "cron": str(definition.cron_schedule),
            "timezone": str(getattr(definition, "timezone", None) or "UTC"),
            "start": _moment(definition.start),
            "end": _moment(getattr(definition, "end", None)),
            "format": str(definition.fmt),
        }
    if "MultiPartitionsDefinition" in classes:
        return {
            "kind": "multi",
            "dimensions": {
                one.name: facts(one.partitions_def) for one in definition.partitions_defs
            },
        }
    if "DynamicPartitionsDefinition" in classes:
        return {"kind": "dynamic", "name": str(getattr(definition, "name", None) or "")}
    if "StaticPartitionsDefinition" in classes:
        return {"kind": "static", "keys": list(definition.get_partition_keys())}
    return {"kind": "unknown"}


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else ""

"""Facts that an asset declares: metadata, owners, freshness and automation.

Only the named metadata is read: values can be whole manifests, and converting all of them to text
would take minutes in a large code location.
"""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """Return the content of a metadata value, or the object itself if it is not one."""
    for attribute in ("value", "text", "data"):
        if hasattr(value, attribute) and type(value).__name__.endswith("MetadataValue"):
            return getattr(value, attribute)
    return value


def first_attribute(holder: Any, *names: str) -> Any:
    """Return the first attribute that is not None. The names differ between Dagster versions."""
    for name in names:
        value = getattr(holder, name, None)
        if value is not None:
            return value
    return None


def text(metadata: Any, name: str) -> str:
    """Return a metadata entry that is a text; empty without one."""
    value = plain(metadata.get(name))
    return value if isinstance(value, str) else ""


def column_schema(metadata: Any) -> list[dict[str, Any]] | None:
    """Return the columns of `dagster/column_schema` with their types and constraints, or None."""
    entry = metadata.get("dagster/column_schema")
    schema = getattr(entry, "schema", None) or plain(entry)
    columns = getattr(schema, "columns", None)
    if columns is None:
        return None
    facts = []
    for column in columns:
        constraints = getattr(column, "constraints", None)
        # dagster-dbt writes `?` for an unknown type.
        kind = column.type if column.type != "?" else ""
        facts.append(
            {
                "name": column.name,
                "type": kind,
                "not_null": not getattr(constraints, "nullable", True),
                "unique": bool(getattr(constraints, "unique", False)),
                "description": getattr(column, "description", None) or "",
            }
        )
    return facts


def column_lineage(metadata: Any) -> dict[str, list[str]]:
    """Return `dagster/column_lineage`: by column, the upstream columns as `key#column`."""
    entry = metadata.get("dagster/column_lineage")
    lineage = getattr(entry, "column_lineage", None) or plain(entry)
    by_column = getattr(lineage, "deps_by_column", None) or {}
    return {
        column: [f"{key_text(one.asset_key)}#{one.column_name}" for one in upstream]
        for column, upstream in by_column.items()
    }


def code_reference(metadata: Any) -> str:
    """Return `file:line` of the first local `dagster/code_references`; empty without one."""
    entry = metadata.get("dagster/code_references")
    for reference in getattr(entry, "code_references", None) or []:
        file, line = getattr(reference, "file_path", ""), getattr(reference, "line_number", None)
        if file:
            return f"{file}:{line or 1}"
    return ""


def freshness(spec: Any) -> str:
    """Return a label of the freshness policy of any version; empty without one."""
    policy = first_attribute(
        spec, "freshness_policy", "internal_freshness_policy", "legacy_freshness_policy"
    )
    if policy is None:
        return ""
    if hasattr(policy, "fail_window"):
        return f"within {_duration(policy.fail_window)}"
    if hasattr(policy, "deadline_cron"):
        within = _duration(policy.lower_bound_delta)
        return f"by {policy.deadline_cron} {policy.timezone}, not older than {within}"
    if hasattr(policy, "maximum_lag_minutes"):
        cron = f" at {policy.cron_schedule}" if policy.cron_schedule else ""
        return f"within {policy.maximum_lag_minutes:g} min{cron}"
    return type(policy).__name__


def automation(spec: Any) -> str:
    """Return the label of the automation condition, or its name if it has no label."""
    condition = first_attribute(spec, "automation_condition", "auto_materialize_policy")
    if condition is None:
        return ""
    if hasattr(condition, "to_automation_condition"):
        condition = condition.to_automation_condition()
    for label in (
        condition.get_label() if hasattr(condition, "get_label") else None,
        getattr(condition, "label", None),
        getattr(condition, "name", None),
    ):
        if isinstance(label, str) and label:
            return label
    return type(condition).__name__


def owners(spec: Any) -> list[str]:
    """Return owners as `team:name` or e-mail addresses. They are objects before Dagster 1.8."""
    found = []
    for owner in getattr(spec, "owners", None) or []:
        if isinstance(owner, str):
            found.append(owner)
        elif hasattr(owner, "team"):
            found.append(f"team:{owner.team}")
        else:
            found.append(str(getattr(owner, "email", owner)))
    return found


def key_text(key: Any) -> str:
    r"""Return `AssetKey.to_escaped_user_string`, which is new in 1.8: `\/` in a part."""
    return "/".join(part.replace("/", "\\/") for part in key.path)


def _duration(value: Any) -> str:
    seconds = int(
        (value.to_timedelta() if hasattr(value, "to_timedelta") else value).total_seconds()
    )
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"

"""Jobs, schedules and sensors, and the assets that they touch."""

from __future__ import annotations

from typing import Any

from .declared import key_text
from .places import Places

MADE_BY_DAGSTER = ("__ASSET_JOB", "__anonymous_asset_job", "default_automation_condition_sensor")
"""Beginnings of names that nobody here wrote."""


def collect(repositories: list[Any], places: Places, notes: list[str]) -> list[dict[str, Any]]:
    """Jobs, then schedules, then sensors, in the shape of `JobFacts`."""
    found: list[dict[str, Any]] = []
    for repository in repositories:
        targets = {job.name: _materialized(job) for job in repository.get_all_jobs()}
        for kind, definitions in (
            ("job", repository.get_all_jobs()),
            ("schedule", repository.schedule_defs),
            ("sensor", repository.sensor_defs),
        ):
            for definition in definitions:
                if definition.name.startswith(MADE_BY_DAGSTER):
                    continue
                fact = {"name": definition.name, "kind": kind, "at": _at(definition, places)}
                if kind == "job":
                    fact["targets"] = sorted(targets[definition.name])
                elif kind == "schedule":
                    fact["cron"] = cron(definition.cron_schedule)
                    fact["targets"] = sorted(targets.get(definition.job_name, ()))
                else:
                    try:
                        fact["targets"] = sorted(_of_sensor(definition, repository, targets))
                    except Exception as error:  # noqa: BLE001 - a selection of another version
                        notes.append(f"sensor {definition.name}: {type(error).__name__}: {error}")
                found.append(fact)
    return sorted(found, key=lambda fact: (fact["kind"], fact["name"]))


def _materialized(job: Any) -> set[str]:
    """Keys that a job materializes; none for a job of ops."""
    layer = getattr(job, "asset_layer", None)
    for attribute in ("selected_asset_keys", "executable_asset_keys", "asset_keys"):
        keys = getattr(layer, attribute, None)
        if keys is not None:
            return {key_text(key) for key in keys}
    return set()


def _of_sensor(sensor: Any, repository: Any, targets: dict[str, set[str]]) -> set[str]:
    """What it watches, selects, or materializes through its jobs."""
    found: set[str] = set()
    watched = [getattr(sensor, "asset_key", None) or getattr(sensor, "_asset_key", None)]
    watched += getattr(sensor, "_monitored_asset_keys", None) or []
    found |= {key_text(key) for key in watched if key is not None}
    selection = getattr(sensor, "asset_selection", None)
    if selection is not None:
        found |= {key_text(key) for key in selection.resolve(repository.asset_graph)}
    for target in getattr(sensor, "targets", None) or []:
        found |= targets.get(getattr(target, "job_name", None) or "", set())
    return found


def cron(schedule: Any) -> str:
    """One cron expression, or several in a row."""
    return schedule if isinstance(schedule, str) else ", ".join(schedule)


def _at(definition: Any, places: Places) -> str:
    for attribute in ("_raw_fn", "_execution_fn"):
        place = places.function(getattr(definition, attribute, None))
        if place is not None:
            return f"{place[0]}:{place[1]}"
    composed = getattr(getattr(definition, "graph", None), "composition_fn", None)
    place = places.function(composed)
    if place is not None:
        return f"{place[0]}:{place[1]}"
    return places.text((definition.name,))

"""Jobs, schedules and sensors, and the assets that they materialize or watch."""

from __future__ import annotations

from typing import Any

from .declarations import key_text
from .places import Places
from .private_attributes import job_functions, watched_assets

CREATED_BY_DAGSTER = (
    "__ASSET_JOB",
    "__anonymous_asset_job",
    "default_automation_condition_sensor",
)
"""Prefixes of the names of jobs and sensors that Dagster adds."""


def collect(repositories: list[Any], places: Places, notes: list[str]) -> list[dict[str, Any]]:
    """Return jobs, schedules and sensors in the form of `JobFacts`, sorted."""
    found: list[dict[str, Any]] = []
    for repository in repositories:
        jobs = repository.get_all_jobs()
        targets = {job.name: _materialized(job) for job in jobs}
        for kind, definitions in (
            ("job", jobs),
            ("schedule", repository.schedule_defs),
            ("sensor", repository.sensor_defs),
        ):
            for definition in definitions:
                if definition.name.startswith(CREATED_BY_DAGSTER):
                    continue
                fact = {"name": definition.name, "kind": kind, "at": _place(definition, places)}
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


def cron(schedule: Any) -> str:
    """Return the cron expression of a schedule; several are separated by commas."""
    return schedule if isinstance(schedule, str) else ", ".join(schedule)


def _materialized(job: Any) -> set[str]:
    """Return the keys that a job materializes; none for a job of ops."""
    layer = getattr(job, "asset_layer", None)
    for attribute in ("selected_asset_keys", "executable_asset_keys", "asset_keys"):
        keys = getattr(layer, attribute, None)
        if keys is not None:
            return {key_text(key) for key in keys}
    return set()


def _of_sensor(sensor: Any, repository: Any, targets: dict[str, set[str]]) -> set[str]:
    """Return the keys that a sensor watches, selects, or materializes with its jobs."""
    found: set[str] = set()
    for assets in (watched_assets(sensor), getattr(sensor, "asset_selection", None)):
        resolve = getattr(assets, "resolve", None)
        keys = resolve(repository.asset_graph) if resolve is not None else assets
        found |= {key_text(key) for key in keys or ()}
    for target in getattr(sensor, "targets", None) or []:
        found |= targets.get(getattr(target, "job_name", None) or "", set())
    return found


def _place(definition: Any, places: Places) -> str:
    for function in job_functions(definition):
        place = places.function(function)
        if place is not None:
            return str(place)
    return places.of_name((definition.name,))

"""Last runs, checks and freshness of assets, from the storage of a Dagster instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from dagster_lineage.model import Asset
from dagster_lineage.model.errors import LineageError


class InstanceUnreadable(LineageError):
    """There is no Dagster instance, or its storage cannot be read here."""


class AssetState(Struct, frozen=True, kw_only=True):
    """What a Dagster instance knows of an asset."""

    materialized: str = ""
    """Time of the last materialization; empty if there is none."""
    run: str = ""
    """Status, id and time of the last run."""
    freshness: str = ""
    """Result of its freshness policy, such as `pass` or `fail`; empty without a policy."""
    checks: dict[str, str] = field(default_factory=dict)
    """Last result of each check, by name."""


def asset_states(home: Path, assets: Iterable[Asset]) -> dict[str, AssetState]:
    """Return the states of assets by key, without those that the instance does not know.

    Args:
        home: `DAGSTER_HOME` of the instance.
        assets: Assets, each with its checks.

    Raises:
        InstanceUnreadable: there is no instance, or its storage cannot be read here.
    """
    # Dagster would create the storage of an instance that does not exist.
    if not any((home / name).exists() for name in ("dagster.yaml", "history")):
        raise InstanceUnreadable(
            f"{home} has no Dagster instance: name the folder with dagster.yaml by --dagster-home, "
            "or unset DAGSTER_HOME."
        )
    try:
        dagster: Any = import_module("dagster")
    except ImportError as error:
        raise InstanceUnreadable(
            f"Reading the Dagster instance in {home} needs Dagster, which is not installed here: "
            "run `lineage report` in the environment of a code location, or unset DAGSTER_HOME."
        ) from error
    try:
        with dagster.DagsterInstance.from_config(str(home)) as instance:
            return dict(_states(dagster, instance, [*assets]))
    except Exception as error:
        raise InstanceUnreadable(
            f"The Dagster instance in {home} cannot be read: {error}"
        ) from error


def _states(dagster: Any, instance: Any, assets: list[Asset]) -> Iterator[tuple[str, AssetState]]:
    keys = {dagster.AssetKey.from_escaped_user_string(asset.key): asset for asset in assets}
    run_of = cache(instance.get_run_by_id)
    fresh = _freshness(instance, [*keys])
    records = {one.asset_entry.asset_key: one for one in instance.get_asset_records([*keys])}
    for key in fresh.keys() - records.keys():  # has a policy, and was never materialized
        yield keys[key].key, AssetState(freshness=fresh[key])
    for record in records.values():
        entry = record.asset_entry
        asset = keys[entry.asset_key]
        event = entry.last_materialization
        run = run_of(entry.last_run_id) if entry.last_run_id else None
        yield (
            asset.key,
            AssetState(
                materialized=_time(event.timestamp) if event else "",
                run=f"{run.status.value.lower()}, {run.run_id[:8]}" if run else "",
                freshness=fresh.get(entry.asset_key, ""),
                checks=dict(_checks(dagster, instance, entry.asset_key, asset)),
            ),
        )


def _checks(dagster: Any, instance: Any, key: Any, asset: Asset) -> Iterator[tuple[str, str]]:
    """Yield name and last result of each check; older releases cannot be asked for it."""
    latest = getattr(instance, "get_latest_asset_check_evaluation_record", lambda _: None)
    for check in asset.checks:
        record = latest(dagster.AssetCheckKey(key, check.name))
        if record:
            yield check.name, f"{record.status.value.lower()}, {_time(record.create_timestamp)}"


def _freshness(instance: Any, keys: list[Any]) -> dict[Any, str]:
    """Return the results of freshness policies; older releases have none."""
    records = getattr(instance, "get_freshness_state_records", None)
    if records is None:
        return {}
    states = {key: one.freshness_state.value.lower() for key, one in records(keys).items()}
    return {key: state for key, state in states.items() if state != "not_applicable"}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")

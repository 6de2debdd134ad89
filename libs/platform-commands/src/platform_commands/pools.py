"""Dagster's pools: a limit for each before the first run, and no slot left behind."""

from __future__ import annotations

from collections.abc import Iterable

from dagster import DagsterInstance


def fix_limits(instance: DagsterInstance, pools: Iterable[str]) -> None:
    """Store the default limit of every pool that has none yet.

    Dagster stores it when a step first asks for the pool; two runs that ask at the same moment can
    both be let in. A limit that somebody has set, here or in the UI, is not touched.
    """
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    known = {limit.name for limit in storage.get_pool_limits()}
    for pool in sorted(set(pools) - known):
        storage.initialize_concurrency_limit_to_default(pool)


def free_slots(instance: DagsterInstance, run_id: str) -> None:
    """Free the pool slots of a run that has ended.

    Steps free their own; a run that was terminated or died cannot, and the daemon, which would do
    it after a while, need not be running.
    """
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)

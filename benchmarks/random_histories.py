"""Published tables after random histories of the sources, compared cell by cell.

    python -m benchmarks.random_histories [--histories 300] [--seed 1] [--jobs 2]

A history is a small shop and random changes of it: rows inserted, deleted and restored, every
column updated, orders moved to other days, days that are emptied or disappear, other ids,
currencies, rates, time zones and first days, connectors that are synced again. Between them are
runs of both dbt projects, each on its work file, and published if no data test rejects them.

A *normal run* builds the jaffle shop's project, the marts without partitions, and days of the daily
models: those that were never built or the latest (`platform run`), the latest, a range, or, with
dbt alone and without variables, all. Days that were built before are corrected in every case; days
that were not requested so far stay absent. After each normal run the tables are compared with

* a fresh build of the same source in empty files, of the days that the history has built so far,
* the same tables computed from the source rows in plain Python.

A run that a data test rejects must have a cause, and leaves the published files as they were; a
run with a cause must be rejected. A third of the histories run under each of three time zones of
the machine, and the first ones under all three, with the same tables.
"""

from __future__ import annotations

import argparse
import atexit
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import duckdb
from benchmarks.shop_histories.dbt_projects import DbtProjects
from benchmarks.shop_histories.history import History, Outcome, Step, planned

ZONES = ("America/New_York", "UTC", "Asia/Kolkata")
IN_ALL_ZONES = 10
"""One of this number of histories runs under all time zones."""


def main() -> int:
    """Play and print; return 1 after a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--histories", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    started = time.monotonic()
    outcomes = play_all(arguments.histories, arguments.seed, arguments.jobs)
    failed = [one for one in outcomes if one.comparison.differences]
    for outcome in failed[:1]:
        print(f"history {outcome.seed} under TZ={outcome.zone}, the steps that are necessary:")
        print(*reduced(outcome), sep="\n  ", end="\n\n")
    unequal = different_zones(outcomes)
    for seed in unequal:
        print(f"history {seed} has other tables under another time zone of the machine")
    print_table(outcomes, len(failed) + len(unequal))
    print(f"{'minutes':<44}{(time.monotonic() - started) / 60:>10.1f}")
    return int(bool(failed or unequal))


def play_all(histories: int, seed: int, jobs: int) -> list[Outcome]:
    """Play the histories, each process under one time zone of the machine."""
    everywhere = range(-(-histories // IN_ALL_ZONES))
    outcomes: list[Outcome] = []
    for place, zone in enumerate(ZONES):
        own = [n for n in range(histories) if n % len(ZONES) == place or n in everywhere]
        with workers(zone, jobs) as pool:
            outcomes += pool.map(played, [f"{seed}.{number}" for number in own])
        found = sum(bool(one.comparison.differences) for one in outcomes)
        print(f"{zone}: {len(own)} histories, {found} different so far", file=sys.stderr)
    return outcomes


def reduced(outcome: Outcome) -> list[str]:
    """Return the words of the steps that are necessary for a difference, and the difference."""
    with workers(outcome.zone, 1) as pool:
        return pool.submit(_reduced, outcome.seed).result()


def different_zones(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the seeds of the histories whose tables depend on the time zone of the machine."""
    digests: dict[str, set[tuple[str, ...]]] = {}
    for one in outcomes:
        digests.setdefault(one.seed, set()).add(tuple(one.digests))
    return sorted(seed for seed, found in digests.items() if len(found) > 1)


def print_table(outcomes: Sequence[Outcome], differences: int) -> None:
    """Print what was done, rejected and compared."""
    zones = Counter(one.seed for one in outcomes)
    rejecting = sum((one.blocked for one in outcomes), Counter())
    rows = {
        "histories": len(zones),
        "  of these, under three time zones": sum(count > 1 for count in zones.values()),
        "operations": sum(one.operations for one in outcomes),
        "runs": sum(one.runs for one in outcomes),
        "  of these, rejected": sum(one.rejected for one in outcomes),
        **{f"    {name}": count for name, count in sorted(rejecting.items())},
        "tables compared": sum(one.comparison.tables for one in outcomes),
        "cells compared": sum(one.comparison.cells for one in outcomes),
        "differences": differences,
    }
    for name, count in rows.items():
        print(f"{name:<44}{count:>10,}")


def workers(zone: str, jobs: int) -> ProcessPoolExecutor:
    """Return new processes under a time zone of the machine."""
    return ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(zone,)
    )


def _start(zone: str) -> None:
    """Set the time zone of this process, before DuckDB reads it."""
    os.environ["TZ"] = zone
    time.tzset()


@cache
def _projects() -> tuple[DbtProjects, Path]:
    """Parse the dbt projects, once for each process."""
    scratch = Path(tempfile.mkdtemp(prefix="histories-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return DbtProjects(scratch), scratch


def played(seed: str) -> Outcome:
    """Play the history of a seed in this process."""
    return _play(seed, planned(seed))


def _play(seed: str, steps: Sequence[Step]) -> Outcome:
    projects, scratch = _projects()
    zone = os.environ["TZ"]
    found = duckdb.execute("select current_setting('TimeZone')").fetchone()
    if found != (zone,):
        raise RuntimeError(f"DuckDB's time zone is {found}, not {zone}")
    folder = scratch / "played"
    try:
        return History(projects, folder, seed, zone).play(steps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reduced(seed: str) -> list[str]:
    """Leave out steps, from the last to the first, as long as the same tables differ."""
    steps = planned(seed)
    shortest = _play(seed, steps)
    for step in reversed(steps):
        rest = [one for one in steps if one is not step]
        outcome = _play(seed, rest)
        if _headings(outcome) & _headings(shortest):
            steps, shortest = rest, outcome
    return [*shortest.lines, *shortest.comparison.differences]


def _headings(outcome: Outcome) -> set[str]:
    return {text.partition("\n")[0] for text in outcome.comparison.differences}


if __name__ == "__main__":
    raise SystemExit(main())

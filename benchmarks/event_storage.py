"""Storing and reading single events, compared with Dagster's SQLite storage.

    python benchmarks/event_storage.py [--rounds 5]

CPU milliseconds for an event of a run, for the first event of a new run, and for reading an event.
The storages alternate; the numbers are medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from dagster import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from published_assets.event_batches import BatchedSqliteEventLogStorage

STORAGES = {"Dagster's": SqliteEventLogStorage, "ours": BatchedSqliteEventLogStorage}
EVENTS, RUNS = 200, 20


def main() -> None:
    """Measure both storages in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[dict[str, float]]] = {name: [] for name in STORAGES}
    for _ in range(rounds):
        for name, storage in STORAGES.items():
            found[name].append(measured(storage))
    print(f"{'CPU ms':22}{'':>2}" + "".join(f"{name:>12}" for name in STORAGES) + f"{'ratio':>9}")
    for figure in found["ours"][0]:
        medians = [statistics.median(one[figure] for one in found[name]) for name in STORAGES]
        numbers = "".join(f"{median:12.2f}" for median in medians)
        print(f"{figure:24}{numbers}{medians[1] / medians[0]:9.2f}")


def measured(kind: type[SqliteEventLogStorage]) -> dict[str, float]:
    """Return CPU milliseconds per operation, in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        storage = kind(str(Path(folder, "runs")))
        storage.store_event(event("warm"))
        storage.store_event(event("run"))
        figures = {
            "event of a run": each(lambda _: storage.store_event(event("run")), range(EVENTS)),
            "first event of a run": each(
                lambda number: storage.store_event(event(f"new {number}")), range(RUNS)
            ),
            "read of an event": each(
                lambda _: storage.get_records_for_run("run", limit=1), range(EVENTS)
            ),
        }
        storage.dispose()
    return figures


def each(operation: Callable[[int], object], numbers: Iterable[int]) -> float:
    start, count = time.process_time(), 0
    for number in numbers:
        operation(number)
        count += 1
    return (time.process_time() - start) / count * 1000


def event(run_id: str) -> EventLogEntry:
    return EventLogEntry(
        error_info=None, level=20, user_message="a message", run_id=run_id, timestamp=1.0
    )


if __name__ == "__main__":
    main()

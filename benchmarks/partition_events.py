"""Events of a run over many partitions, compared with dbt's work in the same run.

    python benchmarks/partition_events.py [--rounds 3] [--first-day 1997-01-01]

The daily models of marts_dbt are built for all days in one run, as by `platform run`. "Planned" is
the time until the step starts, in which Dagster stores an event per partition; "step" is the step
without dbt; "read" is the reading of all events by `platform run`. Each round starts from the same
tables and an empty event storage.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_DAY = date(2026, 11, 27)
UPSTREAM = '+key:"marts_staging/int_shop_order_days"'
FIGURES = ("planned s", "step s", "read s", "CPU s", "dbt CPU s", "bytes per event", "MB stored")


def main() -> None:
    """Build what the daily models read, then measure the rounds and print medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first-day", default="1997-01-01")
    parser.add_argument("--measure", type=Path, help="measure one round in this data directory")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.first_day)))
        return
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "built")
        platform = [str(Path(sys.executable).with_name("platform")), "run", "--select", UPSTREAM]
        run([*platform, "--partitions", "latest"], built)
        for number in range(arguments.rounds):
            data_dir = Path(folder, str(number))
            shutil.copytree(built, data_dir, symlinks=True)
            shutil.rmtree(data_dir / "ci" / "dagster")
            again = [sys.executable, __file__, "--first-day", arguments.first_day]
            output = run([*again, "--measure", str(data_dir)], data_dir)
            rounds.append(json.loads(output.splitlines()[-1]))
            print(rounds[-1], file=sys.stderr, flush=True)
            shutil.rmtree(data_dir)
    for figure in FIGURES:
        print(f"{figure:18}{statistics.median(one[figure] for one in rounds):10,.1f}")
    print(f"medians of {len(rounds)} rounds, {rounds[0]['events']:,} events")


def run(command: list[str], data_dir: Path) -> str:
    """Run a command in an environment; return its standard output."""
    env = {**os.environ, "JAFFLE_DATA_DIR": str(data_dir), "JAFFLE_ENV": "ci"}
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def measure(data_dir: Path, first_day: str) -> dict[str, float]:
    """Return the figures of one run over all days, in this process."""
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = "500"
    import dagster as dg  # noqa: PLC0415 - after the environment is set

    from environment import Environment  # noqa: PLC0415
    from marts_dbt.defs import partitions  # noqa: PLC0415
    from platform_commands.dagster_home import prepare_dagster_home  # noqa: PLC0415
    from platform_commands.partitions import RunTarget  # noqa: PLC0415
    from platform_commands.progress import RunProgress  # noqa: PLC0415
    from platform_commands.run_events import RunEvents  # noqa: PLC0415

    after = LAST_DAY + timedelta(days=1)
    partitions.DAILY = dg.DailyPartitionsDefinition(first_day, end_date=after.isoformat())
    from marts_dbt.definitions import defs  # noqa: PLC0415 - with the partitions above

    prepare_dagster_home(Environment.from_environ(), ROOT)
    keys = [node.key for node in defs.resolve_asset_graph().asset_nodes if node.partitions_def]
    with dg.DagsterInstance.get() as instance:
        began, cpu = time.time(), time.process_time()
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=keys,
            tags={
                "dagster/asset_partition_range_start": first_day,
                "dagster/asset_partition_range_end": LAST_DAY.isoformat(),
            },
        )
        ended, own = time.time(), time.process_time() - cpu
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        starts = instance.get_records_for_run(
            result.run_id, of_type=dg.DagsterEventType.STEP_START
        ).records
        first_result = instance.get_records_for_run(
            result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION, limit=1
        ).records
        names = tuple(key.to_user_string() for key in keys)
        days = (LAST_DAY - date.fromisoformat(first_day)).days + 1
        progress = RunProgress((name, "marts_dbt") for name in names)
        reading = time.time()
        RunEvents(instance, result.run_id, RunTarget(names, days), progress, frozenset()).read()
        read = time.time() - reading
    history = data_dir / "ci" / "dagster" / "history" / "runs"
    with sqlite3.connect(history / f"{result.run_id}.db") as events:
        count, size = events.execute("""
            select count(*), avg(length(event)) from event_logs
            where dagster_event_type = 'ASSET_MATERIALIZATION'
        """).fetchone()
    return {
        "planned s": starts[0].event_log_entry.timestamp - began,
        "step s": ended - first_result[0].event_log_entry.timestamp,
        "read s": read,
        "CPU s": own,
        "dbt CPU s": children.ru_utime + children.ru_stime,
        "bytes per event": size,
        "MB stored": sum(file.stat().st_size for file in history.iterdir()) / 1e6,
        "events": count,
    }


if __name__ == "__main__":
    main()

"""`platform run` compared with the same work without an orchestrator.

    python benchmarks/end_to_end.py [--rounds 3] [--orders 50000]

Both start from an empty folder and alternate (A B A B …); the second run of the platform follows
its first. The script prints medians and their ratios. CPU seconds of the process tree vary less
than wall time. Both must produce equal tables.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
from process_tree import Cost, cost_of

ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(sys.executable)
EQUAL = (
    ("marts_dbt", "count(*), sum(orders), sum(revenue)", "marts_dbt.marts.daily_order_summary"),
    ("jaffle_dbt", "count(*), sum(customer_lifetime_value)", "jaffle_dbt.jaffle.customers"),
)


def main() -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int, default=50_000)
    arguments = parser.parse_args()
    costs: dict[str, list[Cost]] = {"platform, first": [], "platform, second": [], "plain": []}
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours, plain = Path(folder, "platform"), Path(folder, "plain")
            run = [str(PYTHON.with_name("platform")), "run"]
            costs["platform, first"].append(measured(run, ours, arguments.orders))
            costs["platform, second"].append(measured(run, ours, arguments.orders))
            script = [str(PYTHON), str(ROOT / "benchmarks" / "plain_pipeline.py")]
            costs["plain"].append(measured(script, plain, arguments.orders))
            assert_equal(ours, plain)
    report(costs)


def measured(command: list[str], data_dir: Path, orders: int) -> Cost:
    """Return the cost of a command in a separate environment."""
    data_dir.mkdir(exist_ok=True)
    log = data_dir.with_suffix(".log")
    env = {
        "PATH": os.defpath,
        "HOME": str(data_dir),
        "JAFFLE_DATA_DIR": str(data_dir),
        "JAFFLE_ENV": "ci",
        "DEMO_SHOP_ORDERS": str(orders),
    }
    cost = cost_of(command, env=env, cwd=ROOT, log=log)
    if cost.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{log.read_text()[-4000:]}")
    print(f"{Path(command[-1]).name}: {cost}", file=sys.stderr, flush=True)
    return cost


def assert_equal(ours: Path, plain: Path) -> None:
    """Assert that both produced the same tables."""
    for project, measures, table in EQUAL:
        results = []
        for data_dir in (ours, plain):
            with duckdb.connect(":memory:") as connection:
                file = data_dir / "ci" / "warehouse" / "published" / f"{project}.duckdb"
                connection.execute(f"attach '{file}' as {project} (read_only)")
                results.append(connection.execute(f"select {measures} from {table}").fetchall())
        if results[0] != results[1]:
            sys.exit(f"{table} differs:\n  platform {results[0]}\n  plain    {results[1]}")


def report(costs: dict[str, list[Cost]]) -> None:
    """Print medians, and ratios to the plain script."""
    medians = {
        name: [
            statistics.median(getattr(cost, field) for cost in runs)
            for field in ("wall_s", "cpu_s", "peak_mib")
        ]
        for name, runs in costs.items()
    }
    print(f"{'':18}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'wall ÷':>9}{'CPU ÷':>8}")
    for name, (wall, cpu, peak) in medians.items():
        ratios = f"{wall / medians['plain'][0]:9.2f}{cpu / medians['plain'][1]:8.2f}"
        print(f"{name:18}{wall:9.1f}{cpu:9.1f}{peak:10.0f}{ratios}")
    print(f"medians of {len(costs['plain'])} rounds, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()

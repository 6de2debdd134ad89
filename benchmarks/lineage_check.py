"""`lineage check` compared with parsing the same files with orjson.

    python benchmarks/lineage_check.py [--rounds 15] [--projects 50] [--models 100]

Each is measured in one process after all imports, and as a whole process with start-up and imports.
Both alternate (A B A B …). The script prints medians and their ratio. The check runs every rule
over every edge and must find nothing.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from synthetic_interfaces import write_interfaces

from dagster_lineage.analyze.check import check
from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
INTERFACES = ("projects/*/interface.json",)
PARSE = """
import gc, glob, orjson
gc.disable()  # as the check does
kept = [orjson.loads(open(file, "rb").read()) for file in glob.glob("projects/*/interface.json")]
"""
GOAL, GOAL_HERE = 1.5, 0.5


def main() -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--projects", type=int, default=50)
    parser.add_argument("--models", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        size = write_interfaces(root, projects=arguments.projects, models=arguments.models)
        print(
            f"{arguments.projects} projects x {arguments.models} models x 10 columns, "
            f"{size / 1e6:.1f} MB of JSON, {os.cpu_count()} cores, medians of {arguments.rounds}"
        )
        print(f"{'CPU, ms':28}{'orjson':>9}{'check':>9}{'ratio':>8}")
        parse = lambda: parsed(root)  # noqa: E731
        report("one process", *turns(cpu_of(parse), cpu_of(lambda: checked(root)), arguments))
        command = [sys.executable, "-m", "dagster_lineage.cli.main", "check"]
        report(
            "whole processes",
            *turns(
                lambda: cpu_of_process([sys.executable, "-c", PARSE], root),
                lambda: cpu_of_process(command, root),
                arguments,
            ),
        )
    here = [file for pattern in INTERFACES for file in ROOT.glob(pattern)]
    if here:
        costs = [cpu_of_process(command, ROOT, right=(0, 1)) for _ in range(arguments.rounds)]
        print(
            f"whole process over this repository's {len(here)} interfaces: "
            f"{statistics.median(costs) * 1e3:.0f} ms CPU (goal ≤ {GOAL_HERE * 1e3:.0f})"
        )


def parsed(root: Path) -> object:
    """Return all files as dicts and lists, parsed without garbage collection, like the check."""
    gc.disable()
    try:
        return [
            orjson.loads(file.read_bytes()) for pattern in INTERFACES for file in root.glob(pattern)
        ]
    finally:
        gc.enable()


def checked(root: Path) -> object:
    """Run the part of `lineage check` between arguments and output."""
    gc.disable()
    try:
        graph = read_graph(root, INTERFACES, quick=True)
        found = check(graph, read_settings(root), root=root)
    finally:
        gc.enable()
    if found.findings or not found.edges:
        raise SystemExit(f"a repository without a fault: {found.findings[:3]}")
    return graph, found


def cpu_of(work: Callable[[], object]) -> Callable[[], float]:
    """Return the CPU seconds of a function, without the time to free its result."""

    def measured() -> float:
        start = time.process_time()
        result = work()
        seconds = time.process_time() - start
        del result
        gc.collect()
        return seconds

    return measured


def cpu_of_process(command: list[str], folder: Path, right: tuple[int, ...] = (0,)) -> float:
    """Return the CPU seconds, user and system, of a command.

    Raises:
        SystemExit: its exit code is not in `right`.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode not in right:
        raise SystemExit(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def turns(
    first: Callable[[], float], second: Callable[[], float], arguments: argparse.Namespace
) -> tuple[float, float]:
    """Return medians of two alternating measurements, after one round that is not counted."""
    rounds = [(first(), second()) for _ in range(arguments.rounds + 1)][1:]
    return statistics.median(one for one, _ in rounds), statistics.median(one for _, one in rounds)


def report(name: str, peer: float, ours: float) -> None:
    """Print one row of the table."""
    verdict = "" if ours <= GOAL * peer else f"  over the goal of {GOAL}"
    print(f"{name:28}{peer * 1e3:9.1f}{ours * 1e3:9.1f}{ours / peer:8.2f}{verdict}", flush=True)


if __name__ == "__main__":
    main()

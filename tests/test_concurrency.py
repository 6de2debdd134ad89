"""Four teams write while others read: no team waits for another, no read mixes two states."""

import itertools
import multiprocessing
import time

import pyarrow as pa

from environment import Environment
from warehouse import Warehouse

PROJECTS = ("ingestion", "jaffle_dbt", "marts_dbt", "ml")
CYCLES = 4
HOLD_S = 0.4
"""How long a writer holds its work file: long enough that all four overlap."""


def write_and_publish(data_dir, project, spans, errors):
    """Hold the work file, then publish a table whose rows all have the generation's number."""
    warehouse = Warehouse(project, Environment(data_dir, "ci"))
    try:
        for cycle in range(1, CYCLES + 1):
            with warehouse.open_session() as session:
                begin = time.monotonic()
                session.write((f"{project}_s", "t"), pa.table({"cycle": [cycle] * 20_000}))
                time.sleep(HOLD_S)
                session.publish()
                spans.append((project, begin, time.monotonic()))
    except Exception as error:  # noqa: BLE001 - reported by the test
        errors.append(f"{project}: {error!r}")


def read_in_a_loop(data_dir, stop, reads, errors):
    """Read every project's table until `stop`; each read must be of one generation."""
    warehouse = Warehouse("reader", Environment(data_dir, "ci"))
    while not stop.is_set():
        for project in PROJECTS:
            if not warehouse.environment.published_file(project).exists():
                continue
            try:
                found = warehouse.read((f"{project}_s", "t"), ["cycle"])
                column = found.table.column("cycle")
                values = set(column.unique().to_pylist())
                if len(column) != 20_000 or values != {found.publication.generation}:
                    errors.append(f"torn read of {project}: {len(column)} rows of {values}")
                reads.append((project, values.pop()))
            except Exception as error:  # noqa: BLE001 - reported by the test
                errors.append(f"reader of {project}: {error!r}")


def test_four_writers_and_two_readers_at_once_meet_no_error(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        spans, reads, errors = manager.list(), manager.list(), manager.list()
        stop = context.Event()
        readers = [
            context.Process(target=read_in_a_loop, args=(tmp_path, stop, reads, errors))
            for _ in range(2)
        ]
        writers = [
            context.Process(target=write_and_publish, args=(tmp_path, project, spans, errors))
            for project in PROJECTS
        ]
        for process in (*readers, *writers):
            process.start()
        for process in writers:
            process.join()
        stop.set()
        for process in readers:
            process.join()
        assert list(errors) == []
        assert len(spans) == CYCLES * len(PROJECTS)
        assert overlapping_projects(list(spans)) == len(PROJECTS), "the sessions did not overlap"
        assert {project for project, _ in reads} == set(PROJECTS)
        assert len(set(reads)) > len(PROJECTS), "readers saw no republication"


def overlapping_projects(spans):
    """Return the largest number of projects with an open work session at one moment."""
    return max(
        len({project for project, begin, end in spans if begin <= moment < end})
        for _, moment, _ in spans
    )


def test_two_sessions_of_one_project_never_overlap(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        spans, errors = manager.list(), manager.list()
        writers = [
            context.Process(target=write_and_publish, args=(tmp_path, "ml", spans, errors))
            for _ in range(2)
        ]
        for process in writers:
            process.start()
        for process in writers:
            process.join()
        assert list(errors) == []
        ordered = sorted((begin, end) for _, begin, end in spans)
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(ordered))
        publication = Warehouse("ml", Environment(tmp_path, "ci")).publication()
        assert publication.generation == 2 * CYCLES

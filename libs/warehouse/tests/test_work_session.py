import fcntl
import os
import signal
import subprocess
import sys
import textwrap

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from warehouse import Warehouse, WorkSessionActive, work_session


def test_session_without_publish_changes_nothing_that_readers_see(shop, orders):
    with shop.open_session() as session:
        session.write(("shop", "orders"), orders(99))
    assert shop.read(("shop", "orders")).table.num_rows == 3


def test_next_publication_excludes_the_tables_of_a_failed_session(shop, orders):
    """Otherwise publishing table B would publish the rejected state of table A."""
    with shop.open_session() as session:
        session.write(("shop", "orders"), orders(99))
    with shop.open_session() as session:
        assert session.set_aside is not None
        with duckdb.connect(str(session.set_aside), read_only=True) as aside:
            assert aside.execute("select count(*) from shop.shop.orders").fetchall() == [(99,)]
        session.write(("shop", "customers"), orders(1))
        session.publish()
    assert shop.read(("shop", "orders")).table.num_rows == 3
    assert shop.read(("shop", "customers")).table.num_rows == 1


def test_session_after_a_failed_first_session_starts_from_an_empty_work_file(environment, orders):
    warehouse = Warehouse("new", environment)
    with warehouse.open_session() as session:
        session.write(("new", "wrong"), orders(1))
    with warehouse.open_session() as session:
        assert session.columns(("new", "wrong")) == []
        session.write(("new", "right"), orders(1))
        assert session.publish().generation == 1


def test_changes_by_hand_are_not_published(shop, environment):
    with duckdb.connect(str(environment.work_file("shop"))) as connection:
        connection.execute("delete from shop.shop.orders")
    with shop.open_session() as session:
        assert session.set_aside is not None
        assert session.rows(("shop", "orders")) == 3


def test_generation_rises_by_one_with_each_publication(shop):
    generations = []
    for _ in range(3):
        with shop.open_session() as session:
            generations.append(session.publish().generation)
    assert generations == [2, 3, 4]
    assert shop.publication().generation == 4


def test_write_takes_frames_tables_and_streams_and_keeps_types(environment):
    frame = pd.DataFrame({"n": [1, None], "text": ["ä", None]}, index=[7, 8])
    table = pa.table({"d": pa.array(["1.10"], pa.string()).cast(pa.decimal128(12, 2))})
    with Warehouse("shop", environment).open_session() as session:
        assert session.write(("shop", "frame"), frame) == 2
        assert session.columns(("shop", "frame")) == [("n", "DOUBLE"), ("text", "VARCHAR")]
        assert session.write(("shop", "decimals"), table) == 1
        assert session.columns(("shop", "decimals")) == [("d", "DECIMAL(12,2)")]
        assert session.write(("shop", "stream"), table.to_reader()) == 1


def test_failed_write_leaves_the_old_table(shop):
    def broken():
        yield pa.record_batch({"id": [1]})
        raise ValueError("the source went away")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), broken())
    with shop.open_session() as session:
        with pytest.raises(Exception, match="the source went away"):
            session.write(("shop", "orders"), reader)
        assert session.rows(("shop", "orders")) == 3


def test_names_are_quoted(environment):
    name = 'orders"; drop schema shop; --'
    warehouse = Warehouse("shop", environment)
    with warehouse.open_session() as session:
        session.write(("shop", name), pd.DataFrame({'a"b': [1]}))
        session.publish()
    assert warehouse.read(("shop", name), columns=['a"b']).table.num_rows == 1


def test_key_with_one_or_three_parts_is_refused(shop):
    with pytest.raises(ValueError, match="two parts"):
        shop.read(("a", "b", "c"))
    with pytest.raises(ValueError, match="two parts"):
        shop.read("orders")


def test_session_of_the_same_project_waits_and_then_names_the_process(
    shop, environment, monkeypatch
):
    monkeypatch.setattr(work_session, "LOCK_TIMEOUT_S", 0.2)
    with (
        shop.open_session(),
        pytest.raises(WorkSessionActive, match=f"Process {os.getpid()}"),
        shop.open_session(),
    ):
        pass
    with shop.open_session() as session:  # and it is free again
        session.publish()


def test_work_file_open_in_a_shell_is_named(shop, environment, monkeypatch):
    monkeypatch.setattr(work_session, "CONNECT_TIMEOUT_S", 0.2)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True);"
                "sys.stdin.read()"
            ),
            str(environment.work_file("shop")),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"open\n"
        with (
            pytest.raises(WorkSessionActive, match="open in another process"),
            shop.open_session() as session,
        ):
            session.rows(("shop", "orders"))
    finally:
        holder.communicate()


PUBLISH_IN_A_CHILD = textwrap.dedent(
    """
    import random, resource, signal, sys
    from pathlib import Path
    import pyarrow as pa
    from environment import Environment
    from warehouse import Warehouse, NoSpace

    data_dir, limit = Path(sys.argv[1]), int(sys.argv[2])
    warehouse = Warehouse("shop", Environment(data_dir, "ci"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with warehouse.open_session() as session:
        if sys.argv[3] == "write":
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        ids = pa.array(random.sample(range(10**9), 300_000))
        session.write(("shop", "orders"), pa.table({"id": ids}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            session.publish()
        except NoSpace as error:
            print(error)
            sys.exit(3)
    """
)


@pytest.mark.parametrize("moment", ["write", "publish"])
def test_full_disk_is_reported_and_keeps_the_published_state(shop, environment, moment):
    """The kernel refuses further bytes to the child, as it does on a full disk or a quota."""
    limit = environment.work_file("shop").stat().st_size + 4096
    child = subprocess.run(
        [sys.executable, "-c", PUBLISH_IN_A_CHILD, str(environment.data_dir), str(limit), moment],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No space left while" in child.stdout + child.stderr
    assert "Free some space" in child.stdout + child.stderr
    assert child.returncode != 0
    assert shop.read(("shop", "orders")).table.num_rows == 3
    with shop.open_session() as session:
        assert session.rows(("shop", "orders")) == 3
        session.publish()
    assert [file.name for file in environment.published_dir.iterdir()] == ["shop.duckdb"]


def test_no_other_process_can_write_while_the_work_file_is_copied(shop, environment, monkeypatch):
    """Closing a second handle of the file any earlier would drop DuckDB's POSIX lock."""
    seen = []

    def try_to_open(*_arguments):
        probe = subprocess.run(
            [
                sys.executable,
                "-c",
                "import duckdb, sys; duckdb.connect(sys.argv[1])",
                str(environment.work_file("shop")),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        seen.append("Could not set lock" in probe.stderr)

    original = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (try_to_open(), original(handle))[1])
    with shop.open_session() as session:
        session.publish()
    assert seen[0] is True


def test_lock_is_free_after_its_holder_was_killed(shop, environment):
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys; from pathlib import Path\n"
                "from environment import Environment; from warehouse import Warehouse\n"
                "shop = Warehouse('shop', Environment(Path(sys.argv[1]), 'ci'))\n"
                "with shop.open_session() as session:\n"
                "    session.connection.execute('drop table shop.shop.orders')\n"
                "    print('in', flush=True); sys.stdin.read()"
            ),
            str(environment.data_dir),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"in\n"
    with (
        environment.work_file("shop").with_suffix(".lock").open() as lock,
        pytest.raises(BlockingIOError),
    ):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with shop.open_session() as session:
        assert session.rows(("shop", "orders")) == 3

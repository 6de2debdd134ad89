"""A publication killed at any moment leaves the old state or the new one."""

import signal
import subprocess
import sys
import textwrap

import duckdb
import pytest

KILLED_AT_THE_NTH_CALL = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    import pyarrow as pa
    from environment import Environment
    from warehouse import Warehouse

    warehouse = Warehouse("shop", Environment(Path(sys.argv[1]), "ci"))
    fatal, calls = int(sys.argv[2]), 0

    def count(frame, event, argument):
        global calls
        calls += 1
        if calls == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    with warehouse.open_session() as session:
        session.write(("shop", "orders"), pa.table({"id": range(50_000)}))
        sys.setprofile(count)  # sees every call and return of Python and C functions
        session.publish()
        sys.setprofile(None)
    print(calls)
    """
)
POINTS = 10


def publish_in_a_child(environment, fatal):
    return subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_NTH_CALL, str(environment.data_dir), str(fatal)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def calls_of_a_publication(tmp_path_factory):
    from environment import Environment

    whole = publish_in_a_child(Environment(tmp_path_factory.mktemp("count"), "ci"), 0)
    assert whole.returncode == 0, whole.stderr
    return int(whole.stdout)


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_publication_leaves_the_old_or_the_new_state(
    shop, environment, calls_of_a_publication, point, orders
):
    fatal = 1 + point * (calls_of_a_publication - 2) // (POINTS - 1)
    child = publish_in_a_child(environment, fatal)
    assert child.returncode == -signal.SIGKILL, child.stdout
    publication = shop.publication()
    rows = shop.read(("shop", "orders")).table.num_rows
    assert (publication.generation, rows) in {(1, 3), (2, 50_000)}
    with duckdb.connect(str(environment.published_file("shop")), read_only=True) as connection:
        assert connection.execute("select count(distinct id) from shop.shop.orders").fetchone() == (
            rows,
        )
    with shop.open_session() as session:  # the next session continues from the published state
        assert session.rows(("shop", "orders")) == rows
        session.write(("shop", "orders"), orders(7))
        assert session.publish().generation == publication.generation + 1
    assert shop.read(("shop", "orders")).table.num_rows == 7
    assert [file.name for file in environment.published_dir.iterdir()] == ["shop.duckdb"]

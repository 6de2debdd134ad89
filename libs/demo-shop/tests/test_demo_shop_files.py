"""The shop's files: the same rows in each, complete or missing, created once."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo_shop import (
    NOW,
    FolderUnusable,
    ForeignFile,
    Shop,
    ShopError,
    ShopFileUnreadable,
    UnusableSize,
)
from demo_shop.file_creation import create_once

SIZE = 3_000
COMMAND = Path(sys.executable).with_name("demo-shop")


def select(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def moments(column: pa.ChunkedArray, digits: int) -> list[str]:
    spec = "seconds" if digits == 0 else "microseconds"
    return [moment.isoformat(timespec=spec).replace("+00:00", "Z") for moment in column.to_pylist()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(SIZE, tmp_path_factory.mktemp("outside"))


def test_sqlite_and_parquet_hold_different_rows(shop: Shop) -> None:
    files = shop.parquet_files()
    orders, users = pq.read_table(files.orders), pq.read_table(files.users)
    assert orders.schema.field("amount").type == pa.decimal128(12, 2)
    assert orders.schema.field("channel").type == pa.string()
    assert orders.schema.field("updated_at").type == pa.timestamp("us", tz="UTC")

    rows = select(shop.sqlite_file(), "select * from orders order by id")
    columns = [orders[name].to_pylist() for name in orders.column_names]
    columns[6], columns[7] = moments(orders["ordered_at"], 0), moments(orders["updated_at"], 6)
    assert len(rows) == SIZE
    # As readers of a declared decimal do: the shortest text of the number.
    exact = [(*row[:4], Decimal(str(row[4])).quantize(Decimal("0.01")), *row[5:]) for row in rows]
    assert exact == list(zip(*columns, strict=True))

    rows = select(shop.sqlite_file(), "select * from users order by id")
    columns = [users[name].to_pylist() for name in users.column_names]
    columns[5], columns[6] = moments(users["created_at"], 0), moments(users["updated_at"], 6)
    assert rows == list(zip(*columns, strict=True))


def test_declared_types_do_not_describe_the_columns(shop: Shop) -> None:
    file = shop.sqlite_file()
    declared = {
        table: {row[1]: row[2] for row in select(file, f"pragma table_info({table})")}
        for table in ("users", "orders")
    }
    assert declared == {
        "users": {
            "id": "INTEGER",
            "email": "TEXT",
            "full_name": "TEXT",
            "country": "TEXT",
            "signup_channel": "TEXT",
            "created_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
        "orders": {
            "id": "INTEGER",
            "user_id": "INTEGER",
            "channel": "TEXT",
            "status": "TEXT",
            "amount": "DECIMAL(12,2)",
            "currency": "TEXT",
            "ordered_at": "TIMESTAMPTZ",
            "updated_at": "TIMESTAMPTZ",
        },
    }


def test_text_of_times_does_not_sort_as_time_does(shop: Shop) -> None:
    for column in (
        "orders.ordered_at",
        "orders.updated_at",
        "users.created_at",
        "users.updated_at",
    ):
        table = column.partition(".")[0]
        query = f"select distinct length({column}), substr({column}, -1) from {table}"
        assert len(select(shop.sqlite_file(), query)) == 1


def test_order_has_no_user(shop: Shop) -> None:
    assert select(shop.sqlite_file(), "pragma foreign_key_check") == []


def test_sizes_share_a_file(tmp_path: Path) -> None:
    assert Shop(100, tmp_path).sqlite_file().name == "shop-100.sqlite"
    assert Shop(200, tmp_path).sqlite_file() != Shop(100, tmp_path).sqlite_file()


def test_second_use_creates_the_file_again(tmp_path: Path) -> None:
    first = Shop(100, tmp_path).sqlite_file().stat()
    assert Shop(100, tmp_path).sqlite_file().stat() == first


def test_two_runs_create_different_bytes(tmp_path: Path) -> None:
    one, other = (Shop(500, tmp_path / name) for name in ("one", "other"))
    assert one.sqlite_file().read_bytes() == other.sqlite_file().read_bytes()
    assert one.parquet_files().orders.read_bytes() == other.parquet_files().orders.read_bytes()


@pytest.mark.parametrize("application_id", [0, 1])
def test_file_of_a_user_or_of_an_earlier_version_is_replaced(
    tmp_path: Path, application_id: int
) -> None:
    file = tmp_path / "shop-100.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"pragma application_id = {application_id}")
        connection.execute("create table orders (id integer primary key, status text)")
        connection.execute("insert into orders values (7, 'canceled')")
        connection.commit()
    before = file.read_bytes()
    shop = Shop(100, tmp_path)
    for use in (shop.sqlite_file, shop.change, shop.customers, lambda: shop.now):
        with pytest.raises(ForeignFile, match=r"shop-100\.sqlite was not created .*Move it"):
            use()
    assert file.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == [file.name]


def test_parquet_file_of_a_user_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "shop-100-orders.parquet"
    pq.write_table(pa.table({"id": [7]}), file)
    before = file.read_bytes()
    with pytest.raises(ForeignFile, match=r"shop-100-orders\.parquet was not created .*Move it"):
        Shop(100, tmp_path).parquet_files()
    assert file.read_bytes() == before


def test_command_replaces_a_users_file_or_ends_in_a_traceback(tmp_path: Path) -> None:
    file = tmp_path / "shop-100.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table orders (id integer primary key)")
    for action in ("make", "change"):
        command = [COMMAND, action, "--orders", "100", "--data-dir", tmp_path]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert re.fullmatch(r".*shop-100\.sqlite was not created .*\n", done.stderr)


def test_concurrent_users_each_create_the_file(tmp_path: Path) -> None:
    users = 6
    ready = threading.Barrier(users)
    at_once = threading.Barrier(2)
    created: list[int] = []

    def write(part: Path) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            at_once.wait(timeout=0.3)
        created.append(part.write_text("whole"))

    def use() -> None:
        ready.wait()
        create_once(tmp_path / "file", write, lambda _: True)

    threads = [threading.Thread(target=use) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(created) == 1


def test_later_process_discards_changes_of_an_earlier_one(tmp_path: Path) -> None:
    command = [COMMAND, "change", "--orders", "5000", "--data-dir", tmp_path]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert (Shop(5_000, tmp_path).now - NOW).days == 2


def test_killed_process_leaves_a_partial_file(tmp_path: Path) -> None:
    script = f"""
import os, pathlib, signal
import demo_shop.sqlite_file

def killed(orders):
    os.kill(os.getpid(), signal.SIGKILL)

demo_shop.sqlite_file.order_rows = killed
demo_shop.Shop({SIZE}, pathlib.Path({str(tmp_path)!r})).sqlite_file()
"""
    process = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL
    shop = Shop(SIZE, tmp_path)
    assert not (tmp_path / f"shop-{SIZE}.sqlite").exists()
    assert select(shop.sqlite_file(), "select count(*) from orders") == [(SIZE,)]
    assert not list(tmp_path.glob(".*.part*"))


def test_full_disk_leaves_a_partial_file_or_a_traceback(tmp_path: Path) -> None:
    script = """
import resource, sys
from demo_shop.command import main

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for form in ("sqlite", "parquet"):
    code = main(["make", "--orders", "20000", "--data-dir", sys.argv[1], "--format", form])
    assert code == 1, code
"""
    process = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    assert re.fullmatch(
        r".*shop-20000.sqlite cannot be created: .*\n.*orders.parquet cannot be created: .*\n",
        process.stderr,
    )
    left = {file.name for file in tmp_path.iterdir() if file.suffix != ".lock"}
    assert left <= {"shop-20000-users.parquet"}


def test_folder_that_is_a_file_ends_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        FolderUnusable, match=r"shop-100.sqlite cannot be created.*another directory"
    ):
        Shop(100, tmp_path / "file").sqlite_file()


def test_foreign_file_of_the_same_name_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "shop-100.sqlite"
    file.write_text("notes that are longer than the header of a database" * 10)
    with pytest.raises(ShopFileUnreadable, match=r"shop-100.sqlite .*move the file away"):
        Shop(100, tmp_path).sqlite_file()
    (tmp_path / "shop-100-users.parquet").write_text("no Parquet")
    with pytest.raises(ShopFileUnreadable, match=r"users.parquet .*Move it away"):
        Shop(100, tmp_path).parquet_files()
    assert file.read_text().startswith("notes")


@pytest.mark.parametrize("size", [0, -5, 10**10])
def test_unusable_size_is_accepted(size: int) -> None:
    with pytest.raises(UnusableSize, match="use 1 to"):
        Shop(size, Path(os.devnull))
    assert issubclass(UnusableSize, ShopError)

"""The customer export over HTTP, and the command that serves it."""

import csv
import io
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from demo_shop import ExportServerFailed, Shop, serve_export
from demo_shop.command import main

COMMAND = Path(sys.executable).with_name("demo-shop")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        text: str = answer.read().decode()
    return text


def customers(shop: Shop) -> list[dict[str, str]]:
    with serve_export(shop) as url:
        return list(csv.DictReader(io.StringIO(get(f"{url}/customers.csv"))))


def errors_by_kind(rows: list[dict[str, str]]) -> dict[str, list[int]]:
    """Return the ids of the bad rows by kind of error, as any reader would find them."""
    seen = Counter(row["id"] for row in rows)
    tests = {
        "duplicate": lambda row: seen[row["id"]] > 1,
        "email": lambda row: "@" not in row["email"],
        "date": lambda row: not re.fullmatch(r"\d{4}-\d\d-\d\d", row["signed_up_on"]),
        "last_name": lambda row: not row["last_name"],
    }
    return {name: [int(row["id"]) for row in rows if test(row)] for name, test in tests.items()}


def test_export_and_database_have_different_people(tmp_path: Path) -> None:
    shop = Shop(20_000, tmp_path)
    shop.change(days=10)
    with closing(sqlite3.connect(shop.sqlite_file())) as connection:
        people = {
            str(key): rest
            for key, *rest in connection.execute(
                "select id, full_name, email, country, substr(created_at, 1, 10) from users"
            )
        }
    rows = customers(shop)
    assert list(rows[0]) == ["id", "first_name", "last_name", "email", "country", "signed_up_on"]
    assert {row["id"] for row in rows} == people.keys()
    bad = {key for ids in errors_by_kind(rows).values() for key in ids}
    for row in rows:
        if int(row["id"]) not in bad:
            name = f"{row['first_name']} {row['last_name']}"
            assert [name, row["email"], row["country"], row["signed_up_on"]] == people[row["id"]]


@pytest.mark.parametrize("size", [1, 1_000, 5_000, 50_000])
def test_bad_row_is_among_the_first_hundred_ids(size: int, tmp_path: Path) -> None:
    found = errors_by_kind(customers(Shop(size, tmp_path)))
    assert all(key > 100 for ids in found.values() for key in ids)


def test_kind_of_bad_row_is_missing_or_the_share_is_wrong(tmp_path: Path) -> None:
    rows = customers(Shop(50_000, tmp_path))
    found = errors_by_kind(rows)
    assert {name: len(ids) for name, ids in found.items()} == {
        "duplicate": 10,
        "email": 5,
        "date": 5,
        "last_name": 5,
    }
    assert len(rows) == 5_005
    assert 0.003 < (len(rows) - 4_980) / len(rows) < 0.006


def test_export_creates_files(tmp_path: Path) -> None:
    customers(Shop(1_000, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_two_servers_conflict_or_a_port_stays_open(tmp_path: Path) -> None:
    with serve_export(Shop(1_000, tmp_path)) as one, serve_export(Shop(2_000, tmp_path)) as other:
        assert "1,000 orders" in get(one)
        assert "2,000 orders" in get(other)
    with pytest.raises(urllib.error.URLError):
        get(one)
    port = int(one.rpartition(":")[2])
    with serve_export(Shop(1_000, tmp_path), port=port) as again:
        assert again == one
        assert "1,000 orders" in get(again)


# The garbage collector closes the connection that the server drops.
@pytest.mark.filterwarnings("ignore:unclosed resource:ResourceWarning")
def test_server_waits_forever_for_a_reader_that_stopped_reading(tmp_path: Path) -> None:
    with socket.socket() as reader:
        with serve_export(Shop(5_000_000, tmp_path)) as url:
            reader.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            reader.sendall(b"GET /customers.csv HTTP/1.1\r\nHost: shop\r\n\r\n")
            assert reader.recv(1_000).startswith(b"HTTP/1.1 200")
            leaving = time.monotonic()
        assert time.monotonic() - leaving < 10


def test_taken_port_ends_in_a_traceback(tmp_path: Path) -> None:
    with (
        serve_export(Shop(1_000, tmp_path)) as url,
        pytest.raises(ExportServerFailed, match="Use another port"),
        serve_export(Shop(1_000, tmp_path), port=int(url.rpartition(":")[2])),
    ):
        pass


def test_unreadable_database_causes_a_partial_export(tmp_path: Path) -> None:
    (tmp_path / "shop-100.sqlite").write_text("not a database, but longer than a header" * 10)
    with (
        serve_export(Shop(100, tmp_path)) as url,
        pytest.raises(urllib.error.HTTPError) as caught,
    ):
        get(f"{url}/customers.csv")
    with caught.value as answer:
        assert answer.code == 500
        assert b"move the file away" in answer.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_served_command_does_not_stop_cleanly(number: int, tmp_path: Path) -> None:
    command = [COMMAND, "serve", "--orders", "1000", "--data-dir", tmp_path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert len(get(url).splitlines()) == 101
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, errors) == (0, "")


def test_size_in_the_environment_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEMO_SHOP_ORDERS", "300")
    assert main(["make", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'shop-300.sqlite'}\n"
    assert main(["make", "--orders", "200", "--data-dir", str(tmp_path)]) == 0
    assert main(["change", "--orders", "200", "--data-dir", str(tmp_path)]) == 0
    assert "2026-07-02: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("size", "arguments"),
    [
        ("many", ["make"]),
        ("0", ["make"]),
        ("10", ["make", "--orders", "0"]),
        ("10", ["serve", "--port", "99999"]),
        ("10", ["change", "--days", "0"]),
    ],
)
def test_usage_error_has_another_exit_code_than_two(
    size: str,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEMO_SHOP_ORDERS", size)
    try:
        code = main([*arguments, "--data-dir", str(tmp_path)])
    except SystemExit as stop:  # argparse's own
        code = stop.code
    assert code == 2
    assert capsys.readouterr().err

"""The customer export: every way in which it can be broken, and what is left standing."""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import replace
from datetime import date

import pytest

from ingestion.customers.columns import CUSTOMER_COLUMNS
from ingestion.customers.declaration import TEXT, ExportColumns
from ingestion.retries import RetryPolicy

HEADER = "id,first_name,last_name,email,country,signed_up_on\n"
GOOD = "1,Ada,Lovelace,ada@example.com,GB,2024-01-05\n2,Bo,Ek,bo@example.com,SE,2024-02-29\n"


@pytest.fixture
def export(server, monkeypatch):
    """The scripted export; its address holds secrets."""
    host = server.url.removeprefix("http://")
    monkeypatch.setenv("CUSTOMERS_URL", f"http://ann:s3cret@{host}/customers.csv?token=t0ken")
    return server


@pytest.fixture
def before(export, published_customers, environment, published):
    """A first good publication, which every failed run must leave as it is."""
    shutil.copytree(published_customers, environment.data_dir)
    return published.rows("from jaffle_shop.raw_customers order by id")


@pytest.fixture
def fails(before, published):
    """The step failed, says all of `words`, shows no secret, and the old table stays."""

    def check(run, *words):
        assert not run.success
        for word in words:
            assert word in run.message
        assert "customers.csv" in run.message
        for secret in ("s3cret", "t0ken"):
            assert secret not in run.failure
        assert published.rows("from jaffle_shop.raw_customers order by id") == before

    return check


def test_good_export_lands_with_types_and_metadata(export, materialize, reply, published):
    export.answer("/customers.csv", reply("\ufeff" + HEADER + GOOD))
    run = materialize("customers")
    assert run.success
    assert published.rows("from jaffle_shop.raw_customers order by id limit 1")[0][:2] == (1, "Ada")
    types = published.rows("select column_type from (describe jaffle_shop.raw_customers)")
    assert [kind for (kind,) in types] == ["BIGINT", *["VARCHAR"] * 4, "DATE"]
    metadata = run.metadata["jaffle_shop/raw_customers"]
    assert metadata["num_rows"] == metadata["dagster/row_count"] == 2
    assert "| 1 | A*** | L*** | a*** | GB | 2024-01-05 |" in metadata["preview"]
    assert metadata["source"].startswith("http://***@127.0.0.1")
    assert "t0ken" not in metadata["source"]
    for table in ("raw_customers", "raw_customers_rejected"):
        told = run.metadata[f"jaffle_shop/{table}"]["dagster/column_schema"].columns
        found = published.rows(
            f"select column_name, column_type from (describe jaffle_shop.{table})"
        )
        assert [(column.name, column.type) for column in told] == found
    assert [check.passed for check in run.checks] == [True]
    assert published.rows("select count(*) from jaffle_shop.raw_customers_rejected") == [(0,)]


def test_bad_rows_go_to_rejected_with_number_and_every_reason(
    export, materialize, reply, published
):
    good = "".join(f"{n},A,B,a@b.example,DE,2024-01-01\n" for n in range(100, 400))
    bad = (
        "100,A,B,a@b.example,DE,2024-01-01\n"
        "1,A,B,no-at-sign,DE,2024-01-01\n"
        "2,A,,a@b.example,DE,2024-02-30\n"
        "x7,A,B,a@b.example,DE,2024-01-01\n"
        "3,A,B,a@b.example,Germany,01.02.2024\n"
        "4,A,B\n"
        "5,A,B,a@b.example,DE,2024-01-01,surplus,fields\n"
        "6,,B,a@b.example,DE,2024-01-01\n"
    )
    export.answer("/customers.csv", reply(HEADER + good + bad))
    assert materialize("customers").success
    rejected = published.rows(
        "select row_number, id, reason from jaffle_shop.raw_customers_rejected order by row_number"
    )
    assert rejected == [
        (301, "100", "duplicate id"),
        (302, "1", "bad e-mail address"),
        (303, "2", "missing last name; unreadable date"),
        (304, "x7", "id is not a positive whole number"),
        (305, "3", "country is not two capital letters; unreadable date"),
        (306, "4", "bad e-mail address; country is not two capital letters; unreadable date"),
        (307, "5", "more fields than columns"),
        (308, "6", "missing first name"),
    ]
    assert published.rows("select count(*), min(id) from jaffle_shop.raw_customers") == [(300, 100)]


def test_too_many_bad_rows_publish_nothing_and_show_a_sample(
    export, materialize, reply, published, before
):
    export.answer("/customers.csv", reply(HEADER + GOOD + "3,A,B,invalid,DE,2024-01-01\n"))
    run = materialize("customers")
    assert not run.success
    assert "33.33%" in run.message
    [check] = run.checks
    assert not check.passed
    assert check.metadata["rejected_rows"].value == 1
    assert "| 3 | 3 | *** | *** | i*** |" in check.metadata["sample"].value
    assert "bad e-mail address" in check.metadata["sample"].value
    assert published.rows("from jaffle_shop.raw_customers order by id") == before
    assert materialize("customers", config={"max_rejected_share": 0.4}).success


def test_message_names_the_three_most_frequent_reasons_of_a_rejection(
    export, materialize, reply, before
):
    bad = (
        "3,Cy,,c@example.com,DE,2024-01-01\n"
        "4,Di,,no-at-sign,DE,2024-01-01\n"
        "5,Ed,,no-at-sign,DE,today\n"
        "6,Fi,,f@example.com,DE,2024-01-01\n"
        "7,Gus,Ek,g@example.com,Germany,today\n"
        "8,Hal,Ek,no-at-sign,DE,2024-01-01\n"
    )
    export.answer("/customers.csv", reply(HEADER + GOOD + bad))
    reasons = "missing last name (4), bad e-mail address (3), unreadable date (2)."
    assert f"Most frequent reasons: {reasons}" in materialize("customers").message
    alone = materialize("customers", selection=["jaffle_shop/raw_customers_rejected"])
    assert reasons in alone.message


def test_no_personal_data_is_part_of_an_event(export, materialize, reply, before):
    bad = (
        "3,Grace,Hopper,grace at example.com,US,2024-01-01\n"
        "Hedy,Lamarr,hedy@example.com,AT,2024-01-01\n"  # shifted: without its id
        "1,Katherine,Johnson,katherine@example.com,US,2024-01-01\n"
        "5,Rosalind,Franklin,rosalind@example.com,GB,2024-01-01,franklin\n"
    )
    names = "Ada Lovelace Bo Ek Grace Hopper Hedy Lamarr Katherine Johnson Rosalind Franklin"
    export.answer("/customers.csv", reply(HEADER + GOOD + bad))
    run = materialize("customers", config={"max_rejected_share": 1})
    assert run.success
    texts = [str(run.metadata), str([(check.description, check.metadata) for check in run.checks])]
    for text in texts:
        assert "| 5 | 1 | K*** | J*** | k*** | U*** | 2*** | duplicate id |" in text
        assert "| 4 | H*** | L*** | h*** |" in text
        for name in names.split():
            assert name not in text
            assert f"{name.lower()}@" not in text


def test_bad_rows_stop_the_rejected_table_alone_too(export, materialize, reply, published, before):
    export.answer("/customers.csv", reply(HEADER + GOOD + "3,A,B,invalid,DE,2024-01-01\n"))
    run = materialize("customers", selection=["jaffle_shop/raw_customers_rejected"])
    assert not run.success
    assert "33.33%" in run.message
    assert published.rows("from jaffle_shop.raw_customers order by id") == before


def test_export_of_another_declaration_is_published_with_its_types(
    export, materialize, reply, published, monkeypatch
):
    changes = {
        "id": {"type": TEXT, "pattern": r"[0-9]{4}"},
        "last_name": {"required": False},
        "email": {"required": False},
    }
    columns = ExportColumns(
        tuple(replace(column, **changes.get(column.name, {})) for column in CUSTOMER_COLUMNS)
    )
    monkeypatch.setattr("ingestion.defs.jaffle_shop.CUSTOMER_COLUMNS", columns)
    body = "id,first_name,last_name,country,signed_up_on\n0007,Björk,,IS,2024-01-05\n"
    export.answer("/customers.csv", reply(body))
    run = materialize("customers")
    assert run.success
    assert published.rows("from jaffle_shop.raw_customers") == [
        ("0007", "Björk", None, None, "IS", date(2024, 1, 5))
    ]
    types = published.rows("select column_type from (describe jaffle_shop.raw_customers)")
    assert [kind for (kind,) in types] == [*["VARCHAR"] * 5, "DATE"]
    metadata = run.metadata["jaffle_shop/raw_customers"]
    assert metadata["columns_not_in_the_export"] == ["email"]


def test_only_the_selected_table_is_reported(export, materialize, reply):
    export.answer("/customers.csv", reply(HEADER + GOOD))
    run = materialize("customers", selection=["jaffle_shop/raw_customers_rejected"])
    assert run.success
    assert list(run.metadata) == ["jaffle_shop/raw_customers_rejected"]


def test_refused_connection_is_retried_then_reported(export, materialize, fails, monkeypatch):
    monkeypatch.setenv("CUSTOMERS_URL", "http://ann:s3cret@127.0.0.1:9/customers.csv?token=t0ken")
    run = materialize("customers")
    fails(run, "connection refused", "http://***@127.0.0.1:9/", "token=***")


def test_silent_server_times_out(export, materialize, reply, fails):
    export.answer("/customers.csv", reply(lambda _: time.sleep(0.4)))
    run = materialize(
        "customers", silence_seconds=0.1, retries=RetryPolicy(attempts=2, first_wait_seconds=0.01)
    )
    fails(run, "no response in time")
    assert len(export.requests) == 2


def test_server_that_stops_midway_times_out(export, materialize, reply, fails):
    def half(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(HEADER.encode())
        time.sleep(0.5)

    export.answer("/customers.csv", reply(half))
    run = materialize("customers", silence_seconds=0.1, retries=RetryPolicy(attempts=1))
    fails(run, "no data for 0.1 s")


def test_slow_server_ends_at_the_deadline(export, materialize, reply, fails):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):  # the client hangs up
            for _ in range(1000):
                handler.wfile.write(b"1")
                handler.wfile.flush()
                time.sleep(0.02)

    export.answer("/customers.csv", reply(drip))
    began = time.monotonic()
    run = materialize("customers", total_seconds=0.2)
    assert time.monotonic() - began < 15, "waited for the last byte"
    fails(run, "still sending after 0.2 s")
    assert len(export.requests) == 1


def test_server_error_is_retried_then_reported(export, materialize, reply, fails):
    export.answer("/customers.csv", reply("oops", 500))
    run = materialize("customers")
    fails(run, "HTTP status 500", "The error is the server's")
    assert len(export.requests) == 4


def test_temporary_errors_are_retried(export, materialize, reply, before):
    export.answer(
        "/customers.csv",
        reply("", 503),
        reply(lambda handler: handler.connection.close()),
        reply(HEADER + GOOD, headers={"Content-Length": "9999"}),
        reply(HEADER + GOOD),
    )
    assert materialize("customers").success
    assert len(export.requests) == 4


def test_retry_after_is_respected(export, materialize, reply, before):
    export.answer("/customers.csv", reply("", 429, {"Retry-After": "1"}), reply(HEADER + GOOD))
    began = time.monotonic()
    assert materialize("customers").success
    assert 1.0 <= time.monotonic() - began < 5


def test_long_retry_after_fails_at_once(export, materialize, reply, fails):
    export.answer("/customers.csv", reply("", 429, {"Retry-After": "3600"}))
    run = materialize("customers")
    fails(run, "HTTP status 429", "retry after 3600 s")
    assert len(export.requests) == 1


@pytest.mark.parametrize("refusal", [(401, "password"), (404, "path"), (410, "Check")])
def test_client_errors_are_not_retried(export, materialize, reply, fails, refusal):
    status, mend = refusal
    export.answer("/customers.csv", reply("no", status))
    fails(materialize("customers"), f"HTTP status {status}", mend)
    assert len(export.requests) == 1


@pytest.mark.parametrize(
    "case",
    [
        ("<!doctype html><title>Sign in</title>", ["HTML", "Sign in"]),
        ("", ["is empty"]),
        ("\n \n", ["is empty"]),
        (HEADER, ["no rows"]),
        (
            "id,first_name,last_name,mail,country,signed_up_on\n1,A,B,C,DE,D\n",
            ["`email`", "`mail`"],
        ),
        (HEADER.replace("country", "id") + GOOD, ["`country`"]),
        (HEADER.replace("\n", ",id\n") + GOOD, ["`id` more than once"]),
        ((HEADER + "1,José,B,a@b.example,ES,2024-01-01\n").encode("latin-1"), ["UTF-8", "0xe9"]),
        ((HEADER + GOOD).encode("utf-16"), ["UTF-8", "0xff"]),
        (HEADER + GOOD + '3,"A,B,a@b.example,DE,2024-01-01\n', ["cannot be read as CSV"]),
    ],
    ids=[
        "html",
        "empty",
        "blank",
        "no-rows",
        "renamed",
        "missing",
        "twice",
        "latin",
        "utf16",
        "quote",
    ],
)
def test_invalid_export_is_rejected(export, materialize, reply, fails, case):
    body, words = case
    export.answer("/customers.csv", reply(body))
    fails(materialize("customers"), *words)
    assert len(export.requests) == 1


def test_truncated_download_is_an_error(export, materialize, reply, fails):
    export.answer("/customers.csv", reply(HEADER + GOOD, headers={"Content-Length": "500"}))
    run = materialize("customers", retries=RetryPolicy(attempts=2, first_wait_seconds=0.01))
    fails(run, "bytes are missing")
    assert len(export.requests) == 2


def test_too_large_download_is_an_error(export, materialize, reply, fails):
    export.answer("/customers.csv", reply(HEADER + GOOD * 100_000))
    fails(materialize("customers", max_bytes=1_000_000), "larger than 1,000,000")


@pytest.mark.parametrize("url", ["ftp://x/customers.csv", "customers.csv", "http:///customers.csv"])
def test_invalid_address_is_reported(materialize, fails, monkeypatch, url):
    monkeypatch.setenv("CUSTOMERS_URL", url)
    fails(materialize("customers"), "not an http:// or https:// address")


def test_without_an_address_the_demo_shop_serves_the_export(materialize, published):
    # The shop makes its rows while it is asked: on a busy machine that takes its time.
    run = materialize("customers", silence_seconds=60.0)
    assert run.success
    good, bad = (
        published.rows(f"select count(*) from jaffle_shop.{table}")[0][0]
        for table in ("raw_customers", "raw_customers_rejected")
    )
    assert good + bad >= 100
    assert published.rows("select count(*) from jaffle_shop.raw_customers where id <= 100") == [
        (100,)
    ]
    assert run.metadata["jaffle_shop/raw_customers"]["source"].startswith("http://127.0.0.1:")


def test_invalid_demo_shop_size_is_reported(materialize, monkeypatch):
    monkeypatch.setenv("DEMO_SHOP_ORDERS", "many")
    run = materialize("customers")
    assert not run.success
    assert "DEMO_SHOP_ORDERS" in run.message

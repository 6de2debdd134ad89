"""A step against an API that misbehaves: what it says, and what is left standing."""

from __future__ import annotations

import base64
import json
import shutil
import time

import pytest

KEYS = {"shop_public/users", "shop_public/orders"}


@pytest.fixture
def fails(api, destination, published_connector, environment, published):
    """After a good first run: the next one fails, says `words`, and the published rows stay."""
    shutil.copytree(published_connector, environment.data_dir)
    before = published.rows("from shop_public.orders order by id")
    assert len(before) == 3
    destination.execute("update shop_public.orders set status = 'new', _fivetran_synced = now()")
    api.another_sync()

    def check(run, *words):
        assert not run.success
        for word in words:
            assert word in run.message
        assert "s3cret" not in run.failure
        assert "UnboundLocalError" not in run.failure
        assert run.metadata == {}
        assert published.rows("from shop_public.orders order by id") == before

    return check


def test_account_is_called_with_the_environment_variables(api, destination, materialize):
    run = materialize("fivetran")
    assert run.success, run.failure
    sent = {request.headers["Authorization"] for request in api.server.requests}
    assert sent == {"Basic " + base64.b64encode(b"key-1:s3cret-1").decode()}
    description = run.metadata["shop_public/users"]["fivetran_api"]
    assert "Fivetran account at http://127.0.0.1" in description


def test_row_counts_and_sync_time_are_reported(api, destination, materialize, later):
    run = materialize("fivetran")
    assert set(run.metadata) == KEYS
    metadata = run.metadata["shop_public/orders"]
    assert metadata["dagster/row_count"] == metadata["rows_added"] == 3
    assert metadata["dagster-fivetran/sync_completed_at"] == metadata["sync_completed_at"]
    names = [column.name for column in metadata["dagster/column_schema"].columns]
    assert names[-2:] == ["_fivetran_deleted", "_fivetran_synced"]


def test_api_down_is_a_readable_error(fails, materialize, monkeypatch):
    monkeypatch.setenv("FIVETRAN_API_URL", "http://127.0.0.1:9/v1")
    fails(materialize("fivetran"), "http://127.0.0.1:9/v1 is unreachable", "connection refused")


def test_wrong_key_is_not_retried(fails, api, materialize, json_answer):
    wrong = {"code": "AuthFailed", "message": "Unauthorized"}
    api.server.answer("GET /v1/connectors/postgres", json_answer(wrong, 401))
    fails(materialize("fivetran"), "HTTP status 401 (AuthFailed: Unauthorized)", "FIVETRAN_API_KEY")
    assert len(api.server.requests) == 1


def test_connector_of_another_account_is_reported(fails, api, materialize, json_answer):
    gone = {"code": "NotFound_Connector", "message": "Cannot find connector"}
    api.server.answer("GET /v1/connectors/postgres", json_answer(gone, 404))
    fails(materialize("fivetran"), "HTTP status 404", "make fivetran-snapshot")
    assert len(api.server.requests) == 1


def test_temporary_server_errors_are_retried(api, destination, materialize, json_answer, reply):
    api.server.answer(
        "GET /v1/connectors/postgres",
        json_answer({}, 500),
        json_answer(api.details()),
        json_answer(api.details()),
        reply(lambda handler: handler.connection.close()),
        json_answer(api.details(succeeded_at="2026-01-01T12:05:00Z")),
    )
    assert materialize("fivetran").success


def test_lasting_server_error_ends_the_step(fails, api, materialize, json_answer):
    api.server.answer("GET /v1/connectors/postgres", json_answer({}, 502))
    fails(materialize("fivetran"), "HTTP status 502", "The error is Fivetran's")
    assert len(api.server.requests) == 4


def test_retry_after_of_the_api_is_respected(api, destination, materialize, json_answer, later):
    done = api.details(succeeded_at=later(1))
    api.server.answer(
        "GET /v1/connectors/postgres",
        json_answer({}, 429, **{"Retry-After": "1"}),
        *[json_answer(each) for each in (api.details(), api.details(), done)],
    )
    began = time.monotonic()
    assert materialize("fivetran").success
    assert time.monotonic() - began >= 1.0


def test_retry_after_of_an_hour_ends_the_step_at_once(fails, api, materialize, json_answer):
    api.server.answer(
        "GET /v1/connectors/postgres", json_answer({}, 429, **{"Retry-After": "3600"})
    )
    fails(materialize("fivetran"), "HTTP status 429", "in 3600 s")
    assert len(api.server.requests) == 1


def test_proxy_page_is_an_unexpected_response(fails, api, materialize, reply):
    api.server.answer("GET /v1/connectors/postgres", reply("<html>Sign in</html>"))
    fails(materialize("fivetran"), "Sign in", "FIVETRAN_API_URL")


def test_redirect_does_not_carry_the_credentials_away(fails, api, materialize, reply):
    elsewhere = {"Location": f"{api.server.url}/elsewhere"}
    api.server.answer("GET /v1/connectors/postgres", reply("", 302, elsewhere))
    fails(materialize("fivetran"), "never redirects")
    assert not api.server.asked("/elsewhere")


def test_response_without_a_field_is_reported(fails, api, materialize):
    details = api.details()
    del details["group_id"]
    api.connector(details)
    fails(materialize("fivetran"), "without 'group_id'")


def test_paused_connector_is_a_failure_not_a_success_without_data(fails, api, materialize):
    api.connector(api.details(paused=True))
    fails(materialize("fivetran"), "'postgres' is paused", "Enable it")
    assert not api.started()


def test_connector_paused_during_the_sync_ends_the_step(fails, api, materialize):
    api.connector(api.details(), api.details(), api.details(paused=True))
    fails(materialize("fivetran"), "'postgres' is paused")


@pytest.mark.parametrize("state", ["broken", "incomplete"])
def test_connector_with_incomplete_setup_is_reported(fails, api, materialize, state):
    tasks = [{"code": "reconnect", "message": "Reconnect"}]
    api.connector(api.details(status={"setup_state": state, "tasks": tasks}))
    fails(materialize("fivetran"), f"its setup is {state}", "reconnect: Reconnect")
    assert not api.started()


def test_failed_sync_reports_the_reason(fails, api, materialize, later):
    tasks = [{"code": "sync_error", "message": "Replication slot is gone"}]
    failed = api.details(failed_at=later(2), status={"tasks": tasks})
    api.connector(api.details(), api.details(), failed)
    fails(materialize("fivetran"), "sync_error: Replication slot is gone", "failed at")


def test_sync_that_never_ends_times_out(fails, api, materialize):
    api.connector(api.details(status={"sync_state": "syncing"}))
    run = materialize("fivetran", sync_timeout_seconds=0.2)
    fails(run, "has not ended within 0.2 s", "sync_timeout_seconds")
    assert api.polls() > 3


def test_poll_interval_is_configurable(api, destination, materialize, later):
    syncing = api.details(status={"sync_state": "syncing"})
    done = api.details(succeeded_at=later(1))
    api.connector(*[syncing] * 6, done)
    began = time.monotonic()
    assert materialize("fivetran").success
    assert time.monotonic() - began < 9
    assert api.polls() == 7


def test_times_without_a_zone_are_utc(api, destination, materialize, later):
    before = api.details(succeeded_at=later(0, zone=""))
    api.connector(before, before, api.details(succeeded_at=later(1, zone="")))
    run = materialize("fivetran")
    assert run.success, run.failure


def test_connector_that_never_synced_is_waited_for(api, destination, materialize, later):
    never = api.details(succeeded_at=None)
    api.connector(never, never, never, api.details(succeeded_at=later(1)))
    assert materialize("fivetran").success


def test_outage_during_a_sync_is_waited_for(api, destination, materialize, json_answer, later):
    outage = [json_answer({}, 503)] * 6  # more than one request's attempts
    details = [json_answer(each) for each in (api.details(), api.details())]
    done = json_answer(api.details(succeeded_at=later(1)))
    api.server.answer("GET /v1/connectors/postgres", *details, *outage, done)
    assert materialize("fivetran").success


def test_long_outage_ends_the_step(fails, api, materialize, json_answer):
    details = [json_answer(each) for each in (api.details(), api.details())]
    api.server.answer("GET /v1/connectors/postgres", *details, json_answer({}, 503))
    fails(materialize("fivetran", outage_timeout_seconds=0.1), "HTTP status 503")


def test_sync_postponed_for_long_ends_the_step(fails, api, materialize):
    status = {"sync_state": "rescheduled", "rescheduled_for": "2099-01-01T00:00:00Z"}
    api.connector(api.details(), api.details(), api.details(status=status))
    fails(materialize("fivetran"), "postponed the sync", "2099-01-01", "quota")


def test_sync_postponed_for_a_moment_is_waited_for(api, destination, materialize, later):
    soon = datetime_in(0.3)
    put_off = api.details(status={"sync_state": "rescheduled", "rescheduled_for": soon})
    api.connector(api.details(), api.details(), *[put_off] * 4, api.details(succeeded_at=later(1)))
    assert materialize("fivetran", sync_timeout_seconds=5).success
    assert len(api.started()) == 1


def test_postponed_sync_without_a_schedule_is_started(api, destination, materialize):
    past, done = datetime_in(-0.1), datetime_in(0)
    status = {"sync_state": "rescheduled", "rescheduled_for": past}
    put_off = api.details(schedule_type="manual", status=status)
    api.connector(api.details(), api.details(), *[put_off] * 3, api.details(succeeded_at=done))
    assert materialize("fivetran").success
    assert len(api.started()) == 2


def test_schedule_of_the_connector_is_kept(api, destination, materialize):
    assert materialize("fivetran").success
    assert not api.server.asked("/v1/connectors/postgres", "PATCH")


def test_schedule_of_the_connector_is_disabled_on_request(api, destination, materialize):
    assert materialize("fivetran", disable_schedule_on_trigger=True).success
    [patch] = api.server.asked("/v1/connectors/postgres", "PATCH")
    assert json.loads(patch.body) == {"schedule_type": "manual"}


def test_running_sync_is_joined_and_not_restarted(api, destination, materialize):
    assert materialize("fivetran").success
    [start] = api.started()
    assert json.loads(start.body) == {"force": False}


def test_resync_of_some_tables_names_them_to_the_api(api, destination, materialize, json_answer):
    path = "/v1/connectors/postgres/schemas/tables/resync"
    api.server.answer(path, json_answer({}))
    config = {"resync": True, "resync_parameters": {"public": ["orders"]}}
    assert materialize("fivetran", config=config).success
    [resync] = api.server.asked(path, "POST")
    assert json.loads(resync.body) == {"public": ["orders"]}
    assert not api.started()


def test_table_disabled_after_load_is_a_failure(fails, api, materialize):
    api.schemas(users=True, orders=False)
    run = materialize("fivetran")
    fails(run, "shop_public/orders (public.orders)", "make fivetran-snapshot")


def test_table_disabled_does_not_stop_the_others(api, destination, materialize):
    api.schemas(users=True, orders=False)
    run = materialize("fivetran", selection=["shop_public/users"])
    assert run.success, run.failure
    assert set(run.metadata) == {"shop_public/users"}


def test_table_added_by_the_sync_is_logged_without_an_event(api, destination, materialize, capfd):
    api.schemas(users=True, orders=True, refunds=True)
    run = materialize("fivetran")
    assert set(run.metadata) == KEYS
    [asked] = api.server.asked("/v1/connectors/postgres/schemas")
    assert api.server.requests[-1] is asked, "asked before the sync that adds the table"
    assert "shop_public/refunds, for which there is no asset" in capfd.readouterr().err


def test_table_missing_in_the_destination_is_a_failure(fails, destination, materialize):
    destination.execute("drop table shop_public.orders")
    fails(materialize("fivetran"), "no table shop_public.orders", "FIVETRAN_DESTINATION_URL")


def test_table_of_another_program_is_a_failure(fails, destination, materialize):
    destination.execute("create or replace table shop_public.orders as select 1 as id")
    fails(materialize("fivetran"), "no column _fivetran_synced")


def test_repeated_key_is_a_failure_without_duplicate_rows(fails, destination, materialize):
    destination.execute("insert into shop_public.orders from shop_public.orders")
    fails(materialize("fivetran"), "3 rows more than keys (id)", "make fivetran-snapshot")


def test_destination_not_configured_fails_before_the_sync(fails, api, materialize, monkeypatch):
    monkeypatch.delenv("FIVETRAN_DESTINATION_URL")
    fails(materialize("fivetran"), "FIVETRAN_DESTINATION_URL is not set")
    assert not api.server.requests


def test_unsupported_destination_is_reported(fails, materialize, monkeypatch):
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", "snowflake://me:s3cret@host/db")
    fails(materialize("fivetran"), "snowflake://***@host/db", "postgresql://")


def test_missing_destination_file_is_reported(fails, materialize, monkeypatch):
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", "duckdb:///nowhere/at/all.duckdb")
    fails(materialize("fivetran"), "/nowhere/at/all.duckdb does not exist")


def test_half_a_pair_of_credentials_names_the_other_half(fails, materialize, monkeypatch):
    monkeypatch.delenv("FIVETRAN_API_SECRET")
    fails(materialize("fivetran"), "FIVETRAN_API_KEY is set and FIVETRAN_API_SECRET is not")


def datetime_in(seconds: float) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()

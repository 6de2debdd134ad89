"""Fault scripts have exactly the effects that they declare."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
import requests

from fivetran_local import ApiFault, DeclarationError, SyncFault, serve
from fivetran_local.faults.script import read_faults

from .conftest import ApiClient


@pytest.fixture
def faulty(config, shop, tmp_path):
    @contextmanager
    def start(*faults):
        variables = {"SHOP": str(shop.file)}
        with serve(config, tmp_path / "state", variables=variables, faults=faults) as server:
            yield ApiClient(server)

    return start


def test_requests_fail_as_often_as_declared(faulty):
    script = [
        ApiFault(request="GET connections/*/schemas", skip=1, times=2, status=404),
        ApiFault(request="GET groups", times=None, status=401),
        ApiFault(request="GET destinations/*", status=503, html=True),
        ApiFault(request="* users", status=429, retry_after=7),
    ]
    with faulty(*script) as api:
        statuses = [api("GET", "connectors/postgres/schemas").status_code for _ in range(4)]
        assert statuses == [200, 404, 404, 200]
        for _ in range(3):
            assert api("GET", "groups").json()["code"] == "AuthFailed"
        page = api("GET", "destinations/local_warehouse")
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        limited = api("GET", "users")
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
        assert api("GET", "users").status_code == 200


def test_slow_answer_is_correct_and_a_reset_closes_the_connection(faulty):
    script = [
        ApiFault(request="GET groups", delay_seconds=0.3),
        ApiFault(request="POST connections/*/force", reset=True),
    ]
    with faulty(*script) as api:
        started = time.monotonic()
        assert api("GET", "groups").status_code == 200
        assert time.monotonic() - started >= 0.3
        with pytest.raises(requests.ConnectionError, match="reset"):
            api("POST", "connectors/postgres/force")
        assert api.data("connectors/postgres")["succeeded_at"] is None
        assert api.sync("force")["succeeded_at"]


def test_sync_that_fails_after_some_rows_writes_nothing(faulty):
    with faulty(SyncFault(sync="postgres", skip=1, fail_after_rows=50)) as api:
        api.sync()
        before = api.rows("select max(_fivetran_synced) from shop_public.orders")
        details = api.sync("resync")
        assert details["failed_at"] > details["succeeded_at"]
        assert "failed after 50 rows" in details["status"]["tasks"][0]["details"]
        assert api.rows("select max(_fivetran_synced) from shop_public.orders") == before
        assert api.sync()["succeeded_at"] > details["failed_at"]


def test_rescheduled_sync_neither_succeeds_nor_fails_and_runs_on_the_next_trigger(faulty):
    with faulty(SyncFault(sync="postgres", reschedule_seconds=60)) as api:
        api("PATCH", "connections/postgres", {"schedule_type": "manual"})
        api("POST", "connections/postgres/sync")
        deadline = time.monotonic() + 60
        while (status := api.data("connections/postgres")["status"])["sync_state"] != "rescheduled":
            assert time.monotonic() < deadline
        assert status["rescheduled_for"] > "2024"
        assert api.completed_at() == ""
        details = api.sync()
        assert details["succeeded_at"]
        assert details["status"]["rescheduled_for"] is None


def test_rescheduled_sync_runs_automatically_with_an_automatic_schedule(faulty):
    with faulty(SyncFault(sync="postgres", reschedule_seconds=0.2)) as api:
        assert api.sync()["succeeded_at"]


def test_sync_of_a_connection_that_gets_paused_never_completes(faulty):
    with faulty(SyncFault(sync="postgres", pause=True)) as api:
        api("POST", "connections/postgres/sync")
        deadline = time.monotonic() + 60
        while api.data("connections/postgres")["status"]["sync_state"] != "paused":
            assert time.monotonic() < deadline
        assert api.completed_at() == ""


def test_table_removed_before_the_sync_is_marked_and_not_synced(faulty):
    with faulty(SyncFault(sync="postgres", remove_table="public.orders")) as api:
        assert api.data("connections/postgres/schemas")["schemas"]["public"]["tables"]["orders"][
            "enabled"
        ]
        assert api.sync()["status"]["tasks"] == []
        assert api.rows("select table_name from information_schema.tables") == [("users",)]
        orders = api.data("connections/postgres/schemas")["schemas"]["public"]["tables"]["orders"]
        assert orders["enabled"] is False
        assert orders["enabled_patch_settings"]["reason_code"] == "DELETED"


def test_script_is_read_from_yaml_and_errors_name_the_file(tmp_path):
    file = tmp_path / "faults.yaml"
    file.write_text(
        "- {request: GET connections/*, status: 500}\n- {sync: postgres, fail_after_rows: 5}\n"
    )
    assert [type(fault) for fault in read_faults(file)] == [ApiFault, SyncFault]
    for wrong in (
        "- {request: GET groups}",
        "- {sync: a}",
        "- {request: groups, status: 500}",
        "7",
        ":",
    ):
        file.write_text(wrong)
        with pytest.raises(DeclarationError, match=r"faults\.yaml: is not a fault script"):
            read_faults(file)

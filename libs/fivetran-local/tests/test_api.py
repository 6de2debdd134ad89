"""Answers of the API that clients of the real API rely on."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest

from fivetran_local import serve

from .conftest import DECLARATION, ApiClient


def test_wrong_or_missing_credentials_are_refused(untouched_api):
    for auth in (("fivetran-local", "wrong"), ("", "")):
        response = untouched_api("GET", "groups", auth=auth)
        assert response.status_code == 401
        assert response.json()["code"] == "AuthFailed"
    assert untouched_api("GET", "nowhere", auth=("a", "b")).status_code == 401


def test_every_valid_authorization_header_is_accepted_and_others_are_refused(untouched_api):
    server = untouched_api.server
    good = b64encode(f"{server.api_key}:{server.api_secret}".encode()).decode()
    lonely = b64encode(b"key-without-colon").decode()
    for header, status in (
        (f"Basic {good}", 200),
        (f"basic  {good}", 200),
        (f"Bearer {good}", 401),
        (f"Basic {lonely}", 401),
        ("Basic", 401),
        ("Basic \u00f6%", 401),
    ):
        sent = {"authorization": header.encode("latin-1")}
        # A function as `auth`: otherwise `requests` looks for other credentials.
        response = untouched_api("GET", "groups", headers=sent, auth=lambda request: request)
        assert response.status_code == status, header


@pytest.mark.parametrize("noun", ["connections", "connectors"])
def test_connections_and_connectors_have_the_same_answers(untouched_api, noun):
    listed = untouched_api.data(noun)["items"]
    assert [item["id"] for item in listed] == ["postgres"]
    assert untouched_api.data(f"groups/local_warehouse/{noun}")["items"] == listed
    assert untouched_api.data(f"{noun}/postgres")["schema"] == "shop"
    assert set(untouched_api.data(f"{noun}/postgres/schemas")["schemas"]["public"]["tables"]) == {
        "users",
        "orders",
    }
    assert untouched_api("GET", f"{noun}/postgres/").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "connections/unknown", 404, "NotFound_Connection"),
        ("POST", "connectors/unknown/force", 404, "NotFound_Connector"),
        ("GET", "groups/unknown", 404, "NotFound_Group"),
        ("GET", "groups/unknown/connectors", 404, "NotFound_Group"),
        ("GET", "destinations/unknown", 404, "NotFound_Destination"),
        ("GET", "users/unknown", 404, "NotFound_User"),
        ("POST", "connections/postgres/schemas/public/tables/x/resync", 404, "NotFound_Table"),
        ("GET", "connections/postgres/schemas/public/tables/x/columns", 404, "NotFound_Table"),
        (
            "GET",
            "connections/postgres/schemas/shop_public/tables/users/columns",
            404,
            "NotFound_Table",
        ),
        ("GET", "nowhere", 404, "NotFound"),
        ("DELETE", "connections", 405, "MethodNotAllowed"),
        ("GET", "connections/postgres/sync", 405, "MethodNotAllowed"),
        ("GET", "connections?limit=0", 400, "InvalidInput"),
        ("GET", "connections?limit=1001", 400, "InvalidInput"),
        ("GET", "connections?limit=ten", 400, "InvalidInput"),
        ("GET", "connections?cursor=%21", 400, "InvalidInput"),
        ("GET", "connections?cursor=eyJza2lwIjoxfQ", 400, "InvalidInput"),
        ("PATCH", "connections/postgres", 400, "InvalidInput"),
        ("POST", "connections/postgres/schemas/tables/resync", 400, "InvalidInput"),
    ],
)
def test_invalid_request_gets_its_status_and_code(untouched_api, method, path, status, code):
    response = untouched_api(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"]


def test_bodies_that_are_not_json_objects_are_refused(api):
    def post(content: str | bytes, content_type: str | None = "application/json") -> int:
        headers = {"content-type": content_type} if content_type else {}
        return api("POST", "connections/postgres/sync", data=content, headers=headers).status_code

    assert post("{") == 400
    assert post("[]") == 400
    assert post('{"force": "yes"}') == 400
    assert post("force=true", "application/x-www-form-urlencoded") == 415
    assert post(b'{"force": false}', None) == 415, "documented: missing counts as wrong"
    assert post(b"", "text/plain") == 415
    assert post(b"", None) == 200, "a POST without a body needs no type"
    assert post("null") == 200, "what some clients write for no body"
    assert post("{}", "Application/JSON; version=2") == 200


def test_media_types_other_than_json_are_not_acceptable(untouched_api):
    assert untouched_api("GET", "groups", headers={"accept": "text/html"}).status_code == 406


def test_pages_contain_every_connection_once(shop, tmp_path):
    one = DECLARATION.partition("connectors:\n")[2]
    many = "".join(
        one.replace("id: postgres", f"id: c{i}").replace("prefix: shop", f"prefix: s{i}")
        for i in range(7)
    )
    config = tmp_path / "many.yaml"
    config.write_text("connectors:\n" + many)
    with serve(config, tmp_path / "many", variables={"SHOP": str(shop.file)}) as server:
        api = ApiClient(server)
        seen, query = [], "limit=3"
        while True:
            page = api.data(f"groups/local_warehouse/connections?{query}")
            seen += [item["id"] for item in page["items"]]
            assert "=" not in page.get("next_cursor", "")
            if "next_cursor" not in page:
                break
            query = f"limit=3&cursor={page['next_cursor']}"
        assert seen == [f"c{i}" for i in range(7)]
        assert [c["id"] for c in api.data("connections?schema=s4")["items"]] == ["c4"]
        assert api.data("connections?group_id=unknown")["items"] == []


def test_schema_config_exists_before_the_first_sync(untouched_api):
    config = untouched_api.data("connectors/postgres/schemas")
    assert config["schema_change_handling"] == "ALLOW_ALL"
    schema = config["schemas"]["public"]
    assert schema["name_in_destination"] == "shop_public"
    assert schema["tables"]["orders"]["name_in_destination"] == "orders"
    assert schema["tables"]["orders"]["columns"] == {}
    columns = untouched_api.data("connectors/postgres/schemas/public/tables/orders/columns")[
        "columns"
    ]
    assert columns["id"]["is_primary_key"] is True
    assert columns["amount"] == {
        "name_in_destination": "amount",
        "enabled": True,
        "hashed": False,
        "enabled_patch_settings": {"allowed": True},
        "is_primary_key": False,
    }


def test_excluded_tables_and_columns_are_not_synced_and_hashed_values_are_unreadable(api):
    patch = {
        "schemas": {
            "public": {
                "enabled": True,
                "tables": {
                    "orders": {"enabled": False},
                    "users": {
                        "enabled": True,
                        "columns": {
                            "signed_up": {"enabled": False},
                            "email": {"enabled": True, "hashed": True},
                        },
                    },
                },
            }
        }
    }
    response = api("PATCH", "connections/postgres/schemas", patch)
    tables = response.json()["data"]["schemas"]["public"]["tables"]
    assert tables["orders"]["enabled"] is False
    assert set(tables["users"]["columns"]) == {"signed_up", "email"}
    api.sync()
    assert api.rows("select table_name from information_schema.tables") == [("users",)]
    columns = api.rows("describe shop_public.users")
    assert [column[0] for column in columns] == [
        "id",
        "email",
        "updated_at",
        "_fivetran_deleted",
        "_fivetran_synced",
    ]
    assert api.rows("select count(*) from shop_public.users where email like '%@%'") == [(0,)]
    assert api.rows("select count(distinct email) from shop_public.users") == [(10,)]

    api("PATCH", "connections/postgres/schemas/public/tables/orders", {"enabled": True})
    columns = {"columns": {"signed_up": {"enabled": True}}}
    api("PATCH", "connections/postgres/schemas/public", {"tables": {"users": columns}})
    api.sync()
    assert api.rows("select count(*) from shop_public.orders") == [(100,)]
    assert api.rows("select count(signed_up) from shop_public.users") == [(10,)]


def test_changes_of_a_disabled_table_arrive_after_it_is_enabled_again(api, shop):
    api.sync()
    path = "connections/postgres/schemas/public/tables/orders"
    api("PATCH", path, {"enabled": False})
    shop.add_order(101, "placed", "1.00", "2025-01-01T00:00:00Z")
    shop.execute("delete from orders where id = 1")
    api.sync()
    assert api.rows("select count(*) from shop_public.orders") == [(100,)]
    api("PATCH", path, {"enabled": True})
    api.sync()
    assert api.rows(
        "select id from shop_public.orders where id = 101 or _fivetran_deleted order by id"
    ) == [(1,), (101,)]


def test_missing_declared_table_is_a_warning(shop, tmp_path):
    config = tmp_path / "connectors.yaml"
    config.write_text(DECLARATION.replace("orders:", "order:"))
    with serve(config, tmp_path / "state", variables={"SHOP": str(shop.file)}) as server:
        (warning,) = ApiClient(server).sync()["status"]["warnings"]
    assert warning["details"] == "The declaration names table 'order'; did you mean 'orders'?"


def test_key_columns_cannot_be_excluded_and_unknown_names_are_not_found(api):
    path = "connections/postgres/schemas/public/tables/users"
    response = api("PATCH", path, {"columns": {"id": {"enabled": False}}})
    assert (response.status_code, response.json()["code"]) == (400, "InvalidInput")
    for name, body in (
        ("Column", {"columns": {"ID": {"enabled": False}}}),
        ("Column", {"columns": {"email": {"enabled": False}, "x": {"enabled": False}}}),
    ):
        response = api("PATCH", path, body)
        assert (response.status_code, response.json()["code"]) == (404, f"NotFound_{name}")
    columns = api.data(f"{path}/columns")["columns"]
    assert columns["email"]["enabled"], "a patch with one unknown name changes nothing"


def test_settings_are_changed_and_kept(api, config, shop, tmp_path):
    patch = {"schedule_type": "manual", "sync_frequency": 1440, "daily_sync_time": "14:00"}
    assert api("PATCH", "connectors/postgres", patch).status_code == 200
    with serve(config, tmp_path / "state", variables={"SHOP": str(shop.file)}) as second:
        details = ApiClient(second).data("connections/postgres")
    assert {name: details[name] for name in patch} == patch
    for wrong in ({"sync_frequency": 7}, {"paused": "no"}, {"daily_sync_time": "14:30"}):
        assert api("PATCH", "connectors/postgres", wrong).status_code == 400


def test_requests_without_required_fields_are_refused(untouched_api):
    """A test requires a body, which may be empty; an update requires at least one setting."""
    assert untouched_api("POST", "connections/postgres/test").status_code == 400
    assert untouched_api("POST", "connections/postgres/test", {}).status_code == 200
    control = {"run_setup_tests": False}
    assert untouched_api("PATCH", "connections/postgres", control).status_code == 400
    for nothing in ({"unknown": 1}, {"paused": None}):
        assert untouched_api("PATCH", "connections/postgres", nothing).status_code == 400
    both = {**control, "paused": False}
    assert untouched_api("PATCH", "connections/postgres", both).status_code == 200


def test_update_runs_the_setup_tests_unless_they_are_disabled(api, shop):
    """`run_setup_tests` is documented as true by default."""
    patched = api("PATCH", "connections/postgres", {"paused": False}).json()["data"]
    assert [test["status"] for test in patched["setup_tests"]] == ["PASSED"]
    shop.file.unlink()
    for untested in (False, "false"):
        body = {"paused": False, "run_setup_tests": untested}
        patched = api("PATCH", "connections/postgres", body).json()["data"]
        assert (patched["setup_tests"], patched["status"]["setup_state"]) == ([], "connected")
    patched = api("PATCH", "connections/postgres", {"paused": False}).json()["data"]
    assert patched["setup_tests"][0]["status"] == "FAILED"
    assert patched["status"]["setup_state"] == "broken"


def test_settings_as_text_and_nulls_are_accepted_as_by_the_real_api(api):
    body = {"paused": "TRUE", "sync_frequency": "720", "schedule_type": None, "config": {}}
    patched = api("PATCH", "connections/postgres", body).json()["data"]
    assert (patched["paused"], patched["sync_frequency"]) == (True, 720)
    assert patched["schedule_type"] == "auto"
    api("PATCH", "connections/postgres", {"paused": "false"})
    assert api("POST", "connections/postgres/sync", {"force": None}).status_code == 200
    assert api("POST", "connections/postgres/resync", {"scope": None}).status_code == 200
    reload = {"exclude_mode": None}
    assert api("POST", "connections/postgres/schemas/reload", reload).status_code == 200
    table = {"enabled": True, "sync_mode": None, "columns": None}
    path = "connections/postgres/schemas/public"
    assert api("PATCH", path, {"enabled": None, "tables": {"users": table}}).status_code == 200


def test_only_the_details_of_a_destination_contain_its_config(untouched_api):
    (listed,) = untouched_api.data("destinations")["items"]
    assert "config" not in listed
    assert untouched_api.data("destinations/local_warehouse")["config"]


def test_names_with_slashes_and_other_letters_are_found_when_encoded(api, shop):
    shop.execute('create table "in/out größe %41" (id integer primary key)')
    api("POST", "connections/postgres/schemas/reload")
    path = f"connections/postgres/schemas/public/tables/{quote('in/out größe %41', safe='')}"
    assert set(api.data(f"{path}/columns/")["columns"]) == {"id"}
    assert api("PATCH", path, {"enabled": False}).status_code == 200
    tables = api.data("connections/postgres/schemas")["schemas"]["public"]["tables"]
    assert tables["in/out größe %41"]["enabled"] is False


def test_path_of_one_table_triggers_its_resync(api):
    first = api.sync()
    assert first["status"]["is_historical_sync"] is False
    api.sync("schemas/public/tables/users/resync")


def test_paused_connection_refuses_a_sync_and_postpones_a_resync(api):
    api.sync()
    since = api.completed_at()
    assert api("PATCH", "connections/postgres", {"paused": True}).status_code == 200
    assert api.data("connections/postgres")["status"]["sync_state"] == "paused"
    assert api("POST", "connections/postgres/force").status_code == 409
    assert api("POST", "connections/postgres/resync").status_code == 200
    assert api.completed_at() == since
    api("PATCH", "connections/postgres", {"paused": False})
    assert api.wait(since)["succeeded_at"] > since


def test_reload_selects_new_tables_according_to_schema_change_handling(api, shop):
    api.data("connections/postgres/schemas")
    api("PATCH", "connections/postgres/schemas", {"schema_change_handling": "ALLOW_COLUMNS"})
    shop.execute("create table refunds (id integer primary key)")
    shop.execute("alter table users add column plan text")
    api("POST", "connections/postgres/schemas/reload")
    tables = api.data("connections/postgres/schemas")["schemas"]["public"]["tables"]
    assert tables["refunds"]["enabled"] is False
    path = "connections/postgres/schemas/public/tables/users/columns"
    assert api.data(path)["columns"]["plan"]["enabled"] is True

    api("PATCH", "connections/postgres/schemas", {"schema_change_handling": "BLOCK_ALL"})
    shop.execute("alter table users add column city text")
    shop.execute("drop table refunds")
    api("POST", "connections/postgres/schemas/reload")
    assert api.data(path)["columns"]["city"]["enabled"] is False
    tables = api.data("connections/postgres/schemas")["schemas"]["public"]["tables"]
    assert tables["refunds"]["enabled_patch_settings"] == {
        "allowed": False,
        "reason_code": "DELETED",
    }
    table = "connections/postgres/schemas/public/tables/refunds"
    assert api("PATCH", table, {"enabled": True}).json()["code"] == "InvalidInput"
    assert api("PATCH", table, {"enabled": False}).status_code == 200, "it is disabled already"


def test_setup_test_reports_the_problem_of_the_source(api, shop):
    passed = api("POST", "connections/postgres/test", {}).json()["data"]["setup_tests"]
    assert passed[0]["status"] == "PASSED"
    shop.file.unlink()
    failed = api("POST", "connections/postgres/test", {}).json()["data"]["setup_tests"]
    assert failed[0]["status"] == "FAILED"
    assert "no such file" in failed[0]["message"]

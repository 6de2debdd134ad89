"""The committed snapshot: taken from the API, compared with it, and the same keys as a run's."""

from __future__ import annotations

import json

import dagster as dg
import pytest

from ingestion import fivetran_snapshot
from ingestion.fivetran.column_schema import column_schema
from ingestion.fivetran.column_types import work_file_type
from ingestion.fivetran.errors import InvalidSnapshot
from ingestion.fivetran.snapshot import SNAPSHOT_FILE, read_snapshot, table_key

METADATA = "/v1/metadata/connectors/postgres/"


@pytest.fixture
def file(tmp_path):
    copy = tmp_path / "snapshot.json"
    copy.write_bytes(SNAPSHOT_FILE.read_bytes())
    return copy


@pytest.fixture
def account(api, json_answer):
    """An account whose one connector is as the committed snapshot says."""
    snapshot = read_snapshot()
    config = {"schemas": json.loads(SNAPSHOT_FILE.read_text())["schemas"]}
    tables = config["schemas"]["public"]["tables"]
    for name, table in tables.items():
        columns = json_answer({"columns": dict(table["columns"])})
        api.server.answer(columns_path("public", name), columns)
        table["columns"] = {}  # the API's own schema configuration has only changed columns
    api.server.answer("/v1/groups", json_answer({"items": [{"id": "local_warehouse"}]}))
    api.server.answer(
        "/v1/groups/local_warehouse/connectors", json_answer({"items": [api.details()]})
    )
    destination = {"id": "local_warehouse", "service": snapshot.destination_service}
    api.server.answer("/v1/destinations/local_warehouse", json_answer(destination))
    metadata = {"schemas": [{"id": "s", "name_in_source": "public"}], "tables": [], "columns": []}
    for name, table in snapshot.schemas["public"]["tables"].items():
        metadata["tables"].append({"id": name, "parent_id": "s", "name_in_source": name})
        metadata["columns"] += [
            {"parent_id": name, "name_in_source": column, "type_in_destination": told["type"]}
            for column, told in table["columns"].items()
        ]
    for what, items in metadata.items():
        api.server.answer(METADATA + what, json_answer({"items": items}))
    api.metadata = metadata
    api.config = config
    api.answer_config = lambda: api.server.answer(
        "GET /v1/connectors/postgres/schemas", json_answer(config)
    )
    api.answer_config()
    api.refuse = lambda path, body, status: api.server.answer(path, json_answer(body, status))
    return api


def columns_path(schema, table):
    return f"/v1/connectors/postgres/schemas/{schema}/tables/{table}/columns"


def run(capsys, action, file):
    code = fivetran_snapshot.main([action, "--file", str(file)])
    return code, "".join(capsys.readouterr())


def test_committed_snapshot_equals_the_local_fivetran(capsys):
    code, text = run(capsys, "check", SNAPSHOT_FILE)
    assert code == 0, text
    assert "2 tables" in text


def test_refresh_of_an_unchanged_schema_changes_no_byte(account, capsys, file):
    before = file.read_bytes()
    code, text = run(capsys, "refresh", file)
    assert (code, file.read_bytes()) == (0, before), text
    assert "is up to date: 2 tables." in text


def test_drift_is_listed_by_table_and_column(account, capsys, file, json_answer):
    tables = account.config["schemas"]["public"]["tables"]
    tables["refunds"] = {"name_in_destination": "refunds", "enabled": True}
    tables["users"]["enabled"] = False
    account.answer_config()
    new = {"id": {"name_in_destination": "id", "enabled": True, "is_primary_key": True}}
    account.server.answer(columns_path("public", "refunds"), json_answer({"columns": new}))
    orders = read_snapshot().schemas["public"]["tables"]["orders"]["columns"]
    changed = {name: column for name, column in orders.items() if name != "channel"}
    changed["note"] = {"name_in_destination": "note_", "enabled": True}
    changed["status"] = {**orders["status"], "is_primary_key": True}
    changed["amount"] = {**orders["amount"], "enabled": False}
    account.server.answer(columns_path("public", "orders"), json_answer({"columns": changed}))
    before = file.read_bytes()
    code, text = run(capsys, "check", file)
    assert code == 1
    for line in (
        "- column shop_public/orders.amount",
        "- column shop_public/orders.channel",
        "+ column shop_public/orders.note_",
        "~ primary key of shop_public/orders: id -> id, status",
        "+ table shop_public/refunds",
        "- table shop_public/users",
        "make fivetran-snapshot",
    ):
        assert line in text
    assert file.read_bytes() == before
    code, text = run(capsys, "refresh", file)
    assert (code, "was written: 6 changes." in text) == (0, True), text
    assert run(capsys, "check", file)[0] == 0


def test_changed_type_is_drift_and_a_synonym_is_not(account, capsys, file, json_answer):
    words = {"amount": "NUMERIC(14,2)", "ordered_at": "timestamptz", "status": "varchar(256)"}
    for column in account.metadata["columns"]:
        column["type_in_destination"] = words.get(
            column["name_in_source"], column["type_in_destination"]
        )
    account.server.answer(METADATA + "columns", json_answer({"items": account.metadata["columns"]}))
    code, text = run(capsys, "check", file)
    assert code == 1
    assert "~ type of shop_public/orders.amount: DECIMAL(12,2) -> DECIMAL(14,2)" in text
    assert text.count("~") == 1


@pytest.mark.parametrize("status", [403, 404])
def test_types_come_from_the_destination_where_the_plan_has_no_metadata(
    account, capsys, file, destination, status
):
    destination.execute("alter table shop_public.orders drop column ordered_at")
    refused = {"code": "NotFound", "message": "Not part of this plan"}
    account.refuse(METADATA + "schemas", refused, status)
    code, text = run(capsys, "check", file)
    assert (code, "2 tables" in text) == (0, True), text
    destination.execute("alter table shop_public.orders alter amount type decimal(20,4)")
    assert run(capsys, "refresh", file)[0] == 0
    types = {
        column.name: column.type
        for table in read_snapshot(file).tables
        if table.key.path[1] == "orders"
        for column in table.columns
    }
    assert types["amount"] == "DECIMAL(20,4)"
    assert types["ordered_at"] == "TIMESTAMP WITH TIME ZONE"


def test_imprecise_type_of_the_api_replaces_the_destinations(
    account, capsys, file, destination, json_answer
):
    """A data lake's TIMESTAMP has a zone in its Delta tables: accepting it would never end."""
    for column in account.metadata["columns"]:
        if column["type_in_destination"].startswith("TIMESTAMP"):
            column["type_in_destination"] = "TIMESTAMP"
    account.server.answer(METADATA + "columns", json_answer({"items": account.metadata["columns"]}))
    code, text = run(capsys, "check", file)
    assert code == 0, text


def test_destination_without_tables_yet_hides_the_types_of_the_api(
    account, capsys, caplog, file, monkeypatch
):
    monkeypatch.setenv("FIVETRAN_DESTINATION_URL", f"duckdb://{file.parent}/none.duckdb")
    code, text = run(capsys, "check", file)
    assert code == 0, text
    assert "none.duckdb does not exist" in caplog.text
    account.refuse(METADATA + "schemas", {"code": "NotFound"}, 404)
    code, text = run(capsys, "check", file)
    assert (code, "none.duckdb does not exist" in text) == (1, True)


def test_history_mode_is_drift_and_changes_the_columns_and_the_key(account, capsys, file):
    account.config["schemas"]["public"]["tables"]["orders"]["sync_mode"] = "HISTORY"
    account.answer_config()
    code, text = run(capsys, "check", file)
    assert (code, "~ history mode of shop_public/orders: on" in text) == (1, True)
    assert run(capsys, "refresh", file)[0] == 0
    [orders] = [table for table in read_snapshot(file).tables if table.key.path[1] == "orders"]
    schema = column_schema(orders)
    assert [column.name for column in schema.columns][-4:] == [
        *("_fivetran_active", "_fivetran_start", "_fivetran_end", "_fivetran_synced")
    ]
    assert schema.constraints.other == ["primary key (id, _fivetran_start)"]
    assert not any(column.constraints.unique for column in schema.columns)


def test_order_of_columns_in_the_api_changes_no_byte(account, capsys, file, json_answer):
    before = file.read_bytes()
    orders = read_snapshot().schemas["public"]["tables"]["orders"]["columns"]
    account.server.answer(
        columns_path("public", "orders"),
        json_answer({"columns": dict(reversed(orders.items()))}),
    )
    assert run(capsys, "refresh", file)[0] == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("api_type", "duckdb_type"),
    [
        ("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),
        ("double precision", "DOUBLE"),
        ("character varying(20)", "VARCHAR"),
        ("numeric", "DECIMAL(38,18)"),
        ("jsonb", "JSON"),
        ("NUMBER(38,0)", "NUMBER(38,0)"),
        ("", ""),
    ],
)
def test_types_have_the_names_of_duckdb(api_type, duckdb_type):
    assert work_file_type(api_type) == duckdb_type


def test_columns_are_requested_by_source_names(account, capsys, file, json_answer):
    tables = account.config["schemas"]["public"]["tables"]
    tables["Order/Lines"] = {"name_in_destination": "order_lines", "enabled": True}
    account.answer_config()
    path = columns_path("public", "Order%2FLines")
    column = {"Id": {"name_in_destination": "id", "enabled": True, "is_primary_key": True}}
    account.server.answer(path, json_answer({"columns": column}))
    assert run(capsys, "refresh", file)[0] == 0
    assert account.server.asked(path)
    [table] = [each for each in read_snapshot(file).tables if each.key.path[1] == "order_lines"]
    assert (table.source, table.primary_key) == ("public.Order/Lines", ("id",))


def test_connectors_and_groups_of_all_pages_are_found(account, capsys, file, json_answer):
    def page(items, cursor):
        return json_answer({"items": items, **({"next_cursor": cursor} if cursor else {})})

    account.server.answer("/v1/groups", page([{"id": "g1"}], "a"), page([{"id": "g2"}], None))
    others = [account.details(id=f"c{n}", schema=f"s{n}") for n in range(28)]
    ours = account.details(group_id="local_warehouse")
    account.server.answer("/v1/groups/g1/connectors", page([], None))
    account.server.answer(
        "/v1/groups/g2/connectors",
        page(others[:10], "b"),
        page(others[10:20], "c"),
        page([*others[20:], ours], None),
    )
    code, text = run(capsys, "check", file)
    assert code == 0, text
    cursors = [request.path for request in account.server.asked("/v1/groups/g2/connectors")]
    assert ["cursor=b" in path or "cursor=c" in path for path in cursors] == [False, True, True]


def test_endless_paging_is_an_error(account, capsys, file, json_answer):
    account.server.answer("/v1/groups", json_answer({"items": [], "next_cursor": "same"}))
    code, text = run(capsys, "check", file)
    assert (code, "same page" in text) == (1, True)


def test_unknown_connector_is_an_error_with_a_suggestion(account, capsys, file, json_answer):
    other = account.details(schema="shops")
    account.server.answer("/v1/groups/local_warehouse/connectors", json_answer({"items": [other]}))
    before = file.read_bytes()
    code, text = run(capsys, "refresh", file)
    assert code == 1
    assert "'shop'" in text
    assert "Did you mean 'shops'?" in text
    assert file.read_bytes() == before


def test_two_connectors_of_one_name_are_an_error(account, capsys, file, json_answer):
    twins = [account.details(id="one"), account.details(id="two")]
    account.server.answer("/v1/groups/local_warehouse/connectors", json_answer({"items": twins}))
    code, text = run(capsys, "check", file)
    assert (code, "one, two" in text) == (1, True)


def test_connector_without_a_schema_is_an_error_and_not_no_assets(
    account, capsys, file, json_answer
):
    account.server.answer("GET /v1/connectors/postgres/schemas", json_answer({}))
    code, text = run(capsys, "refresh", file)
    assert (code, "has no schema yet" in text) == (1, True)


def test_refresh_rejects_a_name_with_a_dot(account, capsys, file, json_answer):
    tables = account.config["schemas"]["public"]["tables"]
    tables["a.b"] = {"name_in_destination": "a.b", "enabled": True}
    account.answer_config()
    account.server.answer(columns_path("public", "a.b"), json_answer({"columns": {}}))
    before = file.read_bytes()
    code, text = run(capsys, "refresh", file)
    assert (code, "must not contain a dot" in text) == (1, True)
    assert file.read_bytes() == before


def test_api_down_is_one_line_and_no_traceback(capsys, file, monkeypatch):
    monkeypatch.setenv("FIVETRAN_API_URL", "http://127.0.0.1:9/v1")
    code, text = run(capsys, "check", file)
    assert (code, "connection refused" in text) == (1, True)
    assert "Traceback" not in text


def test_one_credential_is_a_usage_error(capsys, file, monkeypatch):
    monkeypatch.setenv("FIVETRAN_API_SECRET", "s3cret")
    code, text = run(capsys, "check", file)
    assert (code, "FIVETRAN_API_KEY is not" in text, "s3cret" in text) == (2, True, False)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schemas": {}}'])
def test_broken_snapshot_names_the_command_to_fix_it(file, content):
    file.write_text(content)
    with pytest.raises(InvalidSnapshot, match="make fivetran-snapshot"):
        read_snapshot(file)


def test_missing_snapshot_is_written_by_refresh(account, capsys, file):
    file.unlink()
    with pytest.raises(InvalidSnapshot, match="make fivetran-snapshot"):
        read_snapshot(file)
    assert run(capsys, "refresh", file)[0] == 0
    assert read_snapshot(file) == read_snapshot()


@pytest.mark.parametrize("schema", ["public", "shop_public"])
def test_key_has_the_prefix_of_the_connector_once(schema):
    assert table_key("shop", schema, "users") == dg.AssetKey(["shop_public", "users"])


def test_schema_with_the_same_first_letters_is_prefixed():
    assert table_key("shop", "shopping", "users") == dg.AssetKey(["shop_shopping", "users"])


@pytest.mark.parametrize(("schema", "table"), [("public", "a.b"), ("pub.lic", "a")])
def test_name_with_a_dot_is_an_error(schema, table):
    with pytest.raises(InvalidSnapshot, match="must not contain a dot"):
        table_key("shop", schema, table)

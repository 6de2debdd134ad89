"""Definitions load from committed files alone, and say the right things."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg
import pytest

from ingestion.definitions import defs

LOAD = """
import socket
def refuse(*_, **__): raise OSError("a socket was opened while definitions loaded")
socket.socket.connect = socket.socket.bind = socket.getaddrinfo = refuse
import subprocess
subprocess.Popen.__init__ = refuse
import sys
from ingestion.definitions import defs
print(sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()))
late = {"pandera", "demo_shop", "fivetran_local", "uvicorn", "adbc_driver_postgresql", "deltalake"}
print(sorted(late.intersection(sys.modules)))
"""


@pytest.fixture
def definitions() -> dg.Definitions:
    return defs


def test_definitions_load_with_an_empty_environment_and_no_network(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={"HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    keys, late = done.stdout.splitlines()
    assert keys == str(
        [
            "jaffle_shop/raw_customers",
            "jaffle_shop/raw_customers_rejected",
            "shop_public/orders",
            "shop_public/users",
        ]
    )
    assert late == "[]", "imported although nothing runs"
    assert list(tmp_path.iterdir()) == []


def test_every_asset_has_owner_group_kind_pool_and_table(definitions):
    for asset in definitions.resolve_asset_graph().asset_nodes:
        spec = asset.to_asset_spec()
        assert spec.owners == ["team:ingestion"], spec.key
        assert spec.group_name == spec.key.path[0]
        assert spec.description
        assert spec.metadata["dagster/table_name"] == "ingestion." + ".".join(spec.key.path)
        assert asset.pools == {"warehouse_ingestion"}
    kinds = {
        node.key.path[-1]: node.kinds for node in definitions.resolve_asset_graph().asset_nodes
    }
    assert "python" in kinds["raw_customers"]
    assert "fivetran" in kinds["orders"]


def test_columns_have_types_and_the_key_its_constraints_at_load(definitions):
    """With a type missing, a consumer of another project can't be checked before it runs."""
    schemas = {
        node.key.to_user_string(): node.to_asset_spec().metadata["dagster/column_schema"].columns
        for node in definitions.resolve_asset_graph().asset_nodes
    }
    assert all(column.type for columns in schemas.values() for column in columns)
    orders = {column.name: column for column in schemas["shop_public/orders"]}
    assert [orders[name].type for name in ("id", "amount", "ordered_at")] == [
        *("BIGINT", "DECIMAL(12,2)", "TIMESTAMP WITH TIME ZONE")
    ]
    assert list(orders)[-2:] == ["_fivetran_deleted", "_fivetran_synced"]
    unique = {
        key: [column.name for column in columns if column.constraints.unique]
        for key, columns in schemas.items()
    }
    assert unique == {
        "jaffle_shop/raw_customers": ["id"],
        "jaffle_shop/raw_customers_rejected": ["row_number"],
        "shop_public/orders": ["id"],
        "shop_public/users": ["id"],
    }


def test_every_check_is_blocking(definitions):
    graph = definitions.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.asset_check_keys} == {
        "jaffle_shop/raw_customers:rejected_share",
        "shop_public/orders:columns_match_snapshot",
        "shop_public/users:columns_match_snapshot",
    }
    assert all(graph.get_check_spec(key).blocking for key in graph.asset_check_keys)


def test_no_secret_and_no_connector_page_is_part_of_a_definition(definitions):
    settings = {name: str(resource) for name, resource in (definitions.resources or {}).items()}
    assert "api_secret" not in settings["fivetran"]
    text = str([node.to_asset_spec() for node in definitions.resolve_asset_graph().asset_nodes])
    assert "fivetran.com/dashboard" not in text

"""dagster-fivetran's client: the private names that `StockClient` overrides."""

from __future__ import annotations

import inspect

from dagster_fivetran import FivetranWorkspace
from dagster_fivetran.resources import FivetranClient

from ingestion.fivetran.http_client import FivetranHttp
from ingestion.fivetran.stock_client import StockClient


def test_overridden_names_are_those_of_dagster_fivetran():
    assert isinstance(FivetranClient.api_base_url, property)
    stock, ours = (
        inspect.signature(one._make_request).parameters for one in (FivetranClient, StockClient)
    )
    assert list(stock) == list(ours)
    workspace = FivetranWorkspace(account_id="", api_key="", api_secret="")
    assert type(workspace.get_client()) is FivetranClient


def test_every_request_of_the_used_methods_goes_through_ours(server, json_answer):
    """A new method that calls `requests` directly would lose retries and the address."""
    server.answer("GET /v1/connectors/a", json_answer({"id": "a"}))
    server.answer("GET /v1/connectors/a/schemas", json_answer({"schemas": {}}))
    server.answer("PATCH /v1/connectors/a", json_answer({}))
    server.answer("GET /v1/destinations/d", json_answer({"service": "postgres"}))
    columns = "connectors/a/schemas/public/tables/users/columns"
    server.answer(f"GET /v1/{columns}", json_answer({"columns": {}}))
    client = StockClient(FivetranHttp(f"{server.url}/v1", "key", "secret"))
    assert client.get_connector_details("a") == {"id": "a"}
    assert client.get_schema_config_for_connector("a") == {"schemas": {}}
    assert client.update_schedule_type_for_connector("a", "manual") == {}
    assert client.get_destination_details("d") == {"service": "postgres"}
    assert client.get_columns_config_for_table("a", "public", "users") == {"columns": {}}

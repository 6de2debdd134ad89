"""Answers have the format that Fivetran publishes."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from fivetran_local.rest.application import operations

CONTRACT = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text())
CALLS = [
    {**operation, "call": operation["call"].replace("NOUN", noun)}
    for operation in CONTRACT["operations"]
    for noun in (("connections", "connectors") if "NOUN" in operation["call"] else ("connections",))
]


def check(operation, response):
    assert response.status_code == operation.get("status", 200), response.text
    body = response.json()
    assert set(body) <= {"code", "message", "data"}
    assert body["message"]
    assert ("data" in body) == ("data" in operation)
    if "data" in operation:
        schema = {"$ref": f"#/objects/{operation['data']}", "objects": CONTRACT["objects"]}
        jsonschema.validate(body["data"], schema)


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation["call"])
def test_answer_has_the_published_format(untouched_api, operation):
    method, path = operation["call"].split()
    check(operation, untouched_api(method, path, operation.get("body")))


def test_connection_has_the_published_format_in_every_state(api, shop):
    operation = {"data": "connection"}
    check(operation, api("GET", "connections/postgres"))
    api.sync()
    check(operation, api("GET", "connections/postgres"))
    shop.file.unlink()
    assert api.sync()["status"]["tasks"]
    check(operation, api("GET", "connections/postgres"))
    daily = {"paused": True, "sync_frequency": 1440, "daily_sync_time": "03:00"}
    check(operation, api("PATCH", "connections/postgres", daily))


def test_contract_covers_every_operation():
    """A new route without a schema fails here."""
    called = {tuple(operation["call"].split()) for operation in CALLS}
    for method, path in operations():
        pattern = re.sub(r"\{\w+\}", "[a-z_]+", path.removeprefix("/v1/"))
        assert any(
            method == method_called and re.fullmatch(pattern, path_called)
            for method_called, path_called in called
        ), f"{method} {path} is not in contract.yaml"

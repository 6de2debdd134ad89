"""A large, nearly correct repository has few findings, each of which needs an action."""

from __future__ import annotations

from typing import Any

import pytest

BLOCKS = [
    *(f"fivetran/{name}" for name in ("stripe", "zendesk", "hubspot", "github", "jira")),
    *(f"airbyte/{name}" for name in ("salesforce", "netsuite", "workday")),
    "legacy_dwh",
    "kafka",
    "gsheets",
    "sftp_drop",
    "vendor_feed",
    "openedx",
    "census",
]
PER_BLOCK = 20
MOST_SAID = 20


@pytest.fixture
def large(repository, manifest_maker) -> Any:
    """Three dbt projects of 100 models that read 300 tables of 15 undeclared systems.

    Five faults are planted: a mistyped key, a key of a renamed model, a source that reads another
    table than its key's, a column that upstream dropped, and a model with two producers.
    """
    producers = {name: manifest_maker(name) for name in ("core", "finance", "growth")}
    tables = [
        (block, f"{block.rpartition('/')[2]}_t{index}")
        for block in BLOCKS
        for index in range(PER_BLOCK)
    ]
    for number, (block, table) in enumerate(tables):
        for project in {"core", ("finance", "growth", "core")[number % 3]}:
            producer = producers[project]
            source = producer.source(
                block.replace("/", "_"),
                table,
                f"lake.{block.replace('/', '_')}.{table}",
                key=[*block.split("/"), table],
            )
            producer.model(f"stg_{table}", f"select * from lake.{table}", source)
    core, finance, growth = producers.values()
    core.model("orders", "select 1 as id, 2 as amount", config={"access": "public"})
    core.model("customers", "select 1 as id")
    core.model("daily_sessions", "select 1 as id")

    def reads(producer: Any, name: str, table: str, sql: str, relation: str = "") -> None:
        source = producer.source("core", table, relation or f"wh.core.{table}", key=["core", table])
        producer.model(name, sql, source)

    reads(finance, "typo", "ordrs", "select id from {{ source('core', 'ordrs') }}")
    reads(finance, "gone", "visits", "select id from {{ source('core', 'visits') }}")
    reads(
        growth,
        "copy",
        "customers",
        "select id from {{ source('core', 'customers') }}",
        "wh.backup.customers",
    )
    reads(growth, "lost", "orders", "select id, currency from {{ source('core', 'orders') }}")
    for producer in (finance, growth):
        producer.model(
            "revenue", "select 1 as id", config={"meta": {"dagster": {"asset_key": ["revenue"]}}}
        )
    repository.lock(
        *(
            producer.write(repository.root / producer.project / "m.json")
            for producer in producers.values()
        )
    )
    return repository


FAULTS = {
    ("ED01", "core/ordrs"),
    ("ED01", "core/visits"),
    ("KY02", "core/customers"),
    ("CO01", "core/orders#currency"),
    ("KY04", "revenue"),
}


def test_five_faults_stand_out_among_300_undeclared_sources(large, codes):
    found = large.check()
    errors = [one for one in found if one["level"] == "error"]
    assert {(one["code"], one["key"]) for one in errors} == FAULTS
    assert len(errors) == len(FAULTS)
    assert len(found) <= MOST_SAID, codes(found)
    details = [one for one in found if one["code"] == "EX01"]
    # Two loaders of several schemas, and seven systems.
    assert len(details) == 9, codes(details)


def test_frozen_prefix_is_silenced_by_one_setting(large):
    before = len(large.check("--select", "EX01"))
    (large.root / "pyproject.toml").write_text(
        '[[tool.lineage.external]]\nkeys = ["legacy_dwh/*"]\nowner = "team:finance"\n'
        'reason = "frozen until the move is over"\nuntil = 2999-01-01\n'
    )
    after = large.check("--select", "EX")
    assert len(after) == before - 1
    assert not [one for one in after if "legacy_dwh" in one["key"]]


def test_edges_to_an_unreadable_location_are_unknown(large):
    (large.root / "interfaces" / "loaders.json").write_text(
        '{"schema_version": 1, "project": "loaders", "unreadable": "ImportError: no airbyte"}'
    )
    found = large.check("--select", "ED,EX")
    # It may produce every key but those of `core`, a prefix of a location that loads.
    assert sorted((one["code"], one["key"]) for one in found if one["level"] != "note") == [
        ("ED01", "core/ordrs"),
        ("ED01", "core/visits"),
        ("ST02", "loaders"),
    ]
    assert not [one for one in found if one["code"] == "EX01" and one["level"] != "note"]

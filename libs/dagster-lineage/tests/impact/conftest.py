"""Interfaces of a shop, its marts and a forecast, with every kind of edge once."""

from __future__ import annotations

import pytest

PROJECTS = {
    "shop": {
        "dialect": "duckdb",
        "assets": [
            {
                "key": "shop/orders",
                "kind": "model",
                "name": "orders",
                "owners": ["team:shop"],
                "at": "models/orders.sql:1",
                "described_at": "models/_shop.yml:4",
                "columns_known": True,
                "columns": {one: {"type": "varchar"} for one in ("id", "status", "amount", "day")},
                "checks": [
                    {"name": "amount_is_positive", "columns": ["amount"], "blocking": True},
                    {"name": "id_is_unique", "columns": ["id"]},
                    {"name": "sums_are_right"},
                ],
            }
        ],
    },
    "marts": {
        "dialect": "duckdb",
        "sources": [
            {
                "name": "shop.orders",
                "key": "shop/orders",
                "at": "models/_sources.yml:5",
                "checks": [{"name": "source_amount_not_null", "columns": ["amount"]}],
            }
        ],
        "assets": [
            {
                "key": "marts/paid",
                "kind": "model",
                "name": "paid",
                "owners": ["team:finance"],
                "at": "models/paid.sql:1",
                "columns_known": True,
                "automation": "eager",
                "columns": {
                    "id": {"derived_from": ["shop/orders#id"], "copy": True},
                    "net": {"derived_from": ["shop/orders#amount"]},
                },
                "reads": [
                    {
                        "key": "shop/orders",
                        "via": "source",
                        "source": "shop.orders",
                        "columns": ["amount", "id", "status"],
                        "at": "models/_sources.yml:5",
                    }
                ],
            },
            {
                "key": "marts/daily",
                "kind": "model",
                "name": "daily",
                "owners": ["team:finance"],
                "at": "models/daily.sql:1",
                "columns_known": True,
                "columns": {"revenue": {"derived_from": ["marts/paid#net"]}, "n": {}},
                "reads": [{"key": "marts/paid", "via": "ref", "columns": ["net"]}],
                "checks": [{"name": "revenue_is_right", "columns": ["revenue"]}],
            },
        ],
        "exposures": [
            {
                "name": "board",
                "type": "dashboard",
                "owner": "cfo@example.org",
                "reads": ["marts/daily"],
            }
        ],
        "jobs": [
            {"name": "nightly", "kind": "schedule", "cron": "0 3 * * *", "targets": ["marts/daily"]}
        ],
    },
    "ml": {
        "assets": [
            {
                "key": "ml/forecast",
                "owners": ["team:science"],
                "at": "src/ml/forecast.py:8",
                "reads": [{"key": "marts/daily", "expects": {"revenue": {"type": "double"}}}],
            },
            {
                "key": "ml/daily",
                "owners": ["team:science"],
                "at": "src/ml/daily.py:3",
                "reads": [{"key": "shop/orders"}, {"key": "legacy/rates"}],
            },
        ]
    },
}


@pytest.fixture
def projects(repository):
    for project, facts in PROJECTS.items():
        repository.interface(project, **facts)
    repository.write("projects/shop/models/_shop.yml", "")
    repository.write("projects/shop/macros/empty.sql", "")
    return repository

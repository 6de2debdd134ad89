"""`dagster_lineage.api`: each function on a small repository, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dagster_lineage import api

HEAVY = {"dagster", "dbt", "sqlglot", "jinja2", "yaml", "grimp", "rapidfuzz", "pydantic", "duckdb"}


@pytest.fixture
def shop(repository):
    """A producer and a reader of its column `status`, committed to main."""
    repository.write("pyproject.toml", "[tool.lineage]\n")
    repository.interface("shop", assets=[orders("id", "status")])
    repository.interface(
        "marts",
        assets=[
            {
                "key": "marts/report",
                "owners": ["team:finance"],
                "columns": {"state": {"derived_from": ["shop/orders#status"]}},
                "columns_known": True,
                "at": "src/report.py:1",
                "reads": [
                    {
                        "key": "shop/orders",
                        "columns": ["id", "status"],
                        "at": "src/report.py:2",
                        "queried": True,
                    }
                ],
            }
        ],
    )
    repository.commit()
    return repository


def orders(*columns: str) -> dict:
    return {
        "key": "shop/orders",
        "at": "src/orders.py:1",
        "owners": ["team:shop"],
        "contract": True,
        "columns_known": True,
        "columns": {column: {"type": "bigint"} for column in columns},
    }


def test_graph_of_a_repository_is_read_with_its_own_patterns(shop):
    graph = api.read_graph(shop.root)
    assert [one.project for one in graph.located] == ["marts", "shop"]
    shop.write("pyproject.toml", '[tool.lineage]\ninterfaces = ["teams/*/interface.json"]\n')
    with pytest.raises(api.LineageError, match=r"no interface file matches teams/\*/interface"):
        api.read_graph(shop.root)


def test_check_uses_settings_and_baseline_of_the_repository(shop):
    assert api.check(shop.root).findings == ()
    shop.interface("shop", assets=[orders("id")])
    [finding] = api.check(shop.root, select=["CO"]).findings
    assert (finding.code, finding.key) == ("CO01", "shop/orders#status")
    assert api.check(shop.root, projects=["shop"]).findings == ()
    assert api.check(shop.root, ignore=["CO01"]).findings == ()
    shop.write("known.json", f'{{"{finding.fingerprint}": 1}}')
    shop.write("pyproject.toml", '[tool.lineage]\nbaseline = "known.json"\n')
    assert api.check(shop.root).findings == ()


def test_diff_and_affected_compare_a_branch_with_its_base(shop):
    assert api.diff(shop.root, "main").changes == ()
    assert api.affected(shop.root, "main").to_build == ()
    shop.interface("shop", assets=[orders("id")])
    shop.write("projects/marts/src/report.py", "NEW = 1\n")
    [change] = api.diff(shop.root, "main").changes
    assert (change.kind, change.subject) == ("column-removed", "shop/orders#status")
    assert "marts" in [one.project for one in api.affected(shop.root, "main").to_build]
    shop.commit()
    assert api.diff(shop.root, "HEAD", "HEAD").changes == ()


def test_impact_finds_readers_and_origins(shop):
    assert [one.key for one in api.impact(shop.root, ["orders.status"]).found] == ["marts/report"]
    upstream = api.impact(shop.root, ["marts/report.state"], upstream=True)
    assert [one.key for one in upstream.found] == ["shop/orders"]


def test_columns_and_assets_that_something_depends_on(shop):
    graph = api.read_graph(shop.root)
    assert api.depends_on(graph, "marts/report") == {"shop/orders"}
    assert api.depends_on(graph, "marts/report", "state") == {
        "shop/orders#status",
        "shop/orders#id",
    }
    assert api.depends_on(graph, "shop/orders") == frozenset()
    with pytest.raises(api.LineageError, match="did you mean `marts/report`"):
        api.depends_on(graph, "marts/reprot")
    with pytest.raises(api.LineageError, match="did you mean `state`"):
        api.depends_on(graph, "marts/report", "sate")


def test_importing_the_api_imports_nothing_heavy():
    script = "import sys, dagster_lineage.api; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert HEAVY & {name.partition(".")[0] for name in done.stdout.split()} == set()


def test_every_public_name_exists_and_has_a_description():
    for name in api.__all__:
        value = getattr(api, name)
        assert value.__doc__ or isinstance(value, int), name

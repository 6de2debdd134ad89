"""dbt manifests without Dagster, in the shapes of other repositories."""

from __future__ import annotations

import json

import pytest


def test_view_ephemeral_snapshot_version_and_macro_are_traced(repository, manifest_maker):
    shop = manifest_maker("shop")
    orders = shop.source("raw", "orders", columns={"id": {"name": "id", "data_type": "bigint"}})
    view = shop.model(
        "stg",
        "select id, paid from {{ source('raw', 'orders') }}",
        orders,
        config={"materialized": "view"},
    )
    passing = shop.model(
        "eph",
        "select id, paid * 2 as twice from {{ ref('stg') }}",
        view,
        config={"materialized": "ephemeral"},
    )
    shop.macros["macro.shop.cents"] = {
        "unique_id": "macro.shop.cents",
        "package_name": "shop",
        "name": "cents",
        "macro_sql": "{% macro cents(column) %}({{ column }} / 100){% endmacro %}",
    }
    old = shop.model(
        "orders", "select id from {{ ref('eph') }}", passing, version=1, latest_version=2
    )
    new = shop.model(
        "orders",
        "select id, {{ cents('twice') }} as euros from {{ ref('eph') }}",
        passing,
        version=2,
        latest_version=2,
    )
    shop.model(
        "history",
        "select * from {{ ref('orders') }}",
        new,
        resource_type="snapshot",
        config={"materialized": "snapshot"},
    )
    shop.model("pinned", "select * from {{ ref('orders', v=1) }}", old)
    shop.model("gone", "select 1", config={"enabled": False})
    repository.lock(shop.write(repository.root / "m.json"))
    found = repository.assets("shop")
    assert sorted(found) == [
        "shop/history",
        "shop/orders_v1",
        "shop/orders_v2",
        "shop/pinned",
        "shop/stg",
    ]
    assert found["shop/orders_v2"].columns["euros"].derived_from == ("shop/stg#paid",)
    assert found["shop/orders_v2"].columns["id"].type == "bigint"
    assert [*found["shop/history"].columns][:2] == ["id", "euros"]
    assert [*found["shop/pinned"].columns] == ["id"]
    assert found["shop/stg"].materialized == "view"
    assert repository.interface("shop").unknown == ()


def test_same_source_name_in_a_package_is_another_table(repository, manifest_maker):
    shop = manifest_maker("shop")
    ours = shop.source("raw", "events", "lake.raw.events")
    theirs = shop.source("raw", "events", "vendor.feed.events", package="vendor", key=["feed", "e"])
    shop.model("a", "select x from {{ source('raw', 'events') }}", ours)
    shop.model(
        "b", "select y from {{ source('raw', 'events') }}", theirs, package="vendor", schema="v"
    )
    repository.lock(shop.write(repository.root / "m.json"))
    found = repository.assets("shop")
    assert [(read.key, read.columns) for read in found["shop/a"].reads] == [("raw/events", ("x",))]
    assert [(read.key, read.columns) for read in found["v/b"].reads] == [("feed/e", ("y",))]
    assert sorted((one.key, one.relation) for one in repository.interface("shop").sources) == [
        ("feed/e", "vendor.feed.events"),
        ("raw/events", "lake.raw.events"),
    ]


def test_one_key_for_all_sources_loses_no_table(repository, manifest_maker):
    shop = manifest_maker("shop")
    tables = [shop.source("raw", name, key=["raw_all"]) for name in ("a", "b")]
    shop.model(
        "both",
        "select a.x, b.y from {{ source('raw', 'a') }} a join {{ source('raw', 'b') }} b using (k)",
        *tables,
    )
    repository.lock(shop.write(repository.root / "m.json"))
    both = repository.assets("shop")["shop/both"]
    assert both.columns["x"].derived_from == ("raw_all#x",)
    assert both.columns["y"].derived_from == ("raw_all#y",)
    assert {read.key for read in both.reads} == {"raw_all"}


def test_package_in_two_projects_is_reported_once_and_keeps_its_own_tables(
    repository, manifest_maker
):
    files = []
    for project in ("crm", "shop"):
        producer = manifest_maker(project, schema="main")
        for index in range(12):
            producer.model(f"calendar_{index}", "select 1 as day", package="dates")
        producer.model("report", "select day from wh.main.calendar_3", schema=project)
        files.append(producer.write(repository.root / project / "manifest.json"))
    repository.lock(*files)
    for project in ("crm", "shop"):
        [read] = repository.assets(project)[f"{project}/report"].reads
        assert (read.key, read.declared, read.columns) == ("main/calendar_3", False, ("day",))
    told = [one for one in repository.check("--select", "KY") if one["level"] == "error"]
    assert len(told) == 1, [one["message"] for one in told]
    assert "12" in told[0]["message"]
    assert "package `dates`" in told[0]["message"]


def test_ambiguous_table_name_is_no_edge(repository, manifest_maker):
    files = []
    for project in ("crm", "shop"):
        producer = manifest_maker(project, schema="main")
        producer.model(
            "users", "select 1 as id", config={"meta": {"dagster": {"asset_key": [project]}}}
        )
        files.append(producer.write(repository.root / project / "manifest.json"))
    reader = manifest_maker("reader")
    reader.model("all_users", "select id from wh.main.users")
    files.append(reader.write(repository.root / "reader" / "manifest.json"))
    repository.lock(*files)
    assert repository.assets("reader")["reader/all_users"].reads == ()


def test_model_in_manifests_of_two_targets_is_one_asset(repository, manifest_maker):
    files = []
    for target in ("prod", "dev"):
        producer = manifest_maker("shop")
        producer.model("orders", "select 1 as id")
        producer.model("mine", "select 1 as id", schema=f"{target}_alice")
        files.append(producer.write(repository.root / target / "manifest.json"))
    repository.lock(*files)
    assert sorted(repository.assets("shop.prod")) == ["prod_alice/mine", "shop/orders"]
    assert sorted(repository.assets("shop.dev")) == ["dev_alice/mine"]
    assert repository.check("--ignore", "OW") == []


def test_source_with_the_key_of_an_own_model_is_no_fault(repository, manifest_maker):
    shop = manifest_maker("shop")
    orders = shop.model("orders", "select 1 as id")
    again = shop.source("shop", "orders", "wh.shop.orders")
    shop.model("report", "select id from {{ source('shop', 'orders') }}", again)
    shop.model("other", "select id from {{ ref('orders') }}", orders)
    repository.lock(shop.write(repository.root / "m.json"))
    assert repository.check("--ignore", "OW") == []


def test_source_with_the_key_of_a_model_over_another_table_has_unknown_columns(
    repository, manifest_maker
):
    shop = manifest_maker("shop")
    months = shop.source("calendar", "months")
    staged = shop.model(
        "stg_months", "select year_key from {{ source('calendar', 'months') }}", months
    )
    shop.model("months", "select year_key as year from {{ ref('stg_months') }}", staged)
    repository.lock(f"{shop.write(repository.root / 'm.json')}={{name}}")
    found = repository.assets("shop")
    assert not found["stg_months"].columns["year_key"].unknown
    assert [read.missing_columns for read in found["stg_months"].reads] == [()]


def test_cycle_of_projects_without_a_cycle_of_assets_is_accepted(repository, manifest_maker):
    one, two = manifest_maker("one"), manifest_maker("two")
    one.model("a", "select 1 as id")
    one.model("c", "select id from {{ source('two', 'b') }}", one.source("two", "b", "wh.two.b"))
    two.model("b", "select id from {{ source('one', 'a') }}", two.source("one", "a", "wh.one.a"))
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (one, two)))
    assert repository.check("--select", "ED") == []
    assert repository.assets("one")["one/c"].columns["id"].derived_from == ("two/b#id",)


def test_disabled_model_is_not_an_asset(repository, manifest_maker):
    shop, reader = manifest_maker("shop"), manifest_maker("reader")
    shop.model("orders", "select 1 as id")
    shop.model("refunds", "select 1 as id", config={"enabled": False})
    shop.disabled["model.shop.old"] = [{"resource_type": "model", "name": "old"}]
    for name in ("refunds", "old"):
        file = repository.root / "models" / f"{name}.sql"
        file.parent.mkdir(exist_ok=True)
        file.write_text("select 1 as id")
        reader.model(f"r_{name}", "select 1", reader.source("shop", name, f"wh.shop.{name}"))
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (shop, reader)))
    found = repository.check("--select", "ED01")
    assert sorted(one["key"] for one in found) == ["shop/old", "shop/refunds"]


def test_unread_unresolved_source_is_a_note_and_a_tested_one_a_finding(repository, manifest_maker):
    shop = manifest_maker("shop")
    shop.model("orders", "select 1 as id")
    shop.source("shop", "dead")
    audited = shop.source("shop", "audited")
    shop.nodes["test.shop.t"] = {
        "unique_id": "test.shop.t",
        "resource_type": "test",
        "package_name": "shop",
        "name": "t",
        "original_file_path": "models/sources.yml",
        "config": {"enabled": True},
        "column_name": "id",
        "test_metadata": {"name": "not_null", "kwargs": {"column_name": "id"}},
        "depends_on": {"nodes": [audited], "macros": []},
        "attached_node": None,
    }
    repository.lock(shop.write(repository.root / "m.json"))
    told = {one["code"]: one for one in repository.check("--ignore", "OW,TE")}
    assert told["EX01"]["level"] == "note"
    assert "`shop.dead`" in told["EX01"]["message"]
    assert told["ED01"]["key"] == "shop/audited"


def test_undescribed_columns_are_unknown_and_not_missing(repository, manifest_maker):
    shop = manifest_maker("shop")
    raw = shop.source("raw", "events")
    star = shop.model("star", "select * from {{ source('raw', 'events') }}", raw)
    shop.model("one", "select anything from {{ ref('star') }}", star)
    python = shop.model("scored", "def model(dbt, session): ...", star, language="python")
    shop.model("top", "select score from {{ ref('scored') }}", python)
    asked = "{% for row in run_query('select 1') %}select {{ row }} as n{% endfor %}"
    for index in range(8):
        shop.model(f"asked_{index}", asked + " select 1 as n")
    repository.lock(shop.write(repository.root / "m.json"))
    found = repository.assets("shop")
    assert not found["shop/star"].columns_known
    assert not found["shop/scored"].columns_known
    assert [*found["shop/one"].columns] == ["anything"]
    assert found["shop/one"].columns["anything"].type == ""
    assert repository.check("--ignore", "OW,EX,ED") == []
    unknown = repository.interface("shop").unknown
    assert len([note for note in unknown if "shop/asked_0" in note]) == 1
    assert len(unknown) <= 3, unknown
    assert any(
        "and 5 more: its SQL depends on what the warehouse answers" in one for one in unknown
    )


def test_key_pattern_with_equal_keys_is_an_error(repository, manifest_maker):
    shop = manifest_maker("shop")
    shop.model("orders", "select 1 as id", schema="eu")
    shop.model("orders", "select 1 as id", schema="us", package="us")
    repository.lock(f"{shop.write(repository.root / 'm.json')}={{name}}")
    [note] = repository.interface("shop").unknown
    assert "orders is the key of model.shop.orders" in note
    assert "model.us.orders" in note


def test_key_pattern_comes_from_the_settings(repository, manifest_maker):
    shop = manifest_maker("shop")
    shop.model("orders", "select 1 as id")
    (repository.root / "pyproject.toml").write_text(
        '[tool.lineage]\nkeys-from = {shop = "{database}/{schema}/{name}"}\n'
    )
    repository.lock(shop.write(repository.root / "m.json"))
    assert [*repository.assets("shop")] == ["wh/shop/orders"]


def test_interface_does_not_depend_on_the_order_of_the_manifest(repository, manifest_maker):
    texts = []
    for order in (1, -1):
        shop = manifest_maker("shop")
        tables = [shop.source("raw", name) for name in "abc"][::order]
        for name in [f"m{index}" for index in range(5)][::order]:
            shop.model(name, "select 1 as id", *tables)
        shop.sources = dict(list(shop.sources.items())[::order])
        repository.lock(shop.write(repository.root / "m.json"))
        texts.append((repository.root / "interfaces" / "shop.json").read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "sql",
    [
        " union all ".join(["select 1 as id"] * 900),
        "select " + " + ".join(["1"] * 3000) + " as id",
        "select " + "(" * 400 + "1" + ")" * 400 + " as id",
        "select id from (" * 200 + "select 1 as id" + ") q" * 200,
        "this cannot be parsed ((",
        "{% if %}",
        "",
    ],
    ids=["unions", "sums", "brackets", "subqueries", "nonsense", "broken jinja", "empty"],
)
def test_too_complex_sql_costs_one_model(repository, manifest_maker, sql):
    shop = manifest_maker("shop")
    shop.model("odd", sql)
    shop.model("good", "select 1 as id")
    repository.lock(shop.write(repository.root / "m.json"))
    found = repository.assets("shop")
    assert found["shop/good"].columns_known
    assert found["shop/odd"].columns_known or not found["shop/odd"].columns


def test_long_chains_of_models_cause_no_recursion_error(repository, manifest_maker):
    shop = manifest_maker("shop")
    before = shop.model("m0", "select 1 as id")
    for index in range(1, 1200):
        before = shop.model(f"m{index}", f"select id from {{{{ ref('m{index - 1}') }}}}", before)
    before = shop.model("e0", "select 1 as id", config={"materialized": "ephemeral"})
    for index in range(1, 1200):
        before = shop.model(
            f"e{index}",
            f"select id from {{{{ ref('e{index - 1}') }}}}",
            before,
            config={"materialized": "ephemeral"},
        )
    shop.model("end", "select id from {{ ref('e1199') }}", before)
    repository.lock(shop.write(repository.root / "m.json"))
    found = repository.assets("shop")
    assert found["shop/m1199"].columns["id"].derived_from == ("shop/m1198#id",)
    assert "shop/end" in found


@pytest.mark.parametrize(
    "change",
    [
        {"depends_on": None},
        {"config": None},
        {"columns": None},
        {"relation_name": None},
        {"fqn": None, "tags": None, "meta": None},
        {"original_file_path": None, "path": None},
        {"raw_code": None},
        {"raw_code": 7, "language": None},
        {"alias": None, "schema": None, "database": None},
        {"package_name": None},
        {"name": None},
    ],
    ids="+".join,
)
def test_missing_field_costs_no_other_model(repository, manifest_maker, change):
    shop = manifest_maker("shop")
    shop.nodes[shop.model("odd", "select 1 as id")].update(change)
    shop.model("good", "select 1 as id")
    repository.lock(shop.write(repository.root / "m.json"))
    assert repository.assets("shop")["shop/good"].columns_known


def test_invalid_manifest_is_a_usage_error(repository):
    for text in ("", "[]", "{}", json.dumps({"nodes": []})):
        (repository.root / "m.json").write_text(text)
        code, _, err = repository.lineage("lock", "--manifest", "m.json", "--out", "interfaces")
        assert code == 2
        assert "Traceback" not in err


@pytest.mark.parametrize(
    "sql",
    [
        "select ((( from {{ source('raw', 'a') }}",
        "begin transaction; insert into x select id from {{ source('raw', 'a') }}; select 1 as id",
        "{% for row in run_query('select 1') %}select 1{% endfor %}",
    ],
    ids=["no sql that anybody knows", "several statements", "asks the warehouse"],
)
def test_partly_parsed_query_reports_no_unread_table(repository, manifest_maker, sql):
    shop = manifest_maker("shop")
    shop.model("a", sql, shop.source("raw", "a"))
    repository.lock(shop.write(repository.root / "m.json"))
    [read] = repository.assets("shop")["shop/a"].reads
    assert (read.queried, read.columns) == (None, None)
    assert repository.check("--select", "RD") == []


def test_finding_is_at_the_source_with_its_key(repository, manifest_maker):
    core, shop = manifest_maker("core"), manifest_maker("shop")
    core.model("orders", "select 1 as id")
    ours = shop.source("raw", "orders", "wh.core.ordrs", key=["core", "ordrs"])
    theirs = shop.source(
        "raw", "orders", "wh.core.orders", key=["core", "orders"], package="vendor"
    )
    shop.model("a", "select id from {{ source('raw', 'orders') }}", ours)
    shop.model("b", "select id from {{ source('raw', 'orders') }}", theirs, package="vendor")
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (core, shop)))
    [typo] = repository.check("--select", "ED,KY")
    assert (typo["key"], typo["file"]) == ("core/ordrs", "shop://models/sources.yml")


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("nodes", "depends_on", None),
        ("nodes", "depends_on", "x"),
        ("nodes", "config", True),
        ("nodes", "name", None),
        ("macros", "macro_sql", None),
        ("macros", "package_name", 0),
        ("nodes", None, None),
        ("sources", None, None),
        ("macros", None, "x"),
        ("exposures", None, None),
    ],
)
def test_malformed_field_costs_one_fact(repository, manifest_maker, section, name, value):
    shop = manifest_maker("shop")
    shop.model("right", "select id from {{ source('raw', 'a') }}", shop.source("raw", "a"))
    odd = {"nodes": "model.shop.odd", "sources": "source.shop.raw.odd"}.get(section, "odd")
    shop.model("odd", "select 1 as id")
    shop.source("raw", "odd")
    shop.macros["odd"] = {"package_name": "shop", "name": "odd", "macro_sql": ""}
    content = shop.content()
    if name is None:
        content[section][odd] = value
    else:
        content[section][odd][name] = value
    (repository.root / "m.json").write_text(json.dumps(content))
    repository.lock("m.json")
    right = repository.assets("shop")["shop/right"]
    assert right.columns["id"].derived_from == ("raw/a#id",)

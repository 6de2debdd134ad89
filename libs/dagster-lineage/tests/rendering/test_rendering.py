"""What rendering does with what a manifest cannot tell, or should not be let do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from dagster_lineage.extract.dbt import Manifest, decode_manifest
from dagster_lineage.extract.dbt.rendering.renderer import ProjectSettings, Rendered, Renderer


def manifest(code: str, adapter: str = "duckdb", language: str = "sql", **macros: str) -> Manifest:
    """A manifest of model `m`, its upstream `up`, and macros; `package__name` has a package."""
    nodes = {
        f"model.p.{name}": {
            "name": name,
            "resource_type": "model",
            "package_name": "p",
            "database": "db",
            "schema": "sch",
            "alias": name,
            "relation_name": f'"db"."sch"."{name}"',
            "raw_code": text,
            "language": language,
            "config": {"materialized": "table"},
            "depends_on": {"nodes": ["model.p.up"] if name == "m" else []},
        }
        for name, text in {"m": code, "up": "select 1 as id"}.items()
    }
    listed = {}
    for given, sql in macros.items():
        package, _, name = given.partition("___")
        if not name:
            package, name = "p", given
        text = f"{{% macro {name} {sql} {{% endmacro %}}"
        listed[f"macro.{package}.{name}"] = {
            "name": name,
            "package_name": package,
            "macro_sql": text,
        }
    metadata = {
        "project_name": "p",
        "adapter_type": adapter,
        "generated_at": "2026-01-02T03:04:05Z",
    }
    content = {"metadata": metadata, "nodes": nodes, "sources": {}, "macros": listed}
    return decode_manifest(msgspec.json.encode(content))


def render(code: str, settings: ProjectSettings | None = None, **macros: str) -> Rendered:
    return Renderer(manifest(code, **macros), settings).render("model.p.m")


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        (
            "{% set r = run_query('select 1') %}{% for x in r %}{{ x }}{% endfor %} select 1",
            "query",
        ),
        ("{% call statement('s', fetch_result=True) %}x{% endcall %}select 1", "query"),
        (
            "select {{ adapter.get_columns_in_relation(ref('up')) | map('upper') | join }}",
            "columns of",
        ),
        ("select {{ load_result('s')['data'][0][0] + 1 }} as x", "query"),
        ("{% if adapter.get_relation('a', 'b', 'c') is none %}select 1{% endif %}", "get_relation"),
        (
            "{% if adapter.get_relation('a', 'b', 'c').is_view > 3 %}{% endif %}select 1",
            "get_relation",
        ),
    ],
)
def test_result_of_a_query_is_unknown(code: str, asked: str) -> None:
    rendered = render(code)

    assert not rendered.certain
    assert "warehouse" in rendered.problem
    assert asked in rendered.problem


def test_known_columns_replace_the_query() -> None:
    code = (
        "select {% for c in adapter.get_columns_in_relation(ref('up')) %}{{ c.quoted }}{% endfor %}"
    )
    known = {'"db"."sch"."up"': {"id": "integer"}}

    rendered = Renderer(manifest(code)).render("model.p.m", columns=known)

    assert rendered.certain
    assert rendered.sql == 'select "id"'


@pytest.mark.parametrize(
    "code",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ref.__globals__ }}",
        "{{ modules.datetime.datetime.__subclasses__() }}",
        "{{ config.__init__.__globals__['os'] }}",
        "{{ adapter._macros.environment }}",
        "{{ ''.format.__self__ }}",
        "{% include '/etc/hostname' %}",
        "{% import 'x.sql' as x %}",
        "{{ modules.os.environ }}",
        "{{ open('/etc/hostname') }}",
        "{{ context.macros.environment }}",
        "{{ context.call }}",
        "{{ kit.__init__.__globals__ }}",
        "{{ kit._Package__namespace.macros }}",
        "{{ kit['_Package__namespace'] }}",
        "{{ kit['__class__'] }}",
        "{{ kit._own.__globals__ }}",
        "{{ range.__globals__ }}",
        "{{ dict.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for i in range(10000000) %}{{ i }}{% endfor %}",
    ],
)
def test_jinja_cannot_reach_python(code: str) -> None:
    rendered = render(code, kit____own="() %}own")

    assert not rendered.certain or rendered.sql == ""


def test_underscore_macro_of_a_package_is_called_and_others_are_undefined() -> None:
    rendered = render(
        "{{ kit._own() }} {{ kit._other is defined }} {{ kit | list }}", kit____own="() %}own"
    )

    assert rendered.sql.split() == ["own", "False", "['_own']"]


def test_values_of_environment_variables_do_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_PASSWORD", "hunter2")

    rendered = render(
        "select '{{ env_var('WAREHOUSE_PASSWORD') }}', '{{ env_var('WAREHOUSE_PASSWORD', 'x') }}'"
    )

    assert "hunter2" not in rendered.sql
    assert rendered.assumed == ("env_var WAREHOUSE_PASSWORD",)


def test_rendering_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    render("{{ write('x') }}{{ log('y') }}{{ print('z') }}select 1")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("select {{ nothing.at_all }}", "nothing"),
        ("select {{ undefined_macro() }}", "undefined_macro"),
        ("{% if x %}select 1", "Unexpected end"),
        ("select * from {{ ref('absent') }}", "absent"),
        ("select * from {{ source('a', 'b') }}", "a.b"),
        ("{{ exceptions.raise_compiler_error('not like this') }}", "not like this"),
        ("{{ adapter.dispatch('none_such')() }}", "none_such"),
        ("{{ forever() }}", "without end"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ return(1) }}", "returns"),
    ],
)
def test_model_that_cannot_be_rendered_has_the_reason(code: str, details: str) -> None:
    rendered = render(code, forever="() %}{{ again() }}", again="() %}{{ forever() }}")

    assert not rendered.certain
    assert details in rendered.problem


def test_placeholder_of_an_unknown_variable_is_not_a_column() -> None:
    from dagster_lineage.extract.sql import RelationName, Schema, Table, trace_query

    rendered = render("select id from {{ ref('up') }} where id > {{ var('least') }}")

    assert rendered.assumed == ("var least",)
    up = RelationName("db", "sch", "up")
    known = Schema([Table(up, {"id": "integer"}, complete=True)])
    assert trace_query(rendered.sql, "duckdb", known).reads == {up: ("id",)}


@pytest.mark.parametrize(
    ("adapter", "expected"),
    [("redshift", "redshift"), ("postgres", "postgres"), ("snowflake", "default")],
)
def test_dispatch_falls_back_to_the_parents_of_an_adapter(adapter: str, expected: str) -> None:
    macros = {
        "dbt___shout": "() %}{{ adapter.dispatch('shout', 'dbt')() }}",
        "dbt___default__shout": "() %}default",
        "dbt_postgres___postgres__shout": "() %}postgres",
        "dbt_redshift___redshift__shout": "() %}redshift",
    }
    producer = manifest("{{ shout() }}", adapter, **macros)

    assert Renderer(producer).render("model.p.m").sql.strip() == expected


def test_adapter_without_a_macro_uses_its_parents_macro() -> None:
    producer = manifest(
        "{{ dbt.shout() }}",
        "redshift",
        dbt___shout="() %}{{ adapter.dispatch('shout', 'dbt')() }}",
        dbt_postgres___postgres__shout="() %}postgres",
    )

    assert Renderer(producer).render("model.p.m").sql.strip() == "postgres"


def test_python_model_and_unknown_id_have_a_reason() -> None:
    producer = manifest("def model(dbt, session): ...", language="python")

    assert "python" in Renderer(producer).render("model.p.m").problem
    assert "no node" in Renderer(producer).render("model.p.gone").problem


def test_run_started_at_is_the_time_of_the_manifest() -> None:
    assert render("{{ run_started_at.strftime('%Y-%m-%d') }}").sql == "2026-01-02"

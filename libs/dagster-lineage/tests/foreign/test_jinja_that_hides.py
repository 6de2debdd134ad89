"""Tables that a model reads without a trace in its rendered SQL are not reported as unread."""

from __future__ import annotations

import pytest

READ = "select id from {{ source('up', 'rates') }}"
IN_HOOK = [{"sql": f"insert into audit {READ}", "transaction": True}]


@pytest.mark.parametrize(
    ("sql", "config"),
    [
        ("select 1 as id", {"post-hook": IN_HOOK}),
        ("-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id", {"pre-hook": IN_HOOK}),
        (
            "-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id",
            {"pre-hook": ["insert into audit select id from wh.up.rates"]},
        ),
        (
            "-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id",
            {"post-hook": "{{ log_rates() }}"},
        ),
        ("select 1 as id", {"sql_header": f"create temp table r as {READ};"}),
        ("select dictGet('{{ source('up', 'rates') }}', 'x', 1) as id", {}),
        ("{% if target.name == 'prod' %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% if var('all', false) %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% if flags.FULL_REFRESH %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% call statement('r') %}" + READ + "{% endcall %}select 1 as id", {}),
        ("{% set rates = source('up', 'rates') %}{% do log(rates) %}select 1 as id", {}),
        ("{% set a = source('up', 'rates') %}{% if var('x', 0) %}" + READ + "{% endif %}", {}),
        ("{% set a = source('up', 'rates') %}select 1 as id", {"post-hook": IN_HOOK}),
    ],
)
def test_table_hidden_from_the_rendering_may_be_read(repository, manifest_maker, sql, config):
    found = _locked(repository, manifest_maker, sql, config)
    [read] = repository.assets("reader")["reader/m"].reads
    assert read.queried is not False
    assert found == []


@pytest.mark.parametrize(
    ("sql", "config"),
    [
        ("-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id", {}),
        ("select 1 as id /* from\n{{ source('up', 'rates') }} */", {}),
        ("{%- set rates = source('up', 'rates') -%}\nselect 1 as id {# rates #}", {}),
        ("{% set a = source('up', 'rates') %}{% set b = source('up','rates') %}select 1 as id", {}),
        (
            "select '--' as id -- {{ source('up', 'rates') }}",
            {"post-hook": ["grant select on {{ this }} to {{ target.name }}"]},
        ),
    ],
)
def test_table_named_only_in_comments_or_unused_variables_is_not_read(
    repository, manifest_maker, sql, config
):
    [found] = _locked(repository, manifest_maker, sql, config)
    assert (found["code"], found["key"]) == ("RD01", "up/rates")


def _locked(repository, manifest_maker, sql, config):
    up, reader = manifest_maker("up"), manifest_maker("reader")
    up.model("rates", "select 1 as id")
    source = reader.source("up", "rates", "wh.up.rates")
    reader.model("m", sql, source, config=config)
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (up, reader)))
    return repository.check("--select", "RD,CO,ED,KY")


def test_column_of_another_target_is_unknown_and_not_missing(repository, manifest_maker):
    up, reader = manifest_maker("up"), manifest_maker("reader")
    up.model("a", "select 1 as id {% if target.name == 'prod' %}, 3 as extra {% endif %}")
    up.model("b", "select 1 as id {% if target.name == 'dev' %} limit 10 {% endif %}")
    for name in ("a", "b"):
        source = reader.source("up", name, f"wh.up.{name}")
        reader.model(name, f"select id, extra from {{{{ source('up', '{name}') }}}}", source)
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (up, reader)))
    assert [one["key"] for one in repository.check("--select", "CO")] == ["up/b#extra"]
    producer = repository.assets("up")
    assert [*producer["up/a"].columns] == ["id", "extra"]
    assert not producer["up/a"].columns_known
    assert repository.interface("up").unknown == ("up/a: its columns depend on target.name",)


def test_star_macro_expands_to_the_columns_of_its_table(repository, manifest_maker):
    up, reader = manifest_maker("up"), manifest_maker("reader")
    star = (
        "{% macro star(from) %}{% for one in adapter.get_columns_in_relation(from) %}"
        "{{ one.quoted }}{% if not loop.last %}, {% endif %}{% endfor %}{% endmacro %}"
    )
    up.macros["macro.up.star"] = {"package_name": "up", "name": "star", "macro_sql": star}
    base = up.model("base", "select 1 as id, no_such_function() as odd")
    config = {"materialized": "ephemeral"}
    passing = up.model(
        "passing", "select {{ star(ref('base')) }} from {{ ref('base') }}", base, config=config
    )
    up.model("wide", "select *, 1 as more from {{ ref('passing') }}", passing)
    raw = up.source("raw", "t", "lake.raw.t", columns={"x": {"name": "x"}})
    up.model("narrow", "select {{ star(source('raw', 't')) }} from {{ source('raw', 't') }}", raw)
    for name in ("wide", "narrow"):
        source = reader.source("up", name, f"wh.up.{name}")
        reader.model(name, f"select odd, gone from {{{{ source('up', '{name}') }}}}", source)
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (up, reader)))
    wide = repository.assets("up")["up/wide"]
    assert [*wide.columns] == ["id", "odd", "more"]
    assert wide.columns["odd"].derived_from == ("up/base#odd",)
    assert [one["key"] for one in repository.check("--select", "CO")] == ["up/wide#gone"]
    # What YAML says of a source need not be all.
    [unknown] = repository.interface("up").unknown
    assert "the columns of" in unknown

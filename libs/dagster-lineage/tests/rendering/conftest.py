"""A small dbt project with a package in it, compiled by dbt itself once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = {
    "dbt_project.yml": """
name: tiny
profile: tiny
vars:
  start: '2024-01-31'
  tiny: {limit: 7}
  kit: {flavour: from the root}
dispatch:
  - macro_namespace: kit
    search_order: [tiny, kit]
models:
  tiny:
    +materialized: table
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
tiny:
  target: dev
  outputs: {dev: {type: duckdb, path: ':memory:', schema: main}}
""",
    "dbt_packages/kit/dbt_project.yml": "name: kit\nmacro-paths: [macros]\n",
    "dbt_packages/kit/macros/kit.sql": """
{% macro cents(column, digits=2) %}{{ return(adapter.dispatch('cents', 'kit')(column, digits)) }}{% endmacro %}
{% macro default__cents(column, digits) -%} ({{ column }} / 100)::numeric(16, {{ digits }}) {%- endmacro %}
{% macro postgres__cents(column, digits) -%} wrong {%- endmacro %}
{% macro label(text) -%} {{ kit.quoted(text) }} {%- endmacro %}
{% macro quoted(text) -%} '{{ text }} of kit' {%- endmacro %}
{% macro flavour() -%} '{{ var("flavour", "plain") }}' {%- endmacro %}
{% macro listed(names) %}{% do return(names | map('upper') | list) %}{% endmacro %}
{% macro wrapped() %}( {{ caller() }} ){% endmacro %}
{% macro secret_default() %}default{% endmacro %}
""",
    "dbt_packages/kit/models/kit_model.sql": "select {{ kit.flavour() }} as flavour, {{ secret_default() }} as d",
    "macros/own.sql": """
{% macro duckdb__cents(column, digits) -%} round({{ column }} / 100.0, {{ digits }}) {%- endmacro %}
{% macro secret_default() -%} 'the root wins' {%- endmacro %}
{% macro quoted(text) -%} 'quoted of root' {%- endmacro %}
{% macro fibonacci(n) -%}{% if n < 2 %}{{ n }}{% else %}{{ fibonacci(n - 1) | int + fibonacci(n - 2) | int }}{% endif %}{%- endmacro %}
""",
    "models/sources.yml": """
version: 2
sources:
  - name: shop
    schema: raw_shop
    tables: [{name: orders}, {name: customers, identifier: Customers 2}]
models:
  - name: priced
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
  - name: simple
    columns: [{name: id, data_tests: [unique, not_null, {relationships: {to: ref('priced'), field: id}}]}]
""",
    "models/simple.sql": "{{ config(materialized='table') }}\nselect * from {{ source('shop', 'orders') }}",
    "models/spaced.sql": "select * from {{source( \"shop\" , 'customers')}} {# nothing #}\n-- {{ ref('simple') }}\n",
    "models/priced_v1.sql": "select id, {{ kit.cents('price') }} as price from {{ ref('simple') }}",
    "models/priced_v2.sql": "select id, {{ kit.cents('price', digits=3) }} as price from {{ ref('simple') }}",
    "models/latest.sql": "select * from {{ ref('priced') }} union all select * from {{ ref('tiny', 'priced', v=1) }}",
    "models/inner_cte.sql": "{{ config(materialized='ephemeral') }} select 1 as one",
    "models/outer_cte.sql": "{{ config(materialized='ephemeral') }} with x as (select * from {{ ref('inner_cte') }}) select * from x",
    "models/uses_ctes.sql": "-- a comment\nWITH y as (select * from {{ ref('outer_cte') }})\nselect * from y join {{ ref('inner_cte') }} using (one)",
    "models/uses_ctes_plainly.sql": "select * from {{ ref('inner_cte') }}",
    "models/recursive.sql": "with recursive r as (select one from {{ ref('inner_cte') }} union all select one + 1 from r where one < 3) select * from r",
    "models/loops.sql": """
{%- set columns = kit.listed(['a', 'b']) -%}
{% set totals = {'n': 0} %}
select
{% for column in columns %}
    sum({{ column }}) as {{ column | lower }}{{ ',' if not loop.last }}{% do totals.update({'n': totals.n + 1}) %}
    {%- if loop.index > 5 %}{% break %}{% endif %}
{% endfor %}
    , {{ totals.n }} as n, {{ fibonacci(6) }} as f
from {{ ref('simple') }}
where x = {{ kit.label('z') }} and y in {% call kit.wrapped() %}1, 2{% endcall %}
""",
    "models/names.sql": """
select '{{ this.identifier }}' as a, '{{ this }}' as b, '{{ target.type }}' as c, '{{ model.name }}' as d,
    '{{ config.get("materialized") }}' as e, {{ var('limit') }} as f, '{{ var("start") }}' as g,
    '{{ var("nobody", "fallback") }}' as h, '{{ env_var("SURELY_NOT_SET_HERE", "none") }}' as i,
    '{{ tojson({"a": [1]}) }}' as j, {{ fromjson('{"k": 3}').k }} as k, '{{ ref("simple").schema }}' as l,
    '{{ (modules.datetime.date(2024, 1, 31) + modules.datetime.timedelta(days=1)).isoformat() }}' as m,
    '{{ modules.re.sub("o+", "0", "foo") }}' as n, '{{ local_md5("x") }}' as o, {{ zip([1], [2]) | list | length }} as p,
    '{{ ref("simple").include(database=false) }}' as q, {{ execute }} as r, '{{ project_name }}' as s,
    '{{ builtins.ref("simple") }}' as t, {{ set([1, 1]) | length }} as u, '{{ adapter.quote("v") }}' as v,
    '{{ context["model"]["name"] }}' as w, '{{ api.Relation.create(schema="a", identifier="b") }}' as x
{{ log('said', info=true) }}
""",
    "models/portable.sql": """
select {{ dbt.date_trunc('month', 'day') }} as m, {{ dbt.dateadd('day', 1, 'day') }} as d,
    {{ datediff('day', 'now()', 'hour') }} as x, cast(1 as {{ dbt.type_string() }}) as s, cast(1 as {{ type_numeric() }}) as n,
    {{ dbt.concat(['a', 'b']) }} as c, {{ dbt.safe_cast('a', 'int') }} as k, {{ current_timestamp() }} as t,
    {{ dbt.split_part('a', "','", 1) }} as p, {{ dbt.hash('a') }} as h, {{ dbt.listagg('a', "','") }} as l
from ({{ dbt.generate_series(5) }}) as g
""",
    "models/spine.sql": "select date_day from ({{ dbt.date_spine('day', \"'2024-01-01'::date\", \"'2024-01-05'::date\") }}) as z",
    "models/increments.sql": """
{{ config(materialized='incremental', unique_key='id') }}
select * from {{ ref('simple') }}
{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
""",
    "snapshots/history.sql": """
{% snapshot history %}
{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='snaps') }}
select * from {{ ref('simple') }}
{% endsnapshot %}
""",
    "tests/singular.sql": "select * from {{ ref('latest') }} where price < 0",
}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the project above as `dbt compile` leaves it."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, text in PROJECT.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip("\n"), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile", "--profiles-dir", "."],
        cwd=folder,
        env=environment | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    manifest: dict[str, Any] = json.loads((folder / "target/manifest.json").read_text("utf-8"))
    return manifest

"""A small dbt project with every shape that a manifest can have, parsed once by dbt itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_lineage.extract.dbt import ManifestGraph, decode_manifest, read_manifest

FILES: dict[str, str] = {
    "dbt_project.yml": """\
name: shop
profile: shop
version: "1.0"
config-version: 2
flags: {send_anonymous_usage_stats: false}
vars: {wanted: orders}
models:
  shop:
    +materialized: table
seeds:
  shop:
    countries:
      +column_types: {code: VARCHAR(2), area: "Decimal(12, 2)"}
""",
    "profiles.yml": """\
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb, schema: main}
""",
    # Sources: every way to say, or not to say, a key.
    "models/_sources.yml": """\
version: 2

x-settled: &settled {error_after: {count: 36, period: hour}}

sources:
  - name: erp
    database: raw_db
    schema: erp_raw
    loaded_at_field: loaded_at
    tables:
      - name: orders
        identifier: T_ORDERS
        freshness: *settled
        meta:
          dagster:
            asset_key: [erp, orders]
        columns:
          - name: id
            data_type: BIGINT
            data_tests:
              - unique
              - not_null
          - name: customer_id
            data_type: bigint
            data_tests:
              - not_null:
                  config: {where: "id > 0"}
              - relationships:
                  arguments: {to: "source('crm', 'customers')", field: id}
          - name: note
      - name: frozen
      - name: texted
        config: {meta: {dagster: {asset_key: erp/texted}}}
  - name: crm
    schema: crm
    meta:
      dagster:
        asset_key: [crm, everything]
    tables:
      - name: customers
      -
        name: "{{ 'visits' }}"
        description: "{{ doc('visits') }}"
""",
    "models/docs.md": "{% docs visits %}Visits: of the shop{% enddocs %}\n",
    "models/_groups.yml": """\
groups:
  - name: sales
    owner: {name: Sales, email: sales@shop.example}
""",
    "models/staging/stg_orders.sql": """\

{# not a call: ref('stg_customers') and source('erp', 'orders') #}
with source as (
    select * from {{ source('erp', 'orders') }}
)
select id, customer_id, note
from source
""",
    "models/staging/stg_customers.sql": """\
{{ config(materialized='ephemeral') }}
select id, name
from {{
    source("crm", "customers")
}}
""",
    "models/orders.sql": """\
{{ config(alias='Fact Orders', schema='marts', group='sales', access='public',
          contract={'enforced': true}) }}
select o.id, o.customer_id, c.name as customer, 1::decimal(12,2) as amount
from {{ ref('stg_orders') }} o
join {{ ref('shop', 'stg_customers') }} c on c.id = o.customer_id
join {{ ref('countries') }} on true
join {{ ref('stg_orders') }} again on true
""",
    "models/hidden.sql": "select 1 as x\nunion all\n{{ all_of('stg_orders') }}\n",
    "models/by_variable.sql": "select 1 as x\nfrom {{ ref(var('wanted')) }}\n",
    "models/dim_v1.sql": "select 1 as id, 'a' as name\n",
    "models/dim_v2.sql": (
        "select 1 as id, 'a' as full_name\nfrom {{ ref('dim', v=1) }}\n, {{ ref('orders') }}\n"
    ),
    "models/latest.sql": "select *\nfrom {{ ref('dim') }}\njoin {{ ref('dim', version=1) }}\n",
    "models/guessed.py": (
        "def model(dbt, session):\n"
        '    orders = dbt.ref("orders")\n'
        '    return orders.join(dbt.source("erp", "frozen"), "id")\n'
    ),
    "models/off.sql": "{{ config(enabled=false) }}\nselect 1 as x\n",
    "models/_shop.yml": """\
version: 2

models:
  - name: orders
    description: "Orders: {{ 'with' }} Jinja"
    config:
      meta:
        dagster:
          owners: ["team:sales"]
    constraints:
      - type: primary_key
        columns: [id]
    columns:
      - name: id
        data_type: INTEGER
        constraints: [{type: not_null}]
      - name: customer_id
        data_type: integer
        data_tests:
          - not_null:
              config: {severity: warn}
          - relationships:
              name: customer_is_known
              arguments: {to: ref('stg_customers'), field: id}
          - relationships:
              arguments: {to: "source('crm', 'customers')", field: id}
      - name: customer
        data_type: varchar
      - name: amount
        data_type: decimal(12, 2)
        data_tests:
          - not_null
          - unique:
              config: {error_if: "> 100"}
    data_tests:
      - sums_match:
          arguments: {other: ref('stg_orders')}

  - name: stg_orders
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: customer_id
      - {name: Note, data_tests: [{not_null: {config: {error_if: "!=0"}}}]}
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments: {combination_of_columns: [id, customer_id]}

  - name: hidden
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          name: hidden_grain
          arguments: {combination_of_columns: [x, y]}
      - unique:
          arguments: {column_name: "x || '-' || y"}

  - name: dim
    latest_version: 2
    deprecation_date: 2030-01-31
    columns:
      - name: id
        data_tests: [unique]
      - name: name
    versions:
      - v: 1
        deprecation_date: 2027-01-31
      - v: 2
        columns:
          - include: all
            exclude: [name]
          - name: full_name
            data_tests: [not_null]
""",
    "models/_exposures.yml": """\
exposures:
  - name: board
    type: dashboard
    owner: {name: Board, email: board@shop.example}
    depends_on:
      - ref('orders')
      - ref('stg_customers')
  - name: nightly_mail
    type: application
    owner: {name: Mail}
    depends_on: ["source('crm', 'visits')"]
""",
    "seeds/countries.csv": '"code","name",area\nde,Germany,357000\n',
    "seeds/_seeds.yml": """\
seeds:
  - name: countries
    columns:
      - name: CODE
        data_tests: [unique, not_null]
""",
    "snapshots/history.sql": """\
{% snapshot nothing %}
{{ config(target_schema='snap', unique_key='x', strategy='check', check_cols='all') }}
select 1 as x
{% endsnapshot %}

{% snapshot history %}
{{ config(target_schema='snap', unique_key='id', strategy='check', check_cols='all') }}
select *
from {{ ref('orders') }}
{% endsnapshot %}
""",
    "snapshots/_kept.yml": """\
snapshots:
  - name: kept
    relation: source('erp', 'frozen')
    config: {unique_key: id, strategy: check, check_cols: all}
""",
    "macros/all_of.sql": """\
{% macro all_of(name) %}select 1 from {{ ref(name) }}{% endmacro %}
""",
    "tests/one.sql": "select * from {{ ref('orders') }} where amount < 0\n",
    "tests/two.sql": "select 1 from {{ ref('latest') }}, {{ ref('orders') }} where false\n",
    "tests/two_with_ref.sql": (
        "{{ config(meta={'dagster': {'ref': {'name': 'orders'}}}, severity='warn') }}\n"
        "select 1 from {{ ref('latest') }}, {{ ref('orders') }} where false\n"
    ),
    "tests/generic/sums_match.sql": (
        "{% test sums_match(model, other) %}\n"
        "select 1 from {{ model }}, {{ other }} where false\n{% endtest %}\n"
    ),
    # An installed package with a model, a source and a separate generic test.
    "dbt_packages/dbt_utils/dbt_project.yml": (
        'name: dbt_utils\nversion: "1.0"\nconfig-version: 2\nprofile: shop\n'
    ),
    "dbt_packages/dbt_utils/macros/unique.sql": (
        "{% test unique_combination_of_columns(model, combination_of_columns) %}\n"
        "select 1 from {{ model }} group by {{ combination_of_columns | join(', ') }}\n"
        "having count(*) > 1\n{% endtest %}\n"
    ),
    "dbt_packages/dbt_utils/models/calendar.sql": (
        "\n\n{{ config(materialized='view') }}\nselect day\nfrom {{ source('calendar', 'days') }}\n"
    ),
    "dbt_packages/dbt_utils/models/calendar.yml": """\
models:
  - name: calendar
    columns: [{name: day, data_tests: [unique]}]
sources:
  - name: calendar
    tables:
      - name: days
""",
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the project, with the manifest that dbt wrote."""
    folder = tmp_path_factory.mktemp("dbt") / "shop"
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse", "--profiles-dir", "."],
        cwd=folder,
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
    )
    return folder


@pytest.fixture(scope="session")
def manifest(shop: Path) -> bytes:
    return (shop / "target" / "manifest.json").read_bytes()


@pytest.fixture(scope="session")
def graph(shop: Path, manifest: bytes) -> ManifestGraph:
    return read_manifest(decode_manifest(manifest), shop)

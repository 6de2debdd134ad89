"""A dbt project of three models, built by dbt in Dagster runs."""

import textwrap

import dagster as dg
import pandas as pd
import pytest
from dagster_dbt import dbt_assets

from published_assets.api import WarehouseResource
from published_assets.dbt.api import DbtCli, TableKeys, build_and_publish, fresh_manifest
from published_assets.dbt.manifest_command import build as build_manifest
from warehouse import PublicationMissing, Warehouse

FILES = {
    "dbt_project.yml": """
        name: toy
        profile: toy
        models: {toy: {+materialized: table, +schema: toy, +group: toy_team}}
        """,
    "profiles.yml": """
        toy:
          target: t
          outputs:
            t:
              type: duckdb
              path: "{{ env_var('JAFFLE_DATA_DIR') }}/ci/warehouse/work/toy.duckdb"
              schema: toy
              attach:
                - path: "{{ env_var('JAFFLE_DATA_DIR') }}/ci/warehouse/published/raw.duckdb"
                  alias: raw
                  read_only: true
        """,
    "macros/schema.sql": """
        {% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
        """,
    "models/models.yml": """
        groups: [{name: toy_team, owner: {name: toy, email: toy@example.com}}]
        sources:
          - name: raw
            database: raw
            tables:
              - name: numbers
                config: {meta: {dagster: {asset_key: [raw, numbers]}}}
        models:
          - name: numbers
            columns:
              - name: n
                description: The number itself.
                data_tests:
                  - unique
                  - accepted_values:
                      name: small
                      description: "Warns: a large number is only unusual."
                      arguments: {values: [1, 2, 3, 9], quote: false}
                      config: {severity: warn}
          - name: doubled
            columns: [{name: twice, data_tests: [not_null]}]
          - name: people
            columns:
              - name: email
                config: {meta: {personal: true}}
                data_tests:
                  - accepted_values:
                      name: email_is_known
                      arguments: {values: [ada@example.com]}
                      config: {severity: warn}
        """,
    "models/people.sql": """
        select n, case when n = 7 then 'secret@example.com' else 'ada@example.com' end as email
        from {{ source('raw', 'numbers') }}
        """,
    "tests/no_seven.sql": """
        {{ config(severity='warn', meta={'dagster': {'ref': {'name': 'people'}}}) }}
        select n as "number", 'seven' as name from {{ ref('people') }} where n = 7
        """,
    "tests/starts_with_a.sql": """
        {{ config(severity='warn', meta={'dagster': {'ref': {'name': 'people'}}}) }}
        select n, substr(Email, 1, 6) as start from {{ ref('people') }} where n = 7
        """,
    "tests/all_kept.sql": """
        {{ config(severity='warn', meta={'dagster': {'ref': {'name': 'numbers'}}}) }}
        select source.n from {{ source('raw', 'numbers') }} as source
        left join {{ ref('numbers') }} as model on source.n = model.n
        where source.n = 7
        """,
    "models/numbers.sql": "select n from {{ source('raw', 'numbers') }}",
    "models/doubled.sql": "select n * 2 as twice from {{ ref('numbers') }}",
    "models/quotient.sql": "select cast(text as integer) as q "
    "from (select case when n = 9 then 'nine' else '1' end as text from {{ ref('numbers') }})",
}
NUMBERS, DOUBLED, QUOTIENT, PEOPLE = (
    dg.AssetKey(["toy", name]) for name in ("numbers", "doubled", "quotient", "people")
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Return the definitions of a parsed dbt project, with an environment for its runs."""
    folder = tmp_path_factory.mktemp("toy_project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAFFLE_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("JAFFLE_ENV", "ci")
        assert build_manifest(folder) == 0

        @dbt_assets(manifest=fresh_manifest(folder), dagster_dbt_translator=TableKeys(), name="toy")
        def toy_models(
            context: dg.AssetExecutionContext, dbt: DbtCli, warehouse: WarehouseResource
        ):
            yield from build_and_publish(context, dbt, warehouse)

        yield dg.Definitions(
            assets=[toy_models],
            resources={"dbt": DbtCli(folder), "warehouse": WarehouseResource(project="toy")},
        )


def publish_numbers(*numbers):
    warehouse = Warehouse("raw")
    with warehouse.open_session() as session:
        session.write(("raw", "numbers"), pd.DataFrame({"n": numbers}))
        session.publish()


def run(toy, *keys):
    job = toy.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(raise_on_error=False, asset_selection=list(keys) or None)


def failure_of(result):
    [data] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    return data.user_failure_data.description


def materialized(result):
    return {
        event.materialization.asset_key: event.materialization
        for event in result.all_events
        if event.is_step_materialization
    }


def checks(result):
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def test_missing_upstream_publication_is_reported_before_dbt_starts(toy):
    result = run(toy)
    assert "raw has published nothing" in failure_of(result)
    with pytest.raises(PublicationMissing):
        Warehouse("toy").publication()


def test_successful_build_is_published_with_rows_columns_and_descriptions(toy):
    publish_numbers(1, 2)
    result = run(toy)
    assert result.success
    events = materialized(result)
    assert events.keys() == {NUMBERS, DOUBLED, QUOTIENT, PEOPLE}
    for event in events.values():
        assert event.metadata["dagster/row_count"].value == 2
        assert event.tags["dagster/data_version"] == "1"
    [column] = events[NUMBERS].metadata["dagster/column_schema"].schema.columns
    assert (column.name, column.type, column.description) == ("n", "BIGINT", "The number itself.")
    assert checks(result) == {
        "unique_numbers_n": True,
        "small": True,
        "not_null_doubled_twice": True,
        "email_is_known": True,
        "no_seven": True,
        "starts_with_a": True,
        "all_kept": True,
    }
    assert Warehouse("toy").read(("toy", "doubled")).table.column("twice").to_pylist() == [2, 4]


def test_failed_test_publishes_nothing_and_is_stored(toy):
    publish_numbers(1, 2)
    run(toy)
    before = Warehouse("toy").publication().generation
    publish_numbers(1, 1)
    result = run(toy)
    assert not result.success
    assert materialized(result) == {}
    assert checks(result)["unique_numbers_n"] is False
    message = failure_of(result)
    assert "test unique_numbers_n (models/models.yml): Got 1 result" in message
    assert "its SQL: " in message
    assert Warehouse("toy").publication().generation == before
    assert Warehouse("toy").read(("toy", "numbers")).table.column("n").to_pylist() == [1, 2]


def test_failed_test_of_severity_warn_is_stored_and_published(toy):
    publish_numbers(1, 5)
    result = run(toy)
    assert result.success
    assert checks(result)["small"] is False
    assert Warehouse("toy").read(("toy", "numbers")).table.column("n").to_pylist() == [1, 5]


def descriptions(result):
    return {check.check_name: check.description for check in result.get_asset_check_evaluations()}


def test_failed_check_names_the_values_and_rows_that_failed(toy):
    publish_numbers(7, 7, 5, 4, 8, 6, 10, 1)
    result = run(toy)
    described = descriptions(result)
    assert described["small"] == ("n: 7 (2 rows), 4 (1 row), 5 (1 row), 6 (1 row), 8 (1 row), …")
    assert described["no_seven"] == 'number 7, name "seven"; number 7, name "seven"'
    assert described["all_kept"].startswith("n 7; n 7"), "sources are attached"
    assert described["unique_numbers_n"] == "Got 1 result, configured to fail if != 0"


def test_personal_data_are_not_in_the_reasons_of_failed_checks(toy):
    publish_numbers(7)
    result = run(toy)
    assert result.success
    described = descriptions(result)
    for check in ("email_is_known", "starts_with_a"):
        assert described[check] == "Got 1 result, configured to warn if != 0"
    assert "secret" not in str([event.event_specific_data for event in result.all_events])


def test_failed_model_is_reported_with_its_file_and_the_database_message(toy):
    publish_numbers(9)
    result = run(toy)
    assert "model quotient (models/quotient.sql): " in failure_of(result)
    assert "nine" in failure_of(result)
    assert materialized(result) == {}


def test_selection_builds_only_what_is_selected(toy):
    publish_numbers(3)
    result = run(toy, NUMBERS)
    assert result.success
    assert materialized(result).keys() == {NUMBERS}
    assert checks(result).keys() == {"unique_numbers_n", "small", "all_kept"}


def test_check_has_description_and_severity_of_its_data_test(toy):
    graph = toy.resolve_asset_graph()
    small, unique = (
        graph.get_check_spec(dg.AssetCheckKey(NUMBERS, name))
        for name in ("small", "unique_numbers_n")
    )
    assert (small.description, small.blocking) == ("Warns: a large number is only unusual.", False)
    assert (unique.description, unique.blocking) == (None, True)


def test_keys_groups_owners_and_edges_come_from_tables(toy):
    graph = toy.resolve_asset_graph()
    node = graph.get(NUMBERS)
    assert node.parent_keys == {dg.AssetKey(["raw", "numbers"])}
    assert node.group_name == "toy"
    assert node.owners == ["team:toy_team"]

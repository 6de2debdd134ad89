"""The asset in Dagster runs, from a published file to a published file."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ml.defs import predicted_orders as predicted_orders_module
from ml.defs.predicted_orders import predicted_orders
from ml.forecast_table import KEY, SCHEMA
from published_assets.api import WarehouseResource
from warehouse import Publication, Warehouse

DAYS = 145
LAST_DAY = date(2025, 1, 6) + timedelta(days=DAYS - 1)
SUMMARY = ("marts", "daily_order_summary")
FIRST_PARTITION = predicted_orders_module.SUMMARY.first_partition
JANUARY_20 = date(2025, 1, 20)


@pytest.fixture
def upstream(publish_table, table, weekly_noise) -> Publication:
    """Publish a history twice, so that its generation differs from the forecast's."""
    publish_table("marts_dbt", SUMMARY, table([1]))
    return publish_table("marts_dbt", SUMMARY, table(weekly_noise(DAYS)))


@dataclass
class Run:
    """The results of a successful run."""

    checks: dict[str, bool]
    event: dg.AssetMaterialization
    file: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory, instance, table, weekly_noise) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAFFLE_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("JAFFLE_ENV", "ci")
        for orders in ([1], weekly_noise()):
            with Warehouse("marts_dbt").open_session() as session:
                session.write(SUMMARY, table(orders))
                session.publish()
        result = materialize(instance)
        assert result.success
        event = instance.get_latest_materialization_event(KEY).asset_materialization
        return Run(checks(result), event, Warehouse("ml").publication().file)


def materialize(
    instance: dg.DagsterInstance, cutoff: str | None = None
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [predicted_orders],
        instance=instance,
        resources={"warehouse": WarehouseResource(project="ml")},
        run_config=dg.RunConfig(
            ops={"ml__predicted_orders": {"config": {"cutoff_date": cutoff} if cutoff else {}}}
        ),
        raise_on_error=False,
    )


def failure(result: dg.ExecuteInProcessResult) -> str:
    event = next(event for event in result.all_events if event.is_step_failure)
    return event.step_failure_data.user_failure_data.description


def published(query: str, file: Path | None = None) -> list[tuple]:
    file = file or Warehouse("ml").publication().file
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as ml (read_only)")
        return connection.execute(query).fetchall()


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def metadata(result: dg.ExecuteInProcessResult) -> dict:
    event = result.asset_materializations_for_node("ml__predicted_orders")[0]
    return {name: value.value for name, value in event.metadata.items()}


def evaluation(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    return next(e for e in result.get_asset_check_evaluations() if e.check_name == name)


def test_forecast_is_published_with_cutoff_date_and_upstream_generation(run):
    last = date(2025, 1, 6) + timedelta(days=202)
    assert published(
        "select count(*), min(forecast_date), max(forecast_date) from ml.ml.predicted_orders",
        run.file,
    ) == [(28, last + timedelta(days=1), last + timedelta(days=28))]
    assert published(
        "select distinct cutoff_date, upstream_generation from ml.ml.predicted_orders", run.file
    ) == [(last, 2)]
    assert published(
        "select count(*) from ml.ml.predicted_orders where 0 <= lower_95 and lower_95 < lower_80 "
        "and lower_80 < predicted_orders and predicted_orders < upper_80 and upper_80 < upper_95",
        run.file,
    ) == [(28,)]


def test_all_checks_are_stored_with_the_run(run):
    assert run.checks == {
        "no_gaps": True,
        "no_negative_values": True,
        "beats_baseline": True,
        "interval_coverage": True,
        "level_of_last_weeks": True,
        "upper_bounds": True,
        "recent_cutoff": True,
    }


def test_table_has_the_declared_columns_and_types(run):
    columns = published(
        "select column_name, data_type from duckdb_columns() where table_name = 'predicted_orders'",
        run.file,
    )
    assert columns == [(column.name, column.type) for column in SCHEMA.columns]


def test_event_has_the_model_and_its_data_as_metadata(run):
    metadata = {name: value.value for name, value in run.event.metadata.items()}
    model = published("select distinct model from ml.ml.predicted_orders", run.file)[0][0]
    assert metadata["model"] == model
    assert metadata["mae"] < metadata["baseline_mae"]
    assert metadata["mase"] < metadata["baseline_mase"]
    assert metadata["upstream_generation"] == 2
    assert metadata["cutoff_date"] == "2025-07-27"
    assert (metadata["training_days"], metadata["training_rows"]) == (203, 406)
    assert (metadata["days_left_out"], metadata["days_replaced"]) == (0, 0)
    assert metadata["cutoff_age_days"] > 0
    assert "unusual_days" not in metadata
    assert len(metadata["feature_schema_hash"]) == 64
    assert len(metadata["preview"].records) == 7
    tried = {record.data["model"] for record in metadata["candidates"].records}
    assert {"SeasonalNaive", model} < tried
    assert metadata["dagster/row_count"] == 28
    assert all(column.description for column in metadata["dagster/column_schema"].columns)
    image = base64.b64decode(metadata["picture"].split("base64,")[1].rstrip(")"))
    assert image.startswith(b"\x89PNG")
    assert len(image) < 40_000
    assert run.event.tags["dagster/data_version"] == "1"  # this project's first publication


def test_cutoff_of_the_run_is_the_last_day_of_training(upstream, instance):
    cutoff = LAST_DAY - timedelta(days=5)
    assert materialize(instance, cutoff.isoformat()).success
    assert published(
        "select min(forecast_date), any_value(cutoff_date) from ml.ml.predicted_orders"
    ) == [(cutoff + timedelta(days=1), cutoff)]


def test_only_the_declared_columns_are_read(publish_table, table, weekly_noise, instance):
    narrow = table(weekly_noise(DAYS)).drop_columns(["channel"])
    publish_table("marts_dbt", SUMMARY, narrow)
    assert materialize(instance).success


def test_renamed_upstream_column_is_reported(publish_table, table, instance):
    renamed = table([1, 2]).rename_columns(["order_date", "channel", "order_count"])
    publish_table("marts_dbt", SUMMARY, renamed)
    message = failure(materialize(instance))
    assert "marts.daily_order_summary" in message
    assert "no column 'orders'" in message


def test_missing_publication_is_reported_with_the_command_that_fixes_it(environment, instance):
    message = failure(materialize(instance))
    assert "No project has published the schema 'marts'" in message
    assert "platform run --select '+key:\"marts/daily_order_summary\"'" in message
    assert not environment.published_file("ml").exists()


def test_history_without_four_weeks_is_reported_with_days_and_the_command_that_adds_days(
    publish_table, table, instance, environment
):
    publish_table("marts_dbt", SUMMARY, table([5] * 27))
    message = failure(materialize(instance))
    assert "marts/daily_order_summary" in message
    assert "has 27 days, from 2025-01-06 to 2025-02-01, and 28 are needed" in message
    build = "platform run --select 'key:\"marts_staging/int_shop_order_days\"+' --partitions"
    assert f"{build} {FIRST_PARTITION}..2025-01-05" in message
    assert not environment.published_file("ml").exists()


def test_no_earlier_days_are_advised_where_the_first_partition_begins_the_history(
    publish_table, table, instance
):
    publish_table("marts_dbt", SUMMARY, table([5] * 20, first=FIRST_PARTITION))
    message = failure(materialize(instance))
    assert f"There are no earlier days: {FIRST_PARTITION} is the first partition." in message
    assert "platform run" not in message


def test_history_without_a_backtest_is_forecast_by_a_simple_model_and_warned_about(
    publish_table, table, weekly_noise, instance, capfd
):
    publish_table("marts_dbt", SUMMARY, table(weekly_noise(100)))
    result = materialize(instance)
    assert result.success
    assert published("select distinct model from ml.ml.predicted_orders") == [("LevelETS",)]
    reason = "Not measured: the history has 100 days, and a backtest needs 140"
    assert metadata(result)["backtest"] == reason
    for name in ("beats_baseline", "interval_coverage"):
        check = evaluation(result, name)
        assert (check.passed, check.severity.value) == (False, "WARN")
        assert check.description == reason
    assert reason in capfd.readouterr().err


def test_incomplete_last_day_and_closed_day_are_in_the_metadata_and_the_log(
    publish_table, table, weekly_noise, instance, capfd
):
    orders = weekly_noise(DAYS)
    orders[-10], orders[-1] = 0, 3
    publish_table("marts_dbt", SUMMARY, table(orders))
    result = materialize(instance)
    assert result.success
    yesterday = LAST_DAY - timedelta(days=1)
    assert published(
        "select min(forecast_date), any_value(cutoff_date) from ml.ml.predicted_orders"
    ) == [(LAST_DAY, yesterday)]
    found = metadata(result)
    assert found["cutoff_date"] == str(yesterday)
    assert (found["days_left_out"], found["days_replaced"]) == (1, 1)
    assert found["training_days"] == DAYS - 1
    rows = [record.data for record in found["unusual_days"].records]
    assert [(row["day"], row["orders"], row["treatment"]) for row in rows] == [
        (str(LAST_DAY - timedelta(days=9)), 0, "replaced by the usual orders: closed"),
        (str(LAST_DAY), 3, "left out: incomplete"),
    ]
    log = capfd.readouterr().err
    assert "orders than usual for their weekday: 2 (1 left out, 1 replaced)" in log
    assert f"{LAST_DAY}: 3 orders, usually" in log


def test_closed_day_of_last_season_is_not_a_warning_in_every_run(
    publish_table, table, weekly_noise, instance, capfd
):
    orders = weekly_noise(100)
    orders[-40] = 0
    publish_table("marts_dbt", SUMMARY, table(orders))
    assert materialize(instance).success
    (line,) = [one for one in capfd.readouterr().err.splitlines() if "for their weekday" in one]
    assert "INFO" in line


def test_days_without_a_row_are_logged_with_the_command_that_builds_them(
    publish_table, table, weekly_noise, instance, capfd
):
    days = table(weekly_noise(100))
    publish_table("marts_dbt", SUMMARY, days.filter(pc.not_equal(days["order_date"], JANUARY_20)))
    assert materialize(instance).success
    log = capfd.readouterr().err
    assert "Days without a row: 1 of 100, from 2025-01-20 to 2025-01-20" in log
    build = "platform run --select 'key:\"marts_staging/int_shop_order_days\"+' --partitions"
    assert f"{build} 2025-01-20..2025-01-20" in log


def test_no_day_is_to_be_built_before_the_first_partition(publish_table, table, instance, capfd):
    days = table([5] * 30, first=FIRST_PARTITION - timedelta(days=100))
    second = FIRST_PARTITION - timedelta(days=99)
    publish_table("marts_dbt", SUMMARY, days.filter(pc.not_equal(days["order_date"], second)))
    assert materialize(instance).success
    log = capfd.readouterr().err
    assert f"Days without a row: 1 of 30, from {second} to {second}" in log
    assert "platform run" not in log


def test_cutoff_that_is_not_a_date_fails_with_an_example(upstream, instance):
    assert "write an ISO date such as" in failure(materialize(instance, "30.06.2025"))


def test_forecast_with_a_gap_is_not_published_and_the_old_one_is_kept(
    upstream, instance, monkeypatch: pytest.MonkeyPatch
):
    from ml.forecasting import forecast as module

    with Warehouse("ml").open_session() as session:
        session.write(KEY.path, pa.table({"model": ["yesterday"]}))
        session.publish()
    whole = module.make_forecast

    def with_a_gap(*arguments: object) -> module.Forecast:
        made = whole(*arguments)
        return module.Forecast(made.days.drop(index=3), made.backtest)

    monkeypatch.setattr(module, "make_forecast", with_a_gap)
    result = materialize(instance)
    assert not result.success
    assert "no_gaps" in failure(result)
    assert "missing days" in failure(result)
    assert checks(result)["no_gaps"] is False
    assert published("from ml.ml.predicted_orders") == [("yesterday",)]
    assert Warehouse("ml").publication().generation == 1


def test_model_that_does_not_beat_the_baseline_is_published_with_a_warning(
    publish_table, table, weekly_noise, instance, monkeypatch: pytest.MonkeyPatch
):
    from ml.forecasting import forecast as module

    publish_table("marts_dbt", SUMMARY, table(weekly_noise(DAYS)))
    only_baseline = module.candidates()[:1]
    monkeypatch.setattr(module, "candidates", lambda: only_baseline)
    result = materialize(instance)
    assert result.success
    assert checks(result)["beats_baseline"] is False
    assert published("select distinct model from ml.ml.predicted_orders") == [("SeasonalNaive",)]

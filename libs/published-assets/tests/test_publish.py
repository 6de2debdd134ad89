import dagster as dg
import pandas as pd
import pytest

from published_assets.api import WarehouseResource, pool_of, publish
from warehouse import PublicationMissing, Warehouse

ORDERS = dg.AssetKey(["shop", "orders"])
CUSTOMERS = dg.AssetKey(["shop", "customers"])


def shop_assets(*, rows=3, passed=True, severity=dg.AssetCheckSeverity.ERROR, blocking=True):
    @dg.multi_asset(
        specs=[dg.AssetSpec(ORDERS, skippable=True), dg.AssetSpec(CUSTOMERS, skippable=True)],
        check_specs=[dg.AssetCheckSpec("enough_rows", asset=ORDERS, blocking=blocking)],
        can_subset=True,
        pool=pool_of("shop"),
    )
    def shop(context: dg.AssetExecutionContext, warehouse: WarehouseResource):
        with warehouse.open_session() as session:
            session.write(ORDERS.path, pd.DataFrame({"id": range(rows)}))
            session.write(CUSTOMERS.path, pd.DataFrame({"name": ["a"]}))
            check = dg.AssetCheckResult(
                asset_key=ORDERS,
                check_name="enough_rows",
                passed=passed,
                severity=severity,
                description="too few",
            )
            yield from publish(context, session, metadata={ORDERS: {"more": 7}}, checks=[check])

    return shop


def run(assets, instance=None, **options):
    return dg.materialize(
        [assets],
        resources={"warehouse": WarehouseResource(project="shop")},
        instance=instance,
        raise_on_error=False,
        **options,
    )


def test_events_carry_the_generation_rows_and_columns(environment):
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(shop_assets(), instance)
        assert result.success
        event = instance.get_latest_materialization_event(ORDERS).asset_materialization
    assert event.tags["dagster/data_version"] == "1"
    assert event.metadata["generation"].value == 1
    assert event.metadata["dagster/row_count"].value == 3
    assert event.metadata["more"].value == 7
    columns = event.metadata["dagster/column_schema"].schema.columns
    assert [(column.name, column.type) for column in columns] == [("id", "BIGINT")]


def test_event_has_the_columns_of_the_table_with_what_the_definition_declares(environment):
    declared = dg.TableSchema(
        [
            dg.TableColumn(
                "ID",
                "?",
                "Number of the order.",
                dg.TableColumnConstraints(nullable=False, unique=True),
            ),
            dg.TableColumn("removed", "VARCHAR"),
        ],
        dg.TableConstraints(["primary key (id)"]),
    )
    origin = dg.TableColumnDep(dg.AssetKey(["source", "orders"]), "number")
    lineage = dg.TableColumnLineage({"ID": [origin], "removed": [origin]})

    @dg.asset(
        key=ORDERS,
        metadata={"dagster/column_schema": declared, "dagster/column_lineage": lineage},
    )
    def orders(context: dg.AssetExecutionContext, warehouse: WarehouseResource):
        with warehouse.open_session() as session:
            session.write(ORDERS.path, pd.DataFrame({"id": [1], "added": ["a"]}))
            yield from publish(context, session)

    [event] = run(orders).asset_materializations_for_node("shop__orders")
    schema = event.metadata["dagster/column_schema"].value
    assert [(column.name, column.type, column.description) for column in schema.columns] == [
        ("id", "BIGINT", "Number of the order."),
        ("added", "VARCHAR", None),
    ]
    constraints = schema.columns[0].constraints
    assert (constraints.nullable, constraints.unique) == (False, True)
    assert schema.constraints.other == ["primary key (id)"]
    found = event.metadata["dagster/column_lineage"].value
    assert found.deps_by_column == {"id": [origin], "added": []}


def test_columns_of_a_range_of_partitions_are_stored_once(environment):
    """10,000 days would be 10,000 copies. The UI shows the last event, which has them."""

    @dg.asset(
        key=ORDERS,
        partitions_def=dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-08"),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def orders(context: dg.AssetExecutionContext, warehouse: WarehouseResource):
        with warehouse.open_session() as session:
            session.write(ORDERS.path, pd.DataFrame({"id": [1, 2]}))
            yield from publish(context, session, metadata={ORDERS: {"more": 7}})

    first, last = "2026-01-01", "2026-01-07"
    in_range = {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(orders, instance, tags=in_range)
        latest = instance.get_latest_materialization_event(ORDERS).asset_materialization
        [alone] = run(orders, partition_key=first).asset_materializations_for_node("shop__orders")
    events = result.asset_materializations_for_node("shop__orders")
    small = {"dagster/row_count", "generation", "published_at"}
    assert [event.metadata.keys() for event in events[:-1]] == [small] * 6
    assert latest.partition == last
    assert latest.metadata.keys() == small | {"dagster/column_schema", "more"}
    assert alone.metadata.keys() == latest.metadata.keys()


def test_event_is_stored_after_the_publication(environment, monkeypatch):
    """A reader that starts at the event would otherwise read the old data."""
    seen = []
    store = dg.DagsterInstance.handle_new_event

    def look_then_store(self, event, *arguments, **options):
        if event.is_dagster_event and event.dagster_event.is_step_materialization:
            seen.append(Warehouse("shop").publication().generation)
        return store(self, event, *arguments, **options)

    monkeypatch.setattr(dg.DagsterInstance, "handle_new_event", look_then_store)
    with dg.DagsterInstance.ephemeral() as instance:
        run(shop_assets(), instance)
        run(shop_assets(), instance)
    assert seen == [1, 1, 2, 2]


def test_failed_blocking_check_publishes_nothing_and_is_stored(environment):
    with dg.DagsterInstance.ephemeral() as instance:
        assert run(shop_assets(), instance).success
        result = run(shop_assets(rows=0, passed=False), instance)
        assert not result.success
        [check] = result.get_asset_check_evaluations()
        assert (check.check_name, check.passed) == ("enough_rows", False)
        assert result.asset_materializations_for_node("shop") == []
    failure = result.failure_data_for_node("shop").user_failure_data
    assert "shop was not published" in failure.description
    assert "enough_rows of shop/orders failed: too few" in failure.description
    assert Warehouse("shop").publication().generation == 1
    assert Warehouse("shop").read(ORDERS.path).table.num_rows == 3


@pytest.mark.parametrize(
    "non_blocking", [{"severity": dg.AssetCheckSeverity.WARN}, {"blocking": False}], ids=str
)
def test_failed_check_that_does_not_block_is_stored_and_published(environment, non_blocking):
    result = run(shop_assets(rows=1, passed=False, **non_blocking))
    assert result.success
    [check] = result.get_asset_check_evaluations()
    assert not check.passed
    assert Warehouse("shop").read(ORDERS.path).table.num_rows == 1


def test_only_selected_assets_get_events(environment):
    result = run(shop_assets(), selection=dg.AssetSelection.assets(CUSTOMERS))
    assert result.success
    keys = {event.asset_key for event in result.asset_materializations_for_node("shop")}
    assert keys == {CUSTOMERS}


def test_unpublished_state_of_an_earlier_step_is_logged(environment, capfd):
    run(shop_assets())
    run(shop_assets(rows=0, passed=False))
    run(shop_assets())
    log = capfd.readouterr().err
    assert "had a state that was never published" in log
    assert "shop.unpublished.duckdb" in log


def test_missing_publication_fails_the_step_with_the_command_that_fixes_it(environment):
    @dg.asset
    def reader(warehouse: WarehouseResource) -> None:
        warehouse.read(("marts", "daily_order_summary"))

    result = run(reader)
    failure = result.failure_data_for_node("reader").user_failure_data
    assert "platform run --select '+key:\"marts/daily_order_summary\"'" in failure.description
    with pytest.raises(PublicationMissing):
        Warehouse("shop").publication()

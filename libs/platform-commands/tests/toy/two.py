import dagster as dg
from behavior import behave

DAILY = dg.DailyPartitionsDefinition("2026-01-01", end_date="2026-01-11")
STATIC = dg.StaticPartitionsDefinition(["north", "south"])


@dg.asset(
    key=["two", "b"],
    deps=[dg.AssetKey(["raw", "a"]), dg.AssetKey(["elsewhere", "external"])],
    check_specs=[
        dg.AssetCheckSpec("complete", asset=["two", "b"], blocking=True),
        dg.AssetCheckSpec("formatted", asset=["two", "b"]),
    ],
)
def b():
    behavior = behave("two/b")
    yield dg.MaterializeResult(
        check_results=[
            dg.AssetCheckResult(
                check_name="complete",
                passed=behavior != "check fails",
                description="3 rows are incomplete",
            ),
            dg.AssetCheckResult(check_name="formatted", passed=False),
        ]
    )


@dg.asset(key=["two", "other"])
def other():
    behave("two/other")
    return dg.MaterializeResult()


@dg.asset(
    key=["two", "daily"],
    deps=[dg.AssetKey(["two", "other"])],
    partitions_def=DAILY,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def daily(context: dg.AssetExecutionContext):
    behave("two/daily")
    return dg.MaterializeResult(metadata={"dagster/row_count": len(context.partition_keys)})


@dg.asset(key=["two", "regions"], partitions_def=STATIC)
def regions(context: dg.AssetExecutionContext):
    behave(f"two/regions/{context.partition_key}")
    return dg.MaterializeResult()


defs = dg.Definitions([b, other, daily, regions], executor=dg.in_process_executor)

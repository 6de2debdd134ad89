import dagster as dg
from behavior import behave


@dg.asset(key=["raw", "a"], pool="warehouse_one")
def a():
    behave("raw/a")
    return dg.MaterializeResult(metadata={"dagster/row_count": 1234})


@dg.asset(key=["back", "z"], deps=[dg.AssetKey(["two", "b"])], pool="warehouse_one")
def z():
    behave("back/z")
    return dg.MaterializeResult()


@dg.asset(key=["apart", "h"], pool="warehouse_one")
def h():
    behave("apart/h")
    return dg.MaterializeResult()


defs = dg.Definitions(
    [a, z, h, dg.AssetSpec(["elsewhere", "external"])], executor=dg.in_process_executor
)

import dagster as dg
import pyarrow as pa
from behavior import behave

from warehouse import Warehouse


@dg.asset(key=["three", "leaf"], deps=[dg.AssetKey(["two", "b"]), dg.AssetKey(["two", "daily"])])
def leaf():
    behave("three/leaf")
    with Warehouse("three").open_session() as session:
        session.write(
            ("three", "leaf"), pa.table({"day": ["monday", "tuesday"], "orders": [31, 27]})
        )
        session.publish()
    return dg.MaterializeResult(metadata={"dagster/row_count": 2})


@dg.asset(key=["three", "free"], deps=[dg.AssetKey(["two", "other"])])
def free():
    behave("three/free")
    return dg.MaterializeResult()


defs = dg.Definitions([leaf, free], executor=dg.in_process_executor)

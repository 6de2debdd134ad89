import re
from pathlib import Path

import dagster as dg
import pyarrow as pa

from published_assets.api import WarehouseResource
from warehouse import Warehouse

README = Path(__file__).parents[1] / "README.md"


def test_example_of_the_readme_works(environment):
    with Warehouse("marts_dbt").open_session() as session:
        session.write(("marts", "daily_order_summary"), pa.table({"orders": [3, 4]}))
        session.publish()
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names = {}
    exec(example, names)  # noqa: S102 - the example is in this repository
    resources = {"warehouse": WarehouseResource(project="ml")}
    assert dg.materialize([names["example"]], resources=resources).success
    assert Warehouse("ml").read(("ml", "example")).table.num_rows == 2

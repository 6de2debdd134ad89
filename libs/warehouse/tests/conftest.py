import pandas as pd
import pytest

from environment import Environment
from warehouse import Warehouse


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path, "ci")


@pytest.fixture
def orders():
    """Makes a frame of as many orders as asked for."""
    return lambda rows: pd.DataFrame({"id": range(rows), "total": [1.5] * rows})


@pytest.fixture
def shop(environment, orders):
    """A project that has published generation 1: table shop.orders with ids 0, 1, 2."""
    warehouse = Warehouse("shop", environment)
    with warehouse.open_session() as session:
        session.write(("shop", "orders"), orders(3))
        session.publish()
    return warehouse

import pandas as pd
import pytest

from environment import Environment
from warehouse import Warehouse


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path, "ci")


@pytest.fixture
def orders():
    """Return a frame with the requested number of orders."""
    return lambda rows: pd.DataFrame({"id": range(rows), "total": [1.5] * rows})


@pytest.fixture
def shop(environment, orders):
    """Return a project whose generation 1 has the table shop.orders with the ids 0, 1, 2."""
    warehouse = Warehouse("shop", environment)
    with warehouse.open_session() as session:
        session.write(("shop", "orders"), orders(3))
        session.publish()
    return warehouse

"""Names that users write are found, and the nearest name is suggested for those that are not."""

from __future__ import annotations

import pytest

from dagster_lineage.analyze.impact.targets import Targets, TargetUnknown
from dagster_lineage.files.interface_files import read_graph


@pytest.fixture
def targets(projects):
    graph = read_graph(projects.root, ("projects/*/interface.json",))
    return Targets(graph, projects.root, projects.root / "projects/shop")


AMOUNT = {"shop/orders": frozenset({"amount"})}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("shop/orders", {"shop/orders": None}),
        ("shop.orders", {"shop/orders": None}),
        ("orders", {"shop/orders": None}),
        ("shop/orders.amount", AMOUNT),
        ("shop/orders#amount", AMOUNT),
        ("shop.orders.amount", AMOUNT),
        ("orders.amount", AMOUNT),
        ("orders#Amount", {"shop/orders": frozenset({"Amount"})}),
        ("ml/forecast.anything", {"ml/forecast": frozenset({"anything"})}),
        ("legacy/rates", {"legacy/rates": None}),
        ("projects/shop/models/orders.sql", {"shop/orders": None}),
        ("projects/shop/models/_shop.yml", {"shop/orders": None}),
        ("models/orders.sql", {"shop/orders": None}),
        ("projects/marts/models/_sources.yml", {"marts/paid": None}),
        ("projects/marts", {"marts/paid": None, "marts/daily": None}),
        ("projects/marts/", {"marts/paid": None, "marts/daily": None}),
        ("../marts/models/paid.sql", {"marts/paid": None}),
    ],
)
def test_every_way_to_name_a_target(targets, text, found):
    assert targets.find(text) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shop/ordrs", "did you mean `shop/orders`"),
        ("ordrs", "did you mean `orders`"),
        ("shop/orders.amonut", "shop/orders has no column `amonut`: did you mean `amount`"),
        ("shop/orders.zzzz", "expected one of `id`, `status`, `amount`, `day`"),
        ("daily", "can be several assets: marts/daily, ml/daily"),
        ("projects/shop/macros/empty.sql", "no asset is defined or described in"),
        ("projects/shop/macros", "no asset is defined or described in"),
        ("/etc", "no asset, column or file is called"),
    ],
)
def test_an_unknown_target_suggests_the_nearest(targets, text, message):
    with pytest.raises(TargetUnknown, match=message):
        targets.find(text)

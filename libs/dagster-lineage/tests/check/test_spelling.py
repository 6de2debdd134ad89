"""`did you mean`: slips are recognized, other names are not; few of thousands are compared."""

from __future__ import annotations

import random
from string import ascii_lowercase

import pytest

from dagster_lineage.model.name_index import KnownNames
from dagster_lineage.model.nearest_names import distance, mistyped, nearest_name


@pytest.mark.parametrize(
    ("name", "other", "slips"),
    [
        ("orders", "orders", 0),
        ("orders", "order", 1),
        ("ordres", "orders", 1),
        ("prders", "orders", 1),
        ("prdres", "orders", 2),
        ("orders", "users", 3),
        ("a", "abcdef", 3),
    ],
)
def test_swapped_letters_are_one_slip(name: str, other: str, slips: int) -> None:
    assert distance(name, other, 2) == slips
    assert distance(other, name, 2) == slips


@pytest.mark.parametrize(
    ("name", "other", "slip"),
    [
        ("ordrs", "orders", True),
        ("Orders", "orders", True),
        ("customer_ordres", "customer_orders", True),
        ("orders_2018", "orders_2019", False),
        ("raw_eu", "raw_us", False),
        ("id", "ip", False),
        ("orders", "payments", False),
    ],
)
def test_names_that_differ_on_purpose_are_no_slips(name: str, other: str, slip: bool) -> None:
    assert mistyped(name, other) is slip
    assert (KnownNames([other]).slips(name) == [other]) is slip


def test_part_of_a_name_is_still_found() -> None:
    assert nearest_name("fct_orders", ["orders", "users"]) == "orders"
    assert KnownNames(["orders", "users"]).alike("fct_orders") == "orders"
    assert nearest_name("zebra", ["orders", "users"]) == ""


def test_the_nearest_of_several_slips_comes_first() -> None:
    assert KnownNames(["customers", "customerss", "customer"]).slips("customrs")[0] == "customers"


def test_few_of_thousands_of_names_are_compared_letter_by_letter(monkeypatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(
        "dagster_lineage.model.name_index.mistyped",
        lambda name, other: compared.append(other) or mistyped(name, other),
    )
    chance = random.Random(7)  # noqa: S311 - the same names every time
    words = ["".join(chance.choices(ascii_lowercase, k=chance.randint(3, 9))) for _ in range(300)]
    names = ["_".join(chance.sample(words, 3)) for _ in range(2000)]
    known = KnownNames(names)
    assert known.slips(names[0].replace(names[0][4], "", 1))[0] == names[0]
    compared.clear()
    for _ in range(100):
        known.slips("_".join(chance.sample(words, 3)))
    assert len(compared) < 0.02 * 100 * 2000

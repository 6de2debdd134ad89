"""`did you mean`: typos are recognized, other names are not; thousands are compared quickly."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from string import ascii_lowercase

import pytest

from dagster_lineage.model.nearest_names import KnownNames, did_you_mean, distance, nearest_name


@pytest.mark.parametrize(
    ("name", "other", "typos"),
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
def test_swapped_letters_are_one_typo(name: str, other: str, typos: int) -> None:
    assert distance(name, other, 2) == typos
    assert distance(other, name, 2) == typos


@pytest.mark.parametrize(
    ("name", "other", "typo"),
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
def test_names_that_differ_on_purpose_are_not_typos(name: str, other: str, typo: bool) -> None:
    assert (KnownNames([other]).typos(name) == [other]) is typo


def test_part_of_a_name_is_still_found() -> None:
    assert nearest_name("fct_orders", ["orders", "users"]) == "orders"
    assert nearest_name("zebra", ["orders", "users"]) == ""


def test_the_nearest_of_several_typos_comes_first() -> None:
    assert KnownNames(["customers", "customerss", "customer"]).typos("customrs")[0] == "customers"


def test_known_names_are_listed_where_none_is_near() -> None:
    assert did_you_mean("zebra", ["orders", "users"]) == "expected one of `orders`, `users`."
    assert did_you_mean("zebra", []) == "there are none."
    assert did_you_mean("zebra", map(str, range(40))).endswith("`29` and 10 more.")


def test_thousands_of_names_are_looked_up_among_thousands_in_little_time() -> None:
    chance = random.Random(7)  # noqa: S311 - the same names every time
    words = ["".join(chance.choices(ascii_lowercase, k=chance.randint(3, 9))) for _ in range(300)]
    names = ["_".join(chance.sample(words, 3)) for _ in range(2000)]
    known = KnownNames(names)
    assert known.typos(names[0].replace(names[0][4], "", 1))[0] == names[0]
    started = time.process_time()
    for _ in range(100):
        known.typos("_".join(chance.sample(words, 3)))
    # About 0.02 s. Comparing letter by letter in Python takes several seconds.
    assert time.process_time() - started < 0.5


def test_rapidfuzz_is_imported_only_when_a_name_is_wrong() -> None:
    script = (
        "import sys; from dagster_lineage.model.nearest_names import nearest_name\n"
        "assert 'rapidfuzz' not in sys.modules; nearest_name('ordrs', ['orders'])\n"
        "assert 'rapidfuzz' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

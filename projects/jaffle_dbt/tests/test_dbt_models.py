"""The numbers in the shop's tables, computed again from the seed files."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
METHODS = ("credit_card", "coupon", "bank_transfer", "gift_card")


def rows_of(seed):
    with (SEEDS / f"{seed}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def paid():
    """Return euros by order and method."""
    euros = defaultdict(lambda: dict.fromkeys(METHODS, Decimal(0)))
    for payment in rows_of("raw_payments"):
        euros[payment["order_id"]][payment["payment_method"]] += Decimal(payment["amount"]) / 100
    return euros


def test_no_cent_is_lost_between_payments_and_orders(built, paid):
    expected = sorted(
        (int(order["id"]), *(paid[order["id"]][method] for method in METHODS))
        for order in rows_of("raw_orders")
    )
    columns = [f"{method}_amount" for method in METHODS]
    found = built.query(f"select order_id, {', '.join(columns)} from jaffle.orders order by 1")
    assert found == expected
    in_all = built.query("select order_id, amount from jaffle.orders order by 1")
    assert in_all == [(order, sum(amounts)) for order, *amounts in expected]


def test_customers_without_an_order_are_kept_with_zeros(built, paid):
    orders = defaultdict(list)
    for order in rows_of("raw_orders"):
        orders[int(order["user_id"])].append(order)
    expected = [
        (
            customer,
            len(orders[customer]),
            sum((sum(paid[order["id"]].values()) for order in orders[customer]), Decimal(0)),
            min((order["order_date"] for order in orders[customer]), default=None),
            max((order["order_date"] for order in orders[customer]), default=None),
        )
        for customer in range(1, 104)
    ]
    found = built.query("""
        select customer_id, number_of_orders, customer_lifetime_value,
            cast(first_order as varchar), cast(most_recent_order as varchar)
        from jaffle.customers order by customer_id
    """)
    assert found == expected
    assert (103, 0, Decimal("0.00"), None, None) in found


def test_seeds_have_the_documented_values():
    orders, payments = rows_of("raw_orders"), rows_of("raw_payments")
    assert {int(order["user_id"]) for order in orders} <= set(range(1, 101))
    assert min(order["order_date"] for order in orders) == "2024-01-01"
    assert max(order["order_date"] for order in orders) == "2026-06-30"
    assert {payment["payment_method"] for payment in payments} == set(METHODS)


def test_no_email_address_reaches_the_published_file(built):
    columns = built.query("select column_name from information_schema.columns")
    assert ("customer_id",) in columns
    assert ("email",) not in columns

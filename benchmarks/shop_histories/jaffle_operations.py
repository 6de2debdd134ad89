"""Random changes of the jaffle shop: the customer export and the seeds."""

from __future__ import annotations

import random

from benchmarks.shop_histories.source import (
    JAFFLE_STATUSES,
    METHODS,
    Source,
    add_jaffle_order,
    random_customer,
)


def customer_updated(source: Source, rng: random.Random) -> str:
    customer = rng.choice(list(source.customers.values()))
    column = rng.choice(("first_name", "last_name", "country", "signed_up_on"))
    setattr(customer, column, getattr(random_customer(source, rng, customer.id), column))
    return f"update {column} of customer {customer.id}"


def customer_inserted(source: Source, rng: random.Random) -> str:
    """Add a customer, sometimes with the id of a user of the online shop."""
    new = [one for one in source.users if one not in source.customers]
    number = rng.choice(new) if new and rng.random() < 0.5 else source.new_id()
    source.customers[number] = random_customer(source, rng, number)
    return f"insert customer {number}"


def customer_removed(source: Source, rng: random.Random) -> str:
    """Remove a customer from the export, whose orders stay."""
    if len(source.customers) < 2:
        return ""
    number = rng.choice(sorted(source.customers))
    del source.customers[number]
    return f"remove customer {number}"


def seeds_switched(source: Source, rng: random.Random) -> str:
    """Switch the orders of the seeds off or on."""
    source.variables.demo_orders = rng.random() < 0.5
    return f"demo_orders: {source.variables.demo_orders}"


def jaffle_order_inserted(source: Source, rng: random.Random) -> str:
    return f"insert order {add_jaffle_order(source, rng).id} of the jaffle shop"


def jaffle_order_changed(source: Source, rng: random.Random) -> str:
    """Change an order of the jaffle shop or its payments."""
    if not source.jaffle_orders:
        return ""
    order = rng.choice(list(source.jaffle_orders.values()))
    what = rng.choice(("status", "user_id", "payments", "deleted"))
    if what == "status":
        order.status = rng.choice(JAFFLE_STATUSES)
    elif what == "user_id":
        order.user_id = rng.choice((*sorted(source.customers), 999))
    elif what == "payments":
        order.payments = [
            *order.payments[1:],
            (source.new_id(), rng.choice(METHODS), rng.randrange(1, 99_999)),
        ]
    else:
        del source.jaffle_orders[order.id]
    return f"{what} of order {order.id} of the jaffle shop"


OPERATIONS = {
    one.__name__.replace("_", " "): (one, weight)
    for one, weight in (
        (customer_updated, 3), (customer_inserted, 2), (customer_removed, 2),
        (jaffle_order_inserted, 2), (jaffle_order_changed, 4), (seeds_switched, 1),
    )
}  # fmt: skip
"""Operations and their weights, by name."""

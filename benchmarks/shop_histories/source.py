"""The sources of a history: rows as the ingestion team publishes them, and the variables of dbt."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

CHANNELS = ("web", "app", "store", "phone")
STATUSES = ("placed", "shipped", "completed", "returned", "canceled")
METHODS = ("credit_card", "coupon", "bank_transfer", "gift_card")
JAFFLE_STATUSES = ("placed", "shipped", "completed", "return_pending", "returned")
COUNTRIES = ("NL", "DE", "FR", "IN", "US", None)
RATES = {"EUR": "1", "USD": "0.9137", "JPY": "0.0061", "GBP": "1.175"}
ZONES = (
    "UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "America/St_Johns",
    "Pacific/Kiritimati", "Australia/Lord_Howe",
)  # fmt: skip
FIRST_DAYS = (
    dt.date(1997, 12, 24), dt.date(2024, 2, 22), dt.date(2024, 3, 25), dt.date(2024, 10, 21),
    dt.date(2025, 12, 22), dt.date(2026, 7, 1),
)  # fmt: skip
"""A first day long ago; leap day, summer time, winter time, the turn of a year, nothing special."""


@dataclass
class Order:
    """A row of `shop_public.orders`."""

    id: int
    user_id: int | None
    channel: str | None
    status: str | None
    amount: Decimal | None
    currency: str | None
    ordered_at: dt.datetime | None
    """As written: UTC if the source has a time zone, else the shop's local time."""
    updated_at: dt.datetime
    synced: dt.datetime
    """Time at which Fivetran last wrote the row; UTC."""
    deleted: bool | None = False
    """Null in rows from before the connector marked deleted rows."""


@dataclass
class User:
    """A row of `shop_public.users`."""

    id: int
    full_name: str | None
    country: str | None
    signup_channel: str | None
    created_at: dt.datetime
    synced: dt.datetime
    deleted: bool = False


@dataclass
class Customer:
    """A row of `jaffle_shop.raw_customers`."""

    id: int
    first_name: str | None
    last_name: str | None
    country: str | None
    signed_up_on: dt.date | None


@dataclass
class JaffleOrder:
    """A row of the seed `raw_orders`, with its rows of `raw_payments`."""

    id: int
    user_id: int
    order_date: dt.date
    status: str
    payments: list[tuple[int, str, int]]
    """Id, method, cents."""


@dataclass
class Variables:
    """Variables of the dbt projects."""

    first_day: dt.date
    shop_time_zone: str
    euros_per_unit: dict[str, str]
    demo_orders: bool = True
    """Whether the seeds of the jaffle shop are loaded."""


@dataclass
class Source:
    """All source rows at one moment of a history."""

    variables: Variables
    now: dt.datetime
    """The clock of the history, UTC."""
    zoned: bool
    """Whether the shop's timestamps have a time zone."""
    synced_zoned: bool
    """Whether Fivetran's timestamps have one."""
    amount_type: str
    """`decimal(12, 2)`, `decimal(18, 4)` or `double`."""
    orders: dict[int, Order] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    jaffle_orders: dict[int, JaffleOrder] = field(default_factory=dict)
    next_id: int = 1

    @property
    def latest_day(self) -> dt.date:
        """The latest complete day, which is the latest partition."""
        return self.now.date() - dt.timedelta(days=1)

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id

    def live(self) -> list[Order]:
        """Return the orders that exist in the shop's database."""
        return [order for order in self.orders.values() if not order.deleted]


def random_source(rng: random.Random) -> Source:
    """Return a small shop of about two weeks."""
    first = rng.choice(FIRST_DAYS) + dt.timedelta(days=rng.randrange(4))
    days = rng.randrange(5, 15)
    zoned = rng.random() < 0.5
    source = Source(
        Variables(
            first_day=first - dt.timedelta(days=rng.choice((0, 1, 2))),
            shop_time_zone="UTC" if zoned else rng.choice(ZONES),
            euros_per_unit=random_rates(rng),
        ),
        now=midnight(first + dt.timedelta(days=days)) + dt.timedelta(hours=3),
        zoned=zoned,
        synced_zoned=rng.random() < 0.8,
        amount_type=rng.choice(("decimal(12, 2)", "decimal(12, 2)", "double", "decimal(18, 4)")),
    )
    for number in range(1, 9):
        source.users[number] = random_user(source, rng, number)
    for number in range(1, 7):
        source.customers[number] = random_customer(source, rng, number)
    for _ in range(rng.randrange(12)):
        add_jaffle_order(source, rng)
    for _ in range(rng.randrange(0, 40)):
        add_order(source, rng, random_day(source, rng))
    return source


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def random_rates(rng: random.Random) -> dict[str, str]:
    others = [name for name in RATES if name != "EUR"]
    return {name: RATES[name] for name in ("EUR", *rng.sample(others, rng.randrange(3)))}


def random_day(source: Source, rng: random.Random) -> dt.date:
    """Return a day with partitions; the shop's local days near the first day may not be."""
    earliest = source.variables.first_day + dt.timedelta(days=1)
    span = max((source.now.date() - earliest).days, 1)
    return earliest + dt.timedelta(days=rng.randrange(span))


def random_time(rng: random.Random, day: dt.date) -> dt.datetime:
    """Return a time of the day, often one of its first or last."""
    if rng.random() < 0.3:
        return midnight(day)
    if rng.random() < 0.3:
        return midnight(day) + dt.timedelta(days=1, microseconds=-1)
    return midnight(day) + dt.timedelta(
        seconds=rng.randrange(86_400), microseconds=rng.randrange(9)
    )


def random_amount(source: Source, rng: random.Random) -> Decimal:
    if rng.random() < 0.1:
        return Decimal(rng.choice(("0.00", "0.01", "9999999.99")))
    digits = 4 if source.amount_type == "decimal(18, 4)" and rng.random() < 0.5 else 2
    return Decimal(rng.randrange(1, 300 * 10**digits)).scaleb(-digits)


def random_user(source: Source, rng: random.Random, number: int) -> User:
    return User(
        id=number,
        full_name=None if rng.random() < 0.1 else f"User {number} {rng.randrange(100)}",
        country=rng.choice(COUNTRIES),
        signup_channel=rng.choice((*CHANNELS, None)),
        created_at=source.now - dt.timedelta(minutes=rng.randrange(99_999)),
        synced=source.now,
    )


def random_customer(source: Source, rng: random.Random, number: int) -> Customer:
    return Customer(
        id=number,
        first_name=None if rng.random() < 0.1 else f"Given{rng.randrange(100)}",
        last_name=None if rng.random() < 0.1 else f"Family{number}",
        country=rng.choice(COUNTRIES),
        signed_up_on=source.now.date() - dt.timedelta(days=rng.randrange(999)),
    )


def add_order(source: Source, rng: random.Random, day: dt.date) -> Order:
    """Add an order of a user, who rarely has no account."""
    known = [user.id for user in source.users.values() if not user.deleted] or [1]
    order = Order(
        id=source.new_id(),
        user_id=rng.choice(known) if rng.random() < 0.9 else rng.randrange(500, 505),
        channel=rng.choice(CHANNELS),
        status=rng.choice(STATUSES),
        amount=random_amount(source, rng),
        currency=rng.choice(sorted(source.variables.euros_per_unit)),
        ordered_at=random_time(rng, day),
        updated_at=source.now,
        synced=source.now,
        deleted=None if rng.random() < 0.05 else False,
    )
    source.orders[order.id] = order
    return order


def add_jaffle_order(source: Source, rng: random.Random) -> JaffleOrder:
    """Add an order of the jaffle shop with up to three payments."""
    order = JaffleOrder(
        id=source.new_id(),
        user_id=rng.choice(sorted(source.customers)),
        order_date=source.now.date() - dt.timedelta(days=rng.randrange(60)),
        status=rng.choice(JAFFLE_STATUSES),
        payments=[
            (source.new_id(), rng.choice(METHODS), rng.randrange(0, 99_999))
            for _ in range(rng.randrange(4))
        ],
    )
    source.jaffle_orders[order.id] = order
    return order

"""The shop: its size and the directory of its files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from demo_shop import parquet_files, sqlite_file
from demo_shop.changes import Changes, advance_day
from demo_shop.customer_export import customers
from demo_shop.errors import UnusableSize
from demo_shop.file_creation import create_once, exists
from demo_shop.orders import orders
from demo_shop.parquet_files import ParquetFiles
from demo_shop.users import user_count, users
from demo_shop.window import NOW, microseconds

DEFAULT_ORDERS = 50_000
"""Default number of orders."""

SIZE_VARIABLE = "DEMO_SHOP_ORDERS"
"""Environment variable of the number of orders."""

LARGEST = 1_000_000_000
"""Largest number of orders: above it the whole-number arithmetic of the draws overflows."""


@dataclass(frozen=True)
class Shop:
    """A shop of a size, whose files are created in a directory on first use.

    Raises:
        UnusableSize: `orders` is not in 1 … 1,000,000,000.
    """

    orders: int
    """Number of orders; there is one user per ten orders, and at least 100."""
    folder: Path
    """Directory of the shop's files."""

    def __post_init__(self) -> None:
        if not 1 <= self.orders <= LARGEST:
            message = (
                f"A shop of {self.orders:,} orders cannot be created: use 1 to {LARGEST:,} orders."
            )
            raise UnusableSize(message)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], folder: Path) -> "Shop":
        """Return the shop of the size in `DEMO_SHOP_ORDERS`; by default 50,000 orders.

        Raises:
            UnusableSize: The variable is not a number of orders.
        """
        text = environ.get(SIZE_VARIABLE) or str(DEFAULT_ORDERS)
        if not text.isdecimal():
            raise UnusableSize(f"{SIZE_VARIABLE} is {text!r}. Set it to a number of orders.")
        return cls(int(text), folder)

    @property
    def users(self) -> int:
        """Number of users."""
        return user_count(self.orders)

    def sqlite_file(self) -> Path:
        """Return the shop's database `shop-<orders>.sqlite`, with the tables `users` and `orders`.

        Raises:
            FolderUnusable: The directory cannot be created or written to.
            ForeignFile: This version did not create the file of that name.
            ShopFileUnreadable: A file of that name is not a SQLite database.
        """

        def write(file: Path) -> None:
            clock = microseconds(NOW)
            sqlite_file.write(file, users(self.users, clock), orders(self.orders, clock))

        create_once(self._database, write, sqlite_file.is_current)
        return self._database

    def parquet_files(self) -> ParquetFiles:
        """Return the same rows as `shop-<orders>-users.parquet` and `shop-<orders>-orders.parquet`.

        The files are always as of `NOW`: `change` does not change them.

        Raises:
            FolderUnusable: The directory cannot be created or written to.
            ForeignFile: This version did not create the file of that name.
            ShopFileUnreadable: A file of that name is not a Parquet file.
        """
        clock = microseconds(NOW)
        stem = self.folder / f"shop-{self.orders}"
        files = ParquetFiles(Path(f"{stem}-users.parquet"), Path(f"{stem}-orders.parquet"))
        create_once(
            files.users,
            lambda file: parquet_files.write_users(users(self.users, clock), file),
            parquet_files.is_current,
        )
        create_once(
            files.orders,
            lambda file: parquet_files.write_orders(orders(self.orders, clock), file),
            parquet_files.is_current,
        )
        return files

    def customers(self) -> Iterator[pa.RecordBatch]:
        """Return the customer export: the rows of `users`, all columns text, some rows bad.

        Returns:
            Batches with the columns id, first_name, last_name, email, country, signed_up_on.

        Raises:
            ForeignFile: This version did not create the file with the database's name.
            ShopFileUnreadable: A file with the database's name is not a SQLite database.
        """
        return customers(users(self.users, microseconds(self.now)))

    @property
    def now(self) -> datetime:
        """The shop's clock: `NOW`, and a day more for each `change` of the database."""
        if not exists(self._database, sqlite_file.is_current):
            return NOW
        return NOW + timedelta(days=sqlite_file.days_passed(self._database))

    def change(self, days: int = 1) -> Changes:
        """Advance the database by some days, so that an incremental sync finds changes.

        Args:
            days: Number of days; each is one transaction.

        Returns:
            The changes.

        Raises:
            ForeignFile: This version did not create the database.
            ShopBusy: Another connection held the database for longer than 30 seconds.
        """
        file = self.sqlite_file()
        return sum((advance_day(file, self.orders) for _ in range(days)), start=Changes())

    @property
    def _database(self) -> Path:
        return self.folder / f"shop-{self.orders}.sqlite"

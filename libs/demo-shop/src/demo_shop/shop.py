"""The shop: one number for its size, one folder for its files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from demo_shop import parquet_files, sqlite_file
from demo_shop.changes import Changes, pass_day
from demo_shop.customer_export import customers
from demo_shop.errors import UnusableSize
from demo_shop.file_made_once import make_once
from demo_shop.orders import orders
from demo_shop.parquet_files import ParquetFiles
from demo_shop.users import users, users_of
from demo_shop.window import NOW, microseconds

DEFAULT_ORDERS = 50_000
"""Orders of a shop that nobody chose a size for."""

LARGEST = 1_000_000_000
"""Above this the draws' whole-number arithmetic would not hold."""


class Shop:
    """A shop of a given size, whose files are made in a folder when they are first asked for."""

    def __init__(self, orders: int, folder: Path) -> None:
        """Describe a shop; nothing is made or read yet.

        Args:
            orders: Orders in all; there is one user per ten orders, and at least 100.
            folder: Where the files are, or will be.

        Raises:
            UnusableSize: `orders` is not in 1 … 1,000,000,000.
        """
        if not 1 <= orders <= LARGEST:
            message = f"A shop of {orders:,} orders can't be made: choose 1 to {LARGEST:,} orders."
            raise UnusableSize(message)
        self.orders = orders
        self.users = users_of(orders)
        self.folder = folder

    def sqlite_file(self) -> Path:
        """Return the shop's database, made if it isn't there.

        Returns:
            `shop-<orders>.sqlite`, with the tables `users` and `orders`.

        Raises:
            FolderUnusable: The folder can't be made or written to.
            ShopFileUnreadable: A file of that name is no SQLite database.
        """
        make_once(self._database, self._write_database, sqlite_file.is_current)
        return self._database

    def parquet_files(self) -> ParquetFiles:
        """Return the same rows as Parquet files, made if they aren't there.

        They are always as of `NOW`: `change` does not reach them.

        Returns:
            `shop-<orders>-users.parquet` and `shop-<orders>-orders.parquet`.

        Raises:
            FolderUnusable: The folder can't be made or written to.
            ShopFileUnreadable: A file of that name is no Parquet file.
        """
        stem = f"shop-{self.orders}"
        files = ParquetFiles(
            users=self.folder / f"{stem}-users.parquet",
            orders=self.folder / f"{stem}-orders.parquet",
        )
        make_once(files.users, self._write_users, parquet_files.is_current)
        make_once(files.orders, self._write_orders, parquet_files.is_current)
        return files

    def customers(self) -> Iterator[pa.RecordBatch]:
        """Return the customer export: the people of `users`, all columns text, some rows bad.

        Returns:
            Batches with the columns id, first_name, last_name, email, country, signed_up_on.

        Raises:
            ShopFileUnreadable: A file with the database's name is no SQLite database.
        """
        return customers(users(self.users, microseconds(self.now)))

    @property
    def now(self) -> datetime:
        """The shop's clock: `NOW`, and a day more for each `change` of the database."""
        if not self._database.exists():
            return NOW
        return NOW + timedelta(days=sqlite_file.days_passed(self._database))

    def change(self, days: int = 1) -> Changes:
        """Let days go by in the database, so that an incremental sync has something to bring.

        Args:
            days: How many days; one transaction each.

        Returns:
            What changed.

        Raises:
            ShopBusy: Another connection held the database for longer than 30 seconds.
        """
        file = self.sqlite_file()
        return sum((pass_day(file, self.orders) for _ in range(days)), start=Changes())

    @property
    def _database(self) -> Path:
        return self.folder / f"shop-{self.orders}.sqlite"

    def _write_database(self, file: Path) -> None:
        clock = microseconds(NOW)
        sqlite_file.write(file, users(self.users, clock), orders(self.orders, clock))

    def _write_users(self, file: Path) -> None:
        parquet_files.write_users(users(self.users, microseconds(NOW)), file)

    def _write_orders(self, file: Path) -> None:
        parquet_files.write_orders(orders(self.orders, microseconds(NOW)), file)

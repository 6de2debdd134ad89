"""The source systems on a laptop: a shop's database, and its customer export over HTTP.

    shop = Shop(orders=50_000, folder=Path("data/outside"))
    shop.sqlite_file()                  # the shop's database, created on first use
    with serve_export(shop) as url:     # "http://127.0.0.1:<free port>"
        ...                             # GET {url}/customers.csv

Every row is a pure function of the number of orders and of the shop's clock, so a test can name the
expected row. Teams replace this package with their own sources. Other packages import from here
only.
"""

from demo_shop.changes import Changes
from demo_shop.errors import (
    ExportServerFailed,
    FolderUnusable,
    ForeignFile,
    ShopBusy,
    ShopError,
    ShopFileUnreadable,
    UnusableSize,
)
from demo_shop.export_server import serve_export
from demo_shop.parquet_files import ParquetFiles
from demo_shop.shop import DEFAULT_ORDERS, Shop
from demo_shop.window import FIRST_DAY, LAST_DAY, NOW

__all__ = [
    "DEFAULT_ORDERS",
    "FIRST_DAY",
    "LAST_DAY",
    "NOW",
    "Changes",
    "ExportServerFailed",
    "FolderUnusable",
    "ForeignFile",
    "ParquetFiles",
    "Shop",
    "ShopBusy",
    "ShopError",
    "ShopFileUnreadable",
    "UnusableSize",
    "serve_export",
]

"""Opening a destination by its address.

DuckDB files, PostgreSQL and folders of Delta tables need only the installed libraries. MotherDuck
needs an extension of DuckDB, which the deployment installs, because nothing is downloaded at run
time. The module of each kind describes how it was tested.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingestion.addresses import masked
from ingestion.fivetran.duckdb_destination import open_duckdb
from ingestion.fivetran.errors import InvalidSettings
from ingestion.fivetran.motherduck_destination import open_motherduck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.fivetran.destination import Destination


@contextmanager
def open_destination(url: str) -> Iterator[Destination]:
    """Open the destination at `url` for reading, and close it afterwards.

    Args:
        url: `postgresql://user:password@host/database`, `duckdb:///absolute/path.duckdb`,
            `md:database` (see `open_motherduck`), or a folder of Delta tables, `delta:///folder` or
            `s3://bucket/prefix` (see `open_delta`).

    Raises:
        InvalidSettings: the address has another scheme, or MotherDuck's token is missing.
        DestinationUnreachable: it cannot be opened.
    """
    match urlsplit(url).scheme:
        case "duckdb":
            with open_duckdb(url) as duckdb_file:
                yield duckdb_file
        case "postgresql" | "postgres":
            # A native library that only this kind needs.
            from ingestion.fivetran.postgres_destination import open_postgres  # noqa: PLC0415

            with open_postgres(url) as database:
                yield database
        case "md" | "motherduck":
            with open_motherduck(url) as cloud:
                yield cloud
        case "delta" | "s3" | "abfss" | "gs":
            from ingestion.fivetran.delta_destination import open_delta  # noqa: PLC0415

            with open_delta(url) as lake:
                yield lake
        case _:
            raise InvalidSettings(
                f"FIVETRAN_DESTINATION_URL is {masked(url)!r}. It must begin with postgresql://, "
                f"duckdb:///, md: (MotherDuck), or delta:/// or s3:// (a data lake's Delta tables)."
            )

"""Open the place that Fivetran writes to, whatever kind it is.

Two kinds are not here, because DuckDB reads them only with an extension that it downloads when it
is first used, and nothing is downloaded at run time here: MotherDuck (`md:`, by the extension
`motherduck`) and Fivetran's managed data lake (Iceberg or Delta tables, never bare Parquet, by
`iceberg` or `delta`). Where an image brings the extension along, each is one more module with the
methods of `Destination`: MotherDuck's would be `duckdb_destination` with another way to connect.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingestion.addresses import masked
from ingestion.fivetran.duckdb_destination import open_duckdb
from ingestion.fivetran.errors import SettingsWrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingestion.fivetran.destination import Destination


@contextmanager
def open_destination(url: str) -> Iterator[Destination]:
    """Open the destination at `url` for reading, and close it afterwards.

    Args:
        url: `postgresql://user:password@host/database` or `duckdb:///absolute/path.duckdb`.

    Raises:
        SettingsWrong: The address is of another kind.
        DestinationUnreachable: It can't be opened.
    """
    match urlsplit(url).scheme:
        case "duckdb":
            with open_duckdb(url) as duckdb_file:
                yield duckdb_file
        case "postgresql" | "postgres":
            # Its driver is a native library that the local mode has no use for.
            from ingestion.fivetran.postgres_destination import open_postgres  # noqa: PLC0415

            with open_postgres(url) as database:
                yield database
        case _:
            raise SettingsWrong(
                f"FIVETRAN_DESTINATION_URL is {masked(url)!r}: it must begin with postgresql:// "
                f"or duckdb:///."
            )

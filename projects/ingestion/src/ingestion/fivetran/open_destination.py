"""Open the place that Fivetran writes to, whatever kind it is.

DuckDB files, PostgreSQL, and folders of Delta tables need nothing but the installed libraries.
MotherDuck needs an extension of DuckDB's, which is not downloaded at run time: whoever deploys
installs it. What was tried, and on what, each kind's module says.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingestion.addresses import masked
from ingestion.fivetran.duckdb_destination import open_duckdb
from ingestion.fivetran.errors import SettingsWrong
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
        SettingsWrong: The address is of another kind, or MotherDuck's token is missing.
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
        case "md" | "motherduck":
            with open_motherduck(url) as cloud:
                yield cloud
        case "delta" | "s3" | "abfss" | "gs":
            # Likewise.
            from ingestion.fivetran.delta_destination import open_delta  # noqa: PLC0415

            with open_delta(url) as lake:
                yield lake
        case _:
            raise SettingsWrong(
                f"FIVETRAN_DESTINATION_URL is {masked(url)!r}: it must begin with postgresql://, "
                f"duckdb:///, md: (MotherDuck), or delta:/// or s3:// (a data lake's Delta tables)."
            )

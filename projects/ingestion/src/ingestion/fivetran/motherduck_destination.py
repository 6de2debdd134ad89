"""A destination that is a MotherDuck database: DuckDB's client, with another way to connect.

Not tried against MotherDuck itself: that needs an account, and DuckDB's extension `motherduck`,
which is not in its wheel. Tried is what happens without either.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import duckdb

from ingestion.addresses import HIDDEN, masked
from ingestion.fivetran.duckdb_destination import DuckDBDestination, one_transaction
from ingestion.fivetran.errors import DestinationUnreachable, InvalidSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "MOTHERDUCK_TOKEN"  # noqa: S105 - a variable's name


@contextmanager
def open_motherduck(url: str) -> Iterator[DuckDBDestination]:
    """Connect with the token in the environment's MOTHERDUCK_TOKEN.

    Args:
        url: `md:database` or `motherduck://database`. It holds no token: addresses are printed.

    Raises:
        InvalidSettings: The address names no database or holds more than one, or there is no token.
        DestinationUnreachable: DuckDB's extension is not installed, or MotherDuck refuses.
    """
    database = _database(url)
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise InvalidSettings(
            f"FIVETRAN_DESTINATION_URL is {masked(url)}, and {TOKEN} is not set. Set it to an "
            f"access token of MotherDuck with access to the database."
        )
    try:
        connection = duckdb.connect(
            f"md:{database}",
            config={
                "motherduck_token": token,
                # Nothing is downloaded at run time: the deployment installs the extension.
                "autoinstall_known_extensions": "false",
            },
        )
    except duckdb.Error as error:
        raise _unreachable(database, str(error).replace(token, HIDDEN)) from None
    with one_transaction(connection):
        yield DuckDBDestination(connection)


def _database(url: str) -> str:
    parts = urlsplit(url)
    database = unquote(parts.netloc or parts.path.strip("/"))
    if not database or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidSettings(
            f"FIVETRAN_DESTINATION_URL is {masked(url)!r}: for MotherDuck it is md:database "
            f"without anything else. Set the token in {TOKEN}."
        )
    return database


def _unreachable(database: str, problem: str) -> DestinationUnreachable:
    if "install it first" in problem.lower():
        return DestinationUnreachable(
            f"The Fivetran destination md:{database} needs DuckDB's extension motherduck, which is "
            f"not installed for DuckDB {duckdb.__version__}; nothing is downloaded at run time. "
            f"Install it once where this is deployed, as the user who runs the steps: "
            f"python -c \"import duckdb; duckdb.connect().execute('install motherduck')\"."
        )
    return DestinationUnreachable(
        f"The Fivetran destination md:{database} cannot be opened: {' '.join(problem.split())} "
        f"Check {TOKEN}, and its user's access to the database.",
        transient=True,
    )

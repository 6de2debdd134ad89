"""Database connections through ADBC; PostgreSQL passwords never appear in messages."""

import re
from typing import Any
from urllib.parse import urlsplit

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_manager import dbapi

from fivetran_local.errors import SourceUnreachableError

READ_ERRORS = (OSError, pa.ArrowException, adbc_driver_manager.Error)
"""Errors of a driver while rows are read."""

_CONNECT_SECONDS = 10
_MASK = "******"


def fetch_all(connection: dbapi.Connection, query: str) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def connect_to_postgres(dsn: str) -> dbapi.Connection:
    """Open a PostgreSQL connection without autocommit: its first statement begins a transaction.

    Args:
        dsn: A libpq connection string or URI.

    Raises:
        SourceUnreachableError: The server does not answer or rejects the connection.
    """
    # Loading the driver takes time: only connectors that use PostgreSQL import it.
    from adbc_driver_postgresql import dbapi as postgres  # noqa: PLC0415

    try:
        connection: dbapi.Connection = postgres.connect(_with_timeout(dsn))
    except adbc_driver_manager.Error as error:
        reason = _without_password(str(error).strip(), dsn)
        raise SourceUnreachableError(
            f"PostgreSQL does not answer: {reason}. Start the server, or fix 'dsn'."
        ) from None
    return connection


def public_settings(dsn: str) -> dict[str, str | int | None]:
    """Return the parts of a PostgreSQL URI that the API shows; the password is masked."""
    try:
        parts = urlsplit(dsn)
        port = parts.port
    except ValueError:
        return {}
    if not parts.scheme:
        return {}
    return {
        "host": parts.hostname,
        "port": port,
        "database": parts.path.removeprefix("/"),
        "user": parts.username,
        "password": _MASK,
    }


def _with_timeout(dsn: str) -> str:
    """Return `dsn` with a timeout: by default libpq waits for a silent host forever."""
    if "connect_timeout" in dsn:
        return dsn
    separator = " " if "://" not in dsn else "&" if "?" in dsn else "?"
    return f"{dsn}{separator}connect_timeout={_CONNECT_SECONDS}"


def _without_password(message: str, dsn: str) -> str:
    """Return `message` with every part of the password masked.

    libpq does not print passwords. But it parses part of a password with an unescaped `/` or `@`
    as the host or port, and prints that.
    """
    found = re.findall(r"://[^:]*:(.*)@|password\s*=\s*('.*?'|\S+)", dsn)
    secrets = {
        piece
        for match in found
        for secret in match
        for piece in (secret, *re.split(r"[/:@?#']", secret))
    }
    for secret in sorted(secrets - {""}, key=len, reverse=True):
        message = message.replace(secret, _MASK)
    return message

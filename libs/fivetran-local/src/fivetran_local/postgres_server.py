"""Connections to PostgreSQL, whose passwords stay unseen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import adbc_driver_manager

from fivetran_local.errors import SourceUnreachableError

if TYPE_CHECKING:
    from adbc_driver_manager import dbapi

_CONNECT_SECONDS = 10


def connected(dsn: str) -> dbapi.Connection:
    """Return a connection without autocommit: its first statement begins a transaction.

    Args:
        dsn: A libpq connection string or URI.

    Raises:
        SourceUnreachableError: The server does not answer, or refuses.
    """
    # Only who has a PostgreSQL pays for loading its driver.
    from adbc_driver_postgresql import dbapi as driver  # noqa: PLC0415

    try:
        connection: dbapi.Connection = driver.connect(_with_timeout(dsn))
    except adbc_driver_manager.Error as error:
        reason = _without_password(str(error).strip(), dsn)
        raise SourceUnreachableError(
            f"PostgreSQL does not answer: {reason}. Start the server, or mend 'dsn'."
        ) from None
    return connection


def _with_timeout(dsn: str) -> str:
    """Return `dsn` with a time-out: libpq by itself waits for a silent host without end."""
    if "connect_timeout" in dsn:
        return dsn
    if "://" not in dsn:
        return f"{dsn} connect_timeout={_CONNECT_SECONDS}"
    return f"{dsn}{'&' if '?' in dsn else '?'}connect_timeout={_CONNECT_SECONDS}"


def described(dsn: str) -> dict[str, str | int | None]:
    """Return what the API shows of a connection string: everything but the password."""
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
        "password": "******",
    }


def _without_password(message: str, dsn: str) -> str:
    """Return `message` without any part of the password.

    libpq keeps it to itself, but takes a password with an unescaped `/` or `@` for a host or a
    port, and then quotes it.
    """
    found = re.findall(r"://[^:]*:(.*)@|password\s*=\s*('.*?'|\S+)", dsn)
    secrets = {
        piece
        for match in found
        for secret in match
        for piece in (secret, *re.split(r"[/:@?#']", secret))
    }
    for secret in sorted(secrets - {""}, key=len, reverse=True):
        message = message.replace(secret, "******")
    return message

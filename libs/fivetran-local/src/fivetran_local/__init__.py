"""A local server that speaks Fivetran's REST API and really moves rows."""

from fivetran_local.errors import (
    DeclarationError,
    FivetranLocalError,
    ServerNotStartedError,
)
from fivetran_local.hosting import LocalFivetran, serve

__all__ = [
    "DeclarationError",
    "FivetranLocalError",
    "LocalFivetran",
    "ServerNotStartedError",
    "serve",
]

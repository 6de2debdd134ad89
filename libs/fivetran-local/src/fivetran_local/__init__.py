"""A local server that speaks Fivetran's REST API and really moves rows."""

from fivetran_local.api.entrance import API_KEY, API_SECRET
from fivetran_local.errors import (
    DeclarationError,
    FivetranLocalError,
    ServerNotStartedError,
)
from fivetran_local.hosting import LocalFivetran, serve

__all__ = [
    "API_KEY",
    "API_SECRET",
    "DeclarationError",
    "FivetranLocalError",
    "LocalFivetran",
    "ServerNotStartedError",
    "serve",
]

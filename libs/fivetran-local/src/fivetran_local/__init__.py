"""A local server that implements Fivetran's REST API and syncs rows.

    with serve(config, state_dir, variables={"SHOP": "shop.sqlite"}) as server:
        server.url  # "http://127.0.0.1:<free port>/v1"

Other packages import from here only.
"""

from fivetran_local.command import serve_until_stopped
from fivetran_local.errors import DeclarationError, FivetranLocalError, ServerNotStartedError
from fivetran_local.faults.script import ApiFault, SyncFault
from fivetran_local.rest.middleware import API_KEY, API_SECRET
from fivetran_local.server import LocalFivetran, serve

__all__ = [
    "API_KEY",
    "API_SECRET",
    "ApiFault",
    "DeclarationError",
    "FivetranLocalError",
    "LocalFivetran",
    "ServerNotStartedError",
    "SyncFault",
    "serve",
    "serve_until_stopped",
]

"""`python -m ingestion.local --port PORT`: Fivetran's API over the shop, until interrupted.

`make dev` runs this server. A step that finds none hosts the same server for its own duration, with
the same connectors, files and database.
"""

from __future__ import annotations

import argparse
import os
import sys

from demo_shop import ShopError
from environment import Environment, UnknownEnvironment
from fivetran_local import FivetranLocalError, serve_until_stopped
from ingestion.local.sources import CONNECTORS_FILE, connector_variables
from ingestion.local_sources import LocalSourceFailed


def main() -> int:
    """Serve in the foreground. Return 0 after an interrupt, 1 if the server does not start."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.local", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    port = parser.parse_args().port
    try:
        environment = Environment.from_environ()
        serve_until_stopped(
            CONNECTORS_FILE,
            environment.fivetran_dir,
            variables=connector_variables(os.environ, environment),
            port=port,
        )
    except (FivetranLocalError, LocalSourceFailed, ShopError, UnknownEnvironment) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

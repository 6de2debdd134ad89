"""`python -m ingestion.local --port PORT`: Fivetran's API over the demo shop, until interrupted.

The same server that a step hosts by itself when it finds none, for as long as `make dev` runs: its
connectors, its files, the demo shop of the same size.
"""

from __future__ import annotations

import argparse
import os
import sys

from demo_shop import ShopError
from environment import Environment, UnknownEnvironment
from fivetran_local.command import main as fivetran_local
from ingestion.local.sources import CONNECTORS_FILE, LocalSourceFailed, demo_shop_of


def main() -> int:
    """Serve in the foreground; return 0 after an interrupt, 1 if it could not start."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.local", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1 (default: a free one)")
    port = parser.parse_args().port
    try:
        environment = Environment.from_environ()
        database = demo_shop_of(os.environ, environment).sqlite_file()
    except (LocalSourceFailed, ShopError, UnknownEnvironment) as error:
        print(error, file=sys.stderr)
        return 1
    return fivetran_local(
        [
            *(
                "serve",
                "--config",
                str(CONNECTORS_FILE),
                "--state-dir",
                str(environment.fivetran_dir),
            ),
            *("--port", str(port), "--variable", f"SHOP_DATABASE={database}"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

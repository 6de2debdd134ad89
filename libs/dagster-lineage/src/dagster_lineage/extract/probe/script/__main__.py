"""Makes this folder a package under a name that no project has, and answers the request."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

NAME = "_dagster_lineage_probe"


def start() -> None:
    """Import the package that this file is in, by its path, and run it."""
    folder = Path(__file__).resolve().parent
    # As `python -m` has it: Dagster takes this entry away while it imports a location, and the
    # modules of this folder must not be found by their plain names.
    if Path(sys.path[0]).resolve() == folder:
        del sys.path[0]
    sys.path.insert(0, str(Path.cwd()))
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} holds no probe")
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{NAME}.answer").main(sys.argv[1:])


if __name__ == "__main__":
    start()
    # Not `sys.exit`: threads that the location started would keep the process.
    os._exit(0)

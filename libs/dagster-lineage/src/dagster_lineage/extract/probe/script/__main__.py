"""Entry point: imports this folder as a package with a name that no project has."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

NAME = "_dagster_lineage_probe"


def start() -> None:
    """Import the package that contains this file, by its path, and answer the request."""
    folder = Path(__file__).resolve().parent
    # The same `sys.path` as with `python -m`: Dagster removes its first entry while it imports a
    # code location, and the modules of this folder must not be found under their plain names.
    if Path(sys.path[0]).resolve() == folder:
        del sys.path[0]
    sys.path.insert(0, str(Path.cwd()))
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} does not contain the probe")
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{NAME}.answer").main(sys.argv[1:])


if __name__ == "__main__":
    start()
    # Not `sys.exit`, which would wait for the threads of the code location.
    os._exit(0)

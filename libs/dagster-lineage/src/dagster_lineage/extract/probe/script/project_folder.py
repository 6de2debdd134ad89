"""Folder of the project that a code location belongs to."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from .places import is_installed


def project_folder(request: dict[str, Any]) -> Path:
    """Return the nearest folder above the code with a `pyproject.toml`.

    Without one, or if the code is installed, it is the working directory.
    """
    working_directory = Path(request["working_directory"])
    file = _file_of(request)
    if file is None or is_installed(str(file)):
        return working_directory
    for folder in file.parents:
        if (folder / "pyproject.toml").is_file():
            return folder
    return working_directory


def _file_of(request: dict[str, Any]) -> Path | None:
    name = request["code"]
    if request["kind"] == "python_file":
        return Path(name)
    top = name.partition(".")[0]
    loaded = sys.modules.get(name) or sys.modules.get(top)
    if loaded is not None and getattr(loaded, "__file__", None):
        return Path(str(loaded.__file__))
    try:
        spec = importlib.util.find_spec(top) if top else None
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None

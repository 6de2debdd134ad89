"""The code that calls this package, and the repository whose interfaces it reads."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from dagster_lineage.files.settings import find_root, settings_root

INTERFACES = "LINEAGE_INTERFACES"
"""Environment variable with the repository's root, for code that is installed outside of it."""
LOCKING = "LINEAGE_LOCKING"
"""Environment variable that `lineage lock` sets while it loads a code location."""


def place_of_call() -> tuple[Path, int]:
    """Return file and line of the code that called a function of this package."""
    own = str(Path(__file__).parent)
    frame = inspect.currentframe()
    while frame is not None and str(Path(frame.f_code.co_filename).parent) == own:
        frame = frame.f_back
    return (Path(frame.f_code.co_filename), frame.f_lineno) if frame else (Path.cwd(), 0)


def repository_of(file: Path) -> Path:
    """Return the root of the repository of a file, or of the working directory.

    Without `[tool.lineage]` in either, it is the nearest folder above the file with a `.git`.
    """
    named = os.environ.get(INTERFACES)
    if named:
        return Path(named)
    return settings_root(file.parent) or settings_root(Path.cwd()) or find_root(file.parent)

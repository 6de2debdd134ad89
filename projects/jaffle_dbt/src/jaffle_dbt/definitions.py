"""Everything that this code location offers: what the modules under `defs/` declare."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Load `defs/`; nothing outside the process is touched."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)

"""What can go wrong with a command, with its exit code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FOUND_PROBLEM = 1
"""Exit code: something did not succeed."""
USED_WRONGLY = 2
"""Exit code: the command line or the configuration asks for what there is not."""
INTERRUPTED = 130
"""Exit code: stopped by Ctrl-C, as shells have it (128 + SIGINT)."""


class PlatformError(Exception):
    """A mistake or a fault whose message names the thing, the place and the mend."""

    exit_code = FOUND_PROBLEM


class Misuse(PlatformError):
    """The command was asked for something that there is not."""

    exit_code = USED_WRONGLY


class SelectionWrong(Misuse):
    """An asset selection cannot be read, or selects nothing."""


class PartitionsWrong(Misuse):
    """Partitions are asked for that an asset does not have."""


class SettingsWrong(Misuse):
    """`[tool.platform]` in the repository's pyproject.toml cannot be understood."""


class LocationsBroken(PlatformError):
    """Code locations do not load."""


class GraphWrong(PlatformError):
    """The asset graph has no order in which it can be materialized."""


class ServiceFailed(PlatformError):
    """A local server did not start, or ended by itself."""


class QueryFailed(PlatformError):
    """DuckDB refused a query."""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A sentence with the nearest of `names`, or an empty text if none is near."""
    close = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""

"""Errors of the commands, with their exit codes."""

from __future__ import annotations

FAILED = 1
"""Exit code: a run, a local server or a query failed."""
USAGE_ERROR = 2
"""Exit code: the command line or the settings name something that does not exist."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells: 128 + SIGINT."""


class PlatformError(Exception):
    """An error whose message names the cause, the place and the fix."""

    exit_code = FAILED


class UsageError(PlatformError):
    """The command line names something that does not exist."""

    exit_code = USAGE_ERROR


class InvalidSelection(UsageError):
    """An asset selection cannot be parsed or selects no asset."""


class InvalidPartitions(UsageError):
    """`--partitions` names partitions that an asset does not have."""


class InvalidSettings(UsageError):
    """`[tool.platform]` in the repository's pyproject.toml is not valid."""


class CodeLocationError(PlatformError):
    """A code location does not load."""


class InvalidGraph(PlatformError):
    """The asset graph has a cycle, or an asset with two producers."""


class ServiceFailed(PlatformError):
    """A local server does not start, does not answer or has exited."""


class QueryFailed(PlatformError):
    """DuckDB rejects a query."""

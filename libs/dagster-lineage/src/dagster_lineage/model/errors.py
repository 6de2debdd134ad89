"""Errors that a user can fix: reported as a message without a traceback."""

from __future__ import annotations


class LineageError(Exception):
    """A mistake in how `lineage` was called, set up, or in a file that it reads.

    The command line prints the message, which names the thing, the place and the fix, and ends
    with exit code 2.
    """

"""Errors that a user can fix: reported as a message without a traceback."""

from __future__ import annotations


class LineageError(Exception):
    """An invalid argument, setting or file.

    The command line prints the message, which names the place and the fix, with exit code 2.
    """

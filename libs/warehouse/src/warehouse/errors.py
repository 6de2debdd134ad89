"""Errors of the warehouse; each message names the file and the fix."""

from __future__ import annotations

import difflib
import errno
import shutil
from collections.abc import Iterable
from pathlib import Path


class WarehouseError(Exception):
    """Base class of the warehouse's errors."""


class PublicationMissing(WarehouseError):
    """A project has not published yet."""


class PublicationCorrupt(WarehouseError):
    """A published file cannot be opened or does not record a publication."""

    def __init__(self, file: Path, cause: str) -> None:
        project = file.stem
        super().__init__(
            f"The published file of {project} cannot be read: {file}: {cause.strip()}\n"
            f"The work file of {project} is not affected. Publish it again by materializing any "
            f"asset of {project}, for example: platform run --select 'code_location:{project}'"
        )


class TableMissing(WarehouseError):
    """A published file does not have the requested table."""


class ColumnMissing(WarehouseError):
    """A published table does not have a requested column."""


class SchemaOwnedTwice(WarehouseError):
    """Two projects have published the same schema; a schema belongs to one project."""


class WorkSessionActive(WarehouseError):
    """Another process has a work session of the same project open."""


class NoSpace(WarehouseError):
    """The disk is full, or a limit on the size of files has been reached."""

    def __init__(self, action: str, file: Path, cause: BaseException) -> None:
        try:
            free = f"{shutil.disk_usage(file.parent).free / 2**20:,.0f} MiB are free there"
        except OSError:
            free = "its folder cannot be read"
        super().__init__(
            f"No space left while {action}: {file} ({free}; {cause}).\n"
            "The last published state has not changed. Free some space and run the step again."
        )


NO_SPACE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_no_space(error: BaseException) -> bool:
    """Return whether an error of Python or DuckDB means that no more bytes can be written."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE_ERRNOS
    text = str(error).lower()
    return "no space left" in text or "file too large" in text or "disk quota" in text


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a sentence that suggests the nearest of `names`, lists all of them, or is empty."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f" Did you mean '{close[0]}'?"
    return f" Existing names: {', '.join(known)}." if known else ""

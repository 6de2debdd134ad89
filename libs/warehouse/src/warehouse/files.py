"""Copies and replacements of files that a crash cannot tear."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import NoSpace, is_no_space


def copy_durably(source: BinaryIO, target: Path) -> None:
    """Copy an open file to `target` and force it to the disk.

    The source comes open because closing a second handle of a file drops every POSIX lock that
    the process has on it, DuckDB's own included: the caller closes it after the database.

    Raises:
        NoSpace: the disk is full. The half-made target is removed.
    """
    try:
        with target.open("wb") as copy:
            source.seek(0)
            shutil.copyfileobj(source, copy, 4 * 2**20)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        target.unlink(missing_ok=True)
        if is_no_space(error):
            raise NoSpace("copying", target, error) from error
        raise


def replace_durably(source: Path, target: Path) -> None:
    """Put `source` in the place of `target` at once, and force the change to the disk.

    Readers that have the old `target` open keep it: the name changes, not the file.
    """
    source.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

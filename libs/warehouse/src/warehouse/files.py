"""Copies and replacements of files that are complete or absent after a crash."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import NoSpace, is_no_space


def copy_durably(source: BinaryIO, target: Path) -> None:
    """Copy an open file to `target` and force it to the disk.

    Args:
        source: An open file. The caller closes it after the database: closing a second handle of a
            file releases every POSIX lock that the process has on the file, DuckDB's included.
        target: The file to write.

    Raises:
        NoSpace: the disk is full; the incomplete target is removed.
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
    """Replace `target` by `source` atomically and force the change to the disk.

    Readers that have the old `target` open keep it: only the directory entry changes.
    """
    source.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

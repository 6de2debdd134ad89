"""Make a file on first use: whole or not there, and once, whoever else wants it as well."""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from demo_shop.errors import FolderUnusable


def make_once(
    file: Path, write: Callable[[Path], None], is_current: Callable[[Path], bool]
) -> None:
    """Make a file unless a current one is there.

    Processes that want the same file wait for the first of them on a lock file beside it. A killed
    process leaves its lock open and a `.part` file, which the next one overwrites.

    Args:
        file: The file to have.
        write: Writes the whole content to the path that it is given, where nothing is.
        is_current: Whether a file that is there will do.

    Raises:
        FolderUnusable: The folder can't be made or written to, or is full.
    """
    if file.exists() and is_current(file):
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_name(f".{file.name}.lock").open("w") as lock:
            # A second maker must wait, not make its own: by the time that it has replaced the
            # first one's file, somebody may have changed rows in there.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if file.exists() and is_current(file):
                return
            part = file.with_name(f".{file.name}.part")
            part.unlink(missing_ok=True)
            try:
                write(part)
                _sync(part)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
            _sync(file.parent)
    except (OSError, sqlite3.OperationalError) as error:
        message = (
            f"{file} can't be made: {error}. "
            "Choose another folder for the shop, or make room or permission in this one."
        )
        raise FolderUnusable(message) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

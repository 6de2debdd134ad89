"""Atomic creation of a file on first use: complete or missing, once, by one process at a time."""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from demo_shop.errors import FolderUnusable, ForeignFile


def create_once(
    file: Path, write: Callable[[Path], None], is_current: Callable[[Path], bool]
) -> None:
    """Create a file unless it exists. Nothing replaces an existing file: it may be a user's.

    Processes that need the same file wait for the first one on a lock file next to it. A killed
    process leaves a `.part` file, which the next one overwrites; its lock is released.

    Args:
        file: The file.
        write: Writes the content to the path in its argument, where no file exists.
        is_current: Returns whether this version of the demo shop created an existing file.

    Raises:
        ForeignFile: The file exists, and this version of the demo shop did not create it.
        FolderUnusable: The directory cannot be created or written to, or is full.
    """
    if exists(file, is_current):
        return
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_name(f".{file.name}.lock").open("w") as lock:
            # Other processes must wait instead of creating another file: they would replace the
            # first file after its rows may have been changed.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if exists(file, is_current):
                return
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
            f"{file} cannot be created: {error}. Use another directory for the shop, "
            "or check the free space and the permissions of this one."
        )
        raise FolderUnusable(message) from error


def exists(file: Path, is_current: Callable[[Path], bool]) -> bool:
    """Return whether a file of the shop exists.

    Raises:
        ForeignFile: It exists, and this version of the demo shop did not create it.
    """
    if not file.exists():
        return False
    if not is_current(file):
        message = (
            f"{file} was not created by this version of the demo shop, so it is neither read nor "
            "replaced. Move it to another directory. If it is a demo shop of an earlier version, "
            "delete it: a new one will be created."
        )
        raise ForeignFile(message)
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The status of interface files: up to date, stale or missing; and writing them."""

from __future__ import annotations

import difflib
from enum import Enum
from pathlib import Path

from msgspec import Struct

from dagster_lineage.files.interface_files import InterfaceUnreadable, decode, encode, without_lines
from dagster_lineage.model import LocatedInterface
from dagster_lineage.model.errors import LineageError


class LockStatus(Enum):
    """The status of an interface file compared with the code."""

    UP_TO_DATE = "up to date"
    LINES_MOVED = "up to date, except for line numbers"
    STALE = "stale"
    MISSING = "missing"
    UNREADABLE = "unknown: the code location could not be loaded"


class ComparedInterface(Struct, frozen=True):
    """An interface compared with its file."""

    located: LocatedInterface
    """The interface of the code."""
    state: LockStatus
    """Status of the file."""
    difference: str = ""
    """Unified diff from the file to the code, without line numbers; empty if up to date."""


def compare_with_file(root: Path, located: LocatedInterface) -> ComparedInterface:
    """Compare an interface with its file; an unreadable file is stale.

    Args:
        root: Root of the repository.
        located: The interface of the code.
    """
    if located.interface.unreadable:
        return ComparedInterface(located, LockStatus.UNREADABLE)
    file = root / located.file
    before = file.read_bytes() if file.is_file() else b""
    now = encode(located.interface)
    if before == now:
        return ComparedInterface(located, LockStatus.UP_TO_DATE)
    try:
        old = encode(without_lines(decode(before, located.file))) if before else b""
    except InterfaceUnreadable:
        old = before
    new = encode(without_lines(located.interface))
    if old == new:
        return ComparedInterface(located, LockStatus.LINES_MOVED)
    difference = _difference(located.file, old, new)
    return ComparedInterface(
        located, LockStatus.STALE if before else LockStatus.MISSING, difference
    )


def write(root: Path, located: LocatedInterface) -> bool:
    """Write an interface and return whether the file changed.

    The file of a location that could not be loaded keeps its content. A new file contains the
    error, so that the location's keys are unknown and not unresolved.
    """
    file = root / located.file
    before = file.read_bytes() if file.is_file() else b""
    now = encode(located.interface)
    if before == now or (located.interface.unreadable and _is_known(before, located.file)):
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(now)
    except OSError as error:
        raise LineageError(
            f"{file} cannot be written: {error.strerror}. Name a folder for it with --out."
        ) from error
    return True


def _is_known(text: bytes, name: str) -> bool:
    if not text:
        return False
    try:
        return not decode(text, name).unreadable
    except InterfaceUnreadable:
        return True  # the file may be another program's, and is not overwritten with less


def _difference(file: str, before: bytes, now: bytes) -> str:
    return "\n".join(
        difflib.unified_diff(
            before.decode(errors="replace").splitlines(),
            now.decode().splitlines(),
            f"{file} (committed)",
            f"{file} (as the code is)",
            n=1,
            lineterm="",
        )
    )

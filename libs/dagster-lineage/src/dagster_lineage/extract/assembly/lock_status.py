"""The status of interface files: up to date, stale or missing; and writing them."""

from __future__ import annotations

import difflib
from enum import Enum
from pathlib import Path

from msgspec import Struct

from dagster_lineage.files.interface_files import InterfaceUnreadable, decode, encode, without_lines
from dagster_lineage.model import LocatedInterface
from dagster_lineage.model.errors import LineageError


class State(Enum):
    """The status of an interface file compared with the code."""

    RIGHT = "up to date"
    LINES_MOVED = "up to date, except for line numbers"
    STALE = "stale"
    MISSING = "not there"
    UNREADABLE = "not comparable: the location could not be asked"


class Settled(Struct, frozen=True):
    """One interface, compared with its file."""

    located: LocatedInterface
    """It."""
    state: State
    """Of the file."""
    difference: str = ""
    """Unified, from the file to the code, without lines of places; empty if right."""


def settled(root: Path, located: LocatedInterface) -> Settled:
    """Compare an interface with its file; a file that is none is stale.

    Args:
        root: Of the repository.
        located: The interface, as the code has it.
    """
    if located.interface.unreadable:
        return Settled(located, State.UNREADABLE)
    file = root / located.file
    before = file.read_bytes() if file.is_file() else b""
    now = encode(located.interface)
    if before == now:
        return Settled(located, State.RIGHT)
    try:
        old = encode(without_lines(decode(before, located.file))) if before else b""
    except InterfaceUnreadable:
        old = before
    new = encode(without_lines(located.interface))
    if old == new:
        return Settled(located, State.LINES_MOVED)
    difference = _difference(located.file, old, new)
    return Settled(located, State.STALE if before else State.MISSING, difference)


def write(root: Path, located: LocatedInterface) -> bool:
    """Write an interface; True when its file is another one now.

    Of a location that could not be asked, what was known before stays. Where nothing was, the file
    contains the reason: without it the location's assets would have no producer.
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
        return True  # whatever it is, it is not ours to overwrite with less


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

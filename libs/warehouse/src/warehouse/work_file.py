"""The work file between two sessions: equal to the last publication, or set aside.

A failed session leaves unchecked tables in the work file. The next session of the project would
publish them with its own. So every session starts from the last publication, and an unpublished
state is kept in a file next to the work file, for the analysis of the failure.
"""

from __future__ import annotations

import json
from pathlib import Path

from warehouse.errors import NoSpace, is_no_space
from warehouse.files import copy_durably, replace_durably
from warehouse.publication import Publication, read_publication


def restore(work_file: Path, published_file: Path) -> Path | None:
    """Bring the work file to the last published state.

    Returns:
        The file to which an unpublished state was moved, None if there was none.

    Raises:
        PublicationCorrupt: the published file must be copied and cannot be read.
        NoSpace: there is no space for the copy.
    """
    for left_over in published_file.parent.glob(f".{published_file.stem}.*.tmp"):
        left_over.unlink(missing_ok=True)  # of a killed publication
    if is_published_state(work_file):
        note_file(work_file).unlink()
        return None
    aside = set_aside(work_file) if work_file.exists() else None
    if published_file.exists():
        read_publication(published_file, published_file.stem)
        copy = work_file.with_name(f".{work_file.stem}.restore.tmp")
        with published_file.open("rb") as source:
            copy_durably(source, copy)
        replace_durably(copy, work_file)
    return aside


def note_published(work_file: Path, publication: Publication) -> None:
    """Store size and modification time of the work file right after its publication."""
    stat = work_file.stat()
    note = {
        "generation": publication.generation,
        "size": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
    }
    try:
        note_file(work_file).write_text(json.dumps(note) + "\n", encoding="utf-8")
    except OSError as error:
        # Without the note the next session copies the published file: slower, with the same result.
        note_file(work_file).unlink(missing_ok=True)
        if not is_no_space(error):
            raise
        raise NoSpace("noting the publication", note_file(work_file), error) from error


def is_published_state(work_file: Path) -> bool:
    """Return whether the work file has not changed since its publication."""
    try:
        note = json.loads(note_file(work_file).read_text(encoding="utf-8"))
        stat = work_file.stat()
    except (FileNotFoundError, ValueError):
        return False
    unchanged = (stat.st_size, stat.st_mtime_ns) == (note.get("size"), note.get("modified_ns"))
    return unchanged and not write_ahead_log(work_file).exists()


def set_aside(work_file: Path) -> Path:
    """Move the work file, with its log, to `<project>.unpublished.duckdb`."""
    aside = work_file.with_name(f"{work_file.stem}.unpublished.duckdb")
    log, log_aside = write_ahead_log(work_file), write_ahead_log(aside)
    log_aside.unlink(missing_ok=True)
    if log.exists():
        log.replace(log_aside)
    work_file.replace(aside)
    return aside


def note_file(work_file: Path) -> Path:
    """Return the file that describes the work file as it was when published."""
    return work_file.with_suffix(".published.json")


def write_ahead_log(database: Path) -> Path:
    """Return DuckDB's write-ahead log of a database file."""
    return database.with_name(database.name + ".wal")

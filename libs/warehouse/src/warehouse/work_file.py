"""The work file between two steps: it equals the last publication, or it is set aside.

A step that failed leaves tables in the work file that nobody has checked. If the next step went on
from there, its publication would carry them out of the house. So a step always starts from the
last published state; what was not published stays in a file beside it, for whoever mends it.
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
        Where the unpublished state was set aside, None if there was none.

    Raises:
        PublicationCorrupt: the published file is needed for that, and cannot be read.
        NoSpace: no room for the copy.
    """
    for left_over in published_file.parent.glob(f".{published_file.stem}.*.tmp"):
        left_over.unlink(missing_ok=True)  # a publication that was killed
    if is_published_state(work_file):
        note_file(work_file).unlink()
        return None
    aside = set_aside(work_file) if work_file.exists() else None
    if published_file.exists():
        read_publication(published_file)
        copy = work_file.with_name(f".{work_file.stem}.restore.tmp")
        with published_file.open("rb") as source:
            copy_durably(source, copy)
        replace_durably(copy, work_file)
    return aside


def note_published(work_file: Path, publication: Publication) -> None:
    """Remember what the work file looks like now, right after its publication."""
    stat = work_file.stat()
    note = {
        "generation": publication.generation,
        "size": stat.st_size,
        "modified_ns": stat.st_mtime_ns,
    }
    try:
        note_file(work_file).write_text(json.dumps(note) + "\n", encoding="utf-8")
    except OSError as error:
        # Without the note the next step copies the published file: slower, and right.
        note_file(work_file).unlink(missing_ok=True)
        if not is_no_space(error):
            raise
        raise NoSpace("noting the publication", note_file(work_file), error) from error


def is_published_state(work_file: Path) -> bool:
    """Whether nothing has touched the work file since its publication."""
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
    """Where the look of the published state is kept."""
    return work_file.with_suffix(".published.json")


def write_ahead_log(database: Path) -> Path:
    """DuckDB's log beside a database file."""
    return database.with_name(database.name + ".wal")

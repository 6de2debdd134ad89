"""Where a location that does not finish loading waits, from what `faulthandler` wrote."""

from __future__ import annotations

import re
from pathlib import Path

from dagster_lineage.extract.probe.script.places import is_installed

FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ', re.MULTILINE)


def where_it_waits(dump: Path, folder: Path) -> str:
    """`file:line` of the innermost line of somebody's own code in the main thread.

    Args:
        dump: What `faulthandler.dump_traceback_later` wrote; may be missing or empty.
        folder: Places in it are told relative to it.

    Returns:
        Empty when nothing can be told.
    """
    if not dump.is_file():
        return ""
    # Threads in turn, the main one last, each with its innermost frame first.
    main = dump.read_text(encoding="utf-8", errors="replace").rpartition("Thread 0x")[2]
    probe = Path(__file__).parent / "script"
    for frame in FRAME.finditer(main):
        file = Path(frame["file"])
        if is_installed(frame["file"]) or probe in file.parents:
            continue
        told = file.relative_to(folder).as_posix() if folder in file.parents else str(file)
        return f"{told}:{frame['line']}"
    return ""

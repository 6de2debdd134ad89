"""Says in one line why a location did not load: its own error and the line of its own code."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from .places import is_installed

LONGEST = 400
"""Characters of an error's text that are passed on."""

SECRET_IN_URL = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")


def in_one_line(error: BaseException, folder: Path) -> str:
    """Kind, text and place of an error, without passwords in URLs.

    The place is the last line of the location's own code that the error passed through. Where it
    passed through none it is the last line of all, but for Dagster's own errors, which name what
    they are about.

    Args:
        error: What the location raised.
        folder: The location's project: places in it are told relative to it.
    """
    error = _own(error)
    place = _place(error, folder)
    if isinstance(error, SystemExit):
        what = f"it ends the process while it is loaded: sys.exit({error.code!r})"
    else:
        text = SECRET_IN_URL.sub("***", " ".join(str(error).split()))
        text = text if len(text) <= LONGEST else text[:LONGEST] + " …"
        what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{what} ({place})" if place else what


def _own(error: BaseException) -> BaseException:
    """The location's error behind those that Dagster makes of it."""
    while error.__cause__ is not None and _is_dagsters(error):
        error = error.__cause__
    return error


def _is_dagsters(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "dagster"


def _place(error: BaseException, folder: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_findings(error.filename, folder)}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and Path(__file__).parent not in _parents(frame)
    ]
    own = [frame for frame in frames if not is_installed(frame.filename)]
    last = (own or ([] if _is_dagsters(error) else frames))[-1:]
    return f"{_findings(last[0].filename, folder)}:{last[0].lineno}" if last else ""


def _parents(frame: traceback.FrameSummary) -> tuple[Path, ...]:
    return tuple(Path(frame.filename).parents)


def _findings(file: str, folder: Path) -> str:
    try:
        return Path(file).relative_to(folder).as_posix()
    except ValueError:
        return file

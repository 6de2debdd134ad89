"""One line on why a code location does not load: error, and line in the project's code."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from .places import is_installed

MAX_LENGTH = 400
"""Characters of an error's text that are passed on."""

SECRET_IN_URL = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")


def in_one_line(error: BaseException, folder: Path) -> str:
    """Return class, text and place of an error, without the passwords in URLs.

    The place is the last line of the code location's own code in the traceback. If there is none,
    it is the last line of the traceback, except for Dagster's own errors, whose text names the
    definition.

    Args:
        error: Error of the code location.
        folder: Folder of the project, to which places are relative.
    """
    error = _cause(error)
    place = _place(error, folder)
    if isinstance(error, SystemExit):
        what = f"it exits while it is loaded: sys.exit({error.code!r})"
    else:
        text = SECRET_IN_URL.sub("***", " ".join(str(error).split()))
        text = text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + " …"
        what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{what} ({place})" if place else what


def _cause(error: BaseException) -> BaseException:
    """Return the error of the code location, which Dagster may have wrapped."""
    while error.__cause__ is not None and _is_of_dagster(error):
        error = error.__cause__
    return error


def _is_of_dagster(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "dagster"


def _place(error: BaseException, folder: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_relative(error.filename, folder)}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<")
        and Path(__file__).parent not in Path(frame.filename).parents
    ]
    own = [frame for frame in frames if not is_installed(frame.filename)]
    last = (own or ([] if _is_of_dagster(error) else frames))[-1:]
    return f"{_relative(last[0].filename, folder)}:{last[0].lineno}" if last else ""


def _relative(file: str, folder: Path) -> str:
    try:
        return Path(file).relative_to(folder).as_posix()
    except ValueError:
        return file

"""Notation of places, keys and columns in an interface."""

from __future__ import annotations

COLUMN_SEPARATOR = "#"
PACKAGE_SEPARATOR = "://"
"""Separates dbt project and file in a place outside of the repository, as dbt writes it:
`shop://models/orders.sql`."""

_UNCERTAIN = "?"
_NOT_COMMITTED = frozenset(
    {"dbt_packages", "dbt_modules", "target", "site-packages", ".venv", "venv", "node_modules"}
)


def place(file: str, line: int = 1, *, uncertain: bool = False) -> str:
    """Return a place as one string: `file:line`, or `file:line?` if it may be another one.

    Args:
        file: Relative to the interface's folder, with forward slashes.
        line: Line, from 1.
        uncertain: Whether the code composes the name at run time, so that its place is a guess.
    """
    return f"{file}:{line}{_UNCERTAIN if uncertain else ''}"


def is_uncertain(at: str) -> bool:
    """Return whether a place is a guess."""
    return at.endswith(_UNCERTAIN)


def split_place(at: str) -> tuple[str, int]:
    """Return file and line of a place; line 1 if none is known.

    >>> split_place("models/orders.sql:12")
    ('models/orders.sql', 12)
    """
    file, colon, line = at.removesuffix(_UNCERTAIN).rpartition(":")
    if colon and line.isdigit():
        return file, int(line)
    return at, 1


def is_committed(file: str) -> bool:
    """Return whether the file of a place is expected in a checkout.

    Files of installed packages and generated files may be missing there, and those of a dbt project
    outside of the repository always are.
    """
    if file.startswith("/") or PACKAGE_SEPARATOR in file:
        return False
    return _NOT_COMMITTED.isdisjoint(file.split("/")[:-1])


def key_text(path: list[str] | tuple[str, ...]) -> str:
    r"""Return the key as one string, with parts joined by `/`; a slash in a part becomes `\/`.

    Dagster escapes the same way (`AssetKey.to_escaped_user_string`), so `AssetKey("a/b")` and
    `AssetKey(["a", "b"])` stay different keys.
    """
    return "/".join(part.replace("/", "\\/") for part in path)


def key_path(key: str) -> tuple[str, ...]:
    r"""Return the parts of a key, the inverse of `key_text`."""
    if "\\" not in key:
        return tuple(key.split("/"))
    return tuple(part.replace("\0", "/") for part in key.replace("\\/", "\0").split("/"))


def column_of(key: str, column: str) -> str:
    """Return a column of an asset as one string: `key#column`."""
    return f"{key}{COLUMN_SEPARATOR}{column}"


def split_column(text: str) -> tuple[str, str]:
    """Return key and column of `key#column`; a column may contain the separator, a key may not."""
    key, _, column = text.partition(COLUMN_SEPARATOR)
    return key, column

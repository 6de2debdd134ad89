"""Where a fact is written, and how keys and columns are spelled in an interface."""

from __future__ import annotations

COLUMN_SEPARATOR = "#"


def place(file: str, line: int = 1) -> str:
    """`file:line`, the file relative to the folder of the interface, with forward slashes."""
    return f"{file}:{line}"


def split_place(at: str) -> tuple[str, int]:
    """File and line of a place; line 1 where none is known.

    >>> split_place("models/orders.sql:12")
    ('models/orders.sql', 12)
    """
    file, colon, line = at.rpartition(":")
    if colon and line.isdigit():
        return file, int(line)
    return at, 1


def key_text(path: list[str] | tuple[str, ...]) -> str:
    r"""The key as one string, parts joined by `/`; a slash inside a part is written `\/`.

    Dagster escapes the same way (`AssetKey.to_escaped_user_string`), so that `AssetKey("a/b")` and
    `AssetKey(["a", "b"])`, which are different keys, stay different here.
    """
    return "/".join(part.replace("/", "\\/") for part in path)


def key_path(key: str) -> tuple[str, ...]:
    r"""The parts of a key's text, the inverse of `key_text`."""
    if "\\" not in key:
        return tuple(key.split("/"))
    return tuple(part.replace("\0", "/") for part in key.replace("\\/", "\0").split("/"))


def column_of(key: str, column: str) -> str:
    """A column of an asset as one string: `key#column`."""
    return f"{key}{COLUMN_SEPARATOR}{column}"


def split_column(text: str) -> tuple[str, str]:
    """Key and column of `key#column`; a column's name may hold the separator, a key may not."""
    key, _, column = text.partition(COLUMN_SEPARATOR)
    return key, column

"""Places where the code of a model names a table directly instead of by `ref` or `source`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dagster_lineage.extract.dbt.manifest_graph import Code
from dagster_lineage.model import key_path, place, split_place

_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?P<comment>--[^\n]*|/\*.*?\*/)""", re.DOTALL
)


def without_comments(sql: str) -> str:
    """Return SQL with a blank for each comment. Text in quotes is not a comment."""
    return _PIECE.sub(lambda piece: " " if piece["comment"] else piece.group(), sql)


def naming(parts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for a name of several parts, with any quotes."""
    named = r"[\"`\]]?\s*\.\s*[\"`\[]?".join(map(re.escape, parts))
    return re.compile(rf"(?<!\w){named}(?!\w)", re.IGNORECASE)


def where_named(at: str, codes: Iterable[Code], key: str) -> str:
    """Return the places where code names another project's table instead of using `source`.

    Args:
        at: Place of the model, for a table that only a macro names.
        codes: Code of the model and of the ephemeral models in its query.
        key: Key of the table; its last parts are schema and name.
    """
    pattern = naming(key_path(key)[-2:])
    for code in codes:
        found = pattern.search(code.raw)
        if found:
            file, first = split_place(code.at)
            return place(file, first + code.raw.count("\n", 0, found.start()))
    return at

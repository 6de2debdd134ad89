"""One spelling for each type of the page: `string` and `varchar` are the same to a reader."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from dagster_lineage.model.type_parser import ColumnType, normal_form

_FAMILIES = ("boolean", "integer", "float", "text")
_TEXTS = ("varchar", "string", "text", "character varying")
"""Names of text of any length; `citext` or an enum is not the same."""


class TypeSpellings:
    """The most frequent spelling of each type on a page.

    Args:
        types: Type and dialect of each column.
    """

    def __init__(self, types: Iterable[tuple[str, str]]) -> None:
        counts: defaultdict[ColumnType, Counter[str]] = defaultdict(Counter)
        for (spelling, dialect), count in Counter(types).items():
            form = _form(spelling, dialect)
            if form:
                counts[form][spelling] += count
        self._spellings = {
            form: min(found, key=lambda one: (-found[one], one)) for form, found in counts.items()
        }

    def __call__(self, spelling: str, dialect: str) -> str:
        """Return the spelling of a type on the page."""
        form = _form(spelling, dialect)
        return self._spellings[form] if form else spelling


def _form(spelling: str, dialect: str) -> ColumnType | None:
    form = normal_form(spelling, dialect) if spelling.replace(" ", "").isalnum() else None
    if form is None or form.family not in _FAMILIES:
        return None
    return form if form.family != "text" or spelling in _TEXTS else None

"""Parser of column types, from the spelling of an engine to a normal form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_names import Family, default_decimal, family_of
from dagster_lineage.model.type_sizes import Size, size_of

_TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|[\w$]+|[()<>\[\],:]""")
_QUOTES = "'\"`"
_CLOSING = {"(": ")", "<": ">"}
_WRAPPERS = ("nullable", "lowcardinality")
"""Types of ClickHouse around the type of the values."""


class ColumnType(Struct, frozen=True):
    """A type in normal form: what it means to a reader, without its spelling."""

    family: Family
    """Kind of its values."""
    scale: int | None = None
    """Decimals: digits after the point; None if there can be any number of them."""
    elements: tuple[ColumnType, ...] = ()
    """Arrays: type of the elements. Maps: types of key and value. Empty if not known."""
    fields: tuple[tuple[str, ColumnType], ...] | None = None
    """Structs: by name in lower case. None if not known."""
    size: Size | None = None
    """How much it can hold; None if not known."""


UNKNOWN = ColumnType("unknown")


@lru_cache(maxsize=8192)
def normal_form(text: str, dialect: str = "") -> ColumnType:
    """Return the normal form of a type; a type that is not listed is unknown, not an error."""
    tokens = _TOKENS.findall(text)
    return _Parser(tokens, canonical_dialect(dialect)).column_type()


class _Parser:
    """Reads the tokens of a type from left to right and skips those that it does not expect."""

    def __init__(self, tokens: list[str], dialect: str) -> None:
        self._tokens = tokens
        self._dialect = dialect
        self._at = 0

    def column_type(self) -> ColumnType:
        words = self._words()
        parameters: list[str] = []
        _, family = family_of(tuple(words), self._dialect)
        if self._next in _CLOSING:
            if words[-1:] and words[-1] in _WRAPPERS:
                return next(iter(self._elements()), UNKNOWN)
            if family in ("array", "map"):
                return self._arrays_of(ColumnType(family, elements=self._elements()))
            if family == "struct":
                return self._arrays_of(ColumnType(family, fields=self._fields()))
            parameters = self._parameters()
            words += self._words()  # timestamp (6) with time zone
        return self._arrays_of(self._plain(words, parameters))

    def _plain(self, words: list[str], parameters: list[str]) -> ColumnType:
        name, family = family_of(tuple(words), self._dialect)
        if family == "unknown" and words and words[0].startswith("_"):
            # PostgreSQL's name of an array type: `_int4`.
            element = self._plain([words[0][1:]], [])
            return UNKNOWN if element == UNKNOWN else ColumnType("array", elements=(element,))
        numbers = [int(one) for one in parameters if one.isdigit()]
        size = size_of(name, family, numbers, self._dialect)
        if family != "decimal":
            return ColumnType(family, size=size)
        if numbers:
            return ColumnType(family, scale=(*numbers, 0)[1], size=size)
        default = default_decimal(name, self._dialect)
        return ColumnType(family, scale=default[1] if default else None, size=size)

    def _arrays_of(self, element: ColumnType) -> ColumnType:
        while self._next == "[":
            while self._next not in ("]", ""):
                self._at += 1
            self._at += 1
            element = ColumnType("array", elements=(element,))
        return element

    def _elements(self) -> tuple[ColumnType, ...]:
        return tuple(self.column_type() for _ in self._list())

    def _fields(self) -> tuple[tuple[str, ColumnType], ...] | None:
        found: list[tuple[str, ColumnType]] = []
        anonymous = False
        for _ in self._list():
            name = self._take().strip(_QUOTES).lower()
            if self._next == ":":
                self._at += 1
            anonymous |= self._next in (",", ")", ">", "(", "<", "")
            found.append((name, self.column_type()))
        return None if anonymous else tuple(found)

    def _list(self) -> Iterator[None]:
        """Move to each entry of a list in brackets, and finally behind the list."""
        closing = _CLOSING[self._take()]
        while self._next not in (closing, ""):
            yield
            self._skip_to(",", closing)
            if self._next == ",":
                self._at += 1
        self._at += 1

    def _parameters(self) -> list[str]:
        begin = self._at
        closing = _CLOSING[self._take()]
        self._skip_to(closing)
        self._at += 1
        return self._tokens[begin + 1 : self._at - 1]

    def _skip_to(self, *ends: str) -> None:
        depth = 0
        while self._next and (depth or self._next not in ends):
            depth += (self._next in _CLOSING) - (self._next in (")", ">"))
            self._at += 1

    def _words(self) -> list[str]:
        words: list[str] = []
        while self._next and (self._next[0].isalnum() or self._next[0] in "_$"):
            words.append(self._take().lower())
        return words

    @property
    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next
        self._at += 1
        return token

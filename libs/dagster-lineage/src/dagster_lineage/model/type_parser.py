"""Reads a column's type, as an engine spells it, into one normal form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dagster_lineage.model.dialects import canonical_dialect
from dagster_lineage.model.type_names import Family, default_decimal, family_of

_TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|[\w$]+|[()<>\[\],:]""")
_QUOTES = "'\"`"
_CLOSING = {"(": ")", "<": ">"}
_WRAPPERS = ("nullable", "lowcardinality")
"""ClickHouse's, around the type of the values."""


@dataclass(frozen=True)
class ColumnType:
    """A type in normal form: what matters to a reader, and nothing of its spelling.

    Attributes:
        family: What kind of values it has.
        scale: Decimals: digits after the point; None where there can be any number of them.
        elements: Arrays: the element's type; maps: those of key and value; none: not told.
        fields: Structs: by name in lower case; None: not told.
    """

    family: Family
    scale: int | None = None
    elements: tuple[ColumnType, ...] = ()
    fields: tuple[tuple[str, ColumnType], ...] | None = None


UNKNOWN = ColumnType("unknown")


@lru_cache(maxsize=8192)
def normal_form(text: str, dialect: str = "") -> ColumnType:
    """A type's normal form; a type that nobody here knows is unknown, never an error."""
    tokens = _TOKENS.findall(text)
    return _Reader(tokens, canonical_dialect(dialect)).column_type()


class _Reader:
    """Reads the tokens of a type from left to right; what is odd is passed over."""

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
        if family == "decimal":
            numbers = [int(one) for one in parameters if one.isdigit()]
            if not numbers:
                default = default_decimal(name, self._dialect)
                return ColumnType(family, scale=default[1] if default else None)
            return ColumnType(family, scale=numbers[1] if len(numbers) > 1 else 0)
        if family == "unknown" and words and words[0].startswith("_"):
            # PostgreSQL's name of an array type: `_int4`.
            name, element = family_of((words[0][1:],), self._dialect)
            return ColumnType("array", elements=(ColumnType(element),)) if name else UNKNOWN
        return ColumnType(family)

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
        """Stand at the beginning of each entry of a list in brackets, and at last behind it."""
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

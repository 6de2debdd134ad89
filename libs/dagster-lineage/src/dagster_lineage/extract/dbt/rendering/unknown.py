"""Values that only the warehouse knows, and the record of their use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Self


class Unknown:
    """A value that only the warehouse knows: empty to look at, and anything can be done with it.

    Jinja goes on with it, so that the rest of a model is rendered and its refs are seen.
    """

    def __str__(self) -> str:
        return ""

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, item: object) -> bool:
        return False

    def __getattr__(self, name: str) -> Unknown:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> Unknown:
        return self

    def __call__(self, *_args: object, **_kwargs: object) -> Unknown:
        """Return itself: the result is unknown, too."""
        return self

    def __add__(self, other: object) -> Unknown:
        return self

    __radd__ = __sub__ = __rsub__ = __mul__ = __truediv__ = __add__

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def __int__(self) -> int:
        return 0


class Doubts:
    """Reasons why a rendered text may differ from what dbt renders for the same model."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}
        """What the warehouse would be queried for, each once, in order."""
        self.assumed: dict[str, None] = {}
        """Variables and fields of the target that are not known and have a default."""
        self.compared: dict[str, dict[str, None]] = {}
        """Texts that an assumed setting was compared with, by its name: for one of them, the
        rendered text could differ."""
        self.columns_requested = False
        """The columns of a relation were used, and they are not known."""

    def ask(self, what: str) -> Unknown:
        """Record that the warehouse would be queried; return an unknown value."""
        self.asked[what] = None
        return Unknown()

    def asker(self, what: str) -> Callable[..., Unknown]:
        """Return a function with any arguments that queries the warehouse."""

        def ask(*_args: object, **_kwargs: object) -> Unknown:
            return self.ask(what)

        return ask

    def guess(self, name: str, text: str, instead: Mapping[str, str]) -> str:
        """Return a text that stands for an unknown one.

        Args:
            name: Of the unknown text: `target.name`.
            text: Its default.
            instead: By name, what is taken for granted this time.
        """
        self.assumed[name] = None
        if name in instead:
            return instead[name]
        return Guess(text, lambda other: self.compared.setdefault(name, {}).setdefault(other))


class Guess(str):
    """A text that records the texts that it is compared with, in any case, whole or in part."""

    __slots__ = ("_compared",)
    _compared: Callable[[str], None]

    def __new__(cls, text: str, compared: Callable[[str], None]) -> Self:
        """Return a text; `compared` is called with each text that it is compared with."""
        producer = super().__new__(cls, text)
        producer._compared = compared
        return producer

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            self._compared(str(other))
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __contains__(self, part: str) -> bool:  # type: ignore[override]
        self._compared(part)
        return str.__contains__(self, part)

    def startswith(self, prefix: str, *span: int) -> bool:  # type: ignore[override]
        """Whether it begins so."""
        self._compared(prefix)
        return str.startswith(self, prefix, *span)

    def endswith(self, suffix: str, *span: int) -> bool:  # type: ignore[override]
        """Whether it ends so."""
        self._compared(suffix)
        return str.endswith(self, suffix, *span)

    def lower(self) -> Guess:
        """In lower case, and still a guess."""
        return Guess(str.lower(self), self._compared)

    def upper(self) -> Guess:
        """In upper case, and still a guess."""
        return Guess(str.upper(self), self._compared)

    def strip(self, *marks: str | None) -> Guess:
        """Without blanks, and still a guess."""
        return Guess(str.strip(self, *marks), self._compared)

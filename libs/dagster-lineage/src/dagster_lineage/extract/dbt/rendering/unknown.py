"""What a warehouse would have answered: nothing is known of it, and whoever asks is told so."""

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
        """Whatever it is asked, it does not know."""
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
    """Why a rendered text may differ from what dbt makes of the same model.

    Attributes:
        asked: What was asked of the warehouse, each once, in order.
        assumed: What was taken for granted: variables and fields of the target that nobody told.
        compared: By name of what was taken for granted, the texts that it was compared with: had
            it been one of them, the text would be another.
        columns_asked: Columns of a relation were asked for that nobody knew.
    """

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}
        self.assumed: dict[str, None] = {}
        self.compared: dict[str, dict[str, None]] = {}
        self.columns_asked = False

    def ask(self, what: str) -> Unknown:
        """The warehouse would have to be asked."""
        self.asked[what] = None
        return Unknown()

    def asker(self, what: str) -> Callable[..., Unknown]:
        """A function that asks the warehouse, whatever it is called with."""

        def ask(*_args: object, **_kwargs: object) -> Unknown:
            return self.ask(what)

        return ask

    def guess(self, name: str, text: str, instead: Mapping[str, str]) -> str:
        """A text that stands in for one that nobody told.

        Args:
            name: Of what was not told: `target.name`.
            text: What is taken for granted.
            instead: By name, what is taken for granted this time.
        """
        self.assumed[name] = None
        if name in instead:
            return instead[name]
        return Guess(text, lambda other: self.compared.setdefault(name, {}).setdefault(other))


class Guess(str):
    """A text that tells with what it is compared, lower-cased or not, whole or in part."""

    __slots__ = ("_compared",)
    _compared: Callable[[str], None]

    def __new__(cls, text: str, compared: Callable[[str], None]) -> Self:
        """A text, and who is told of the texts that it is compared with."""
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

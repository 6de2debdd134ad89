"""What a warehouse would have answered: nothing is known of it, and whoever asks is told so."""

from __future__ import annotations

from collections.abc import Callable, Iterator


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
    """

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}
        self.assumed: dict[str, None] = {}

    def ask(self, what: str) -> Unknown:
        """The warehouse would have to be asked."""
        self.asked[what] = None
        return Unknown()

    def asker(self, what: str) -> Callable[..., Unknown]:
        """A function that asks the warehouse, whatever it is called with."""

        def ask(*_args: object, **_kwargs: object) -> Unknown:
            return self.ask(what)

        return ask

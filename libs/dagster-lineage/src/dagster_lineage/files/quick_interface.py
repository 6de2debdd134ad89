"""Interfaces as `lineage check` reads them: where columns come from is decoded when somebody asks.

The rules ask it of the few columns where two ends of an edge disagree, and it is a third of what
there is to decode.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct, field

from dagster_lineage.model import Asset, Interface

_ORIGINS = msgspec.json.Decoder(tuple[str, ...])


class QuickColumn(Struct, frozen=True, kw_only=True, gc=False):
    """A `Column` with the same attributes."""

    type: str = ""
    not_null: bool = False
    unique: bool = False
    copy: bool = False
    line: int = 0
    origins: Raw = field(name="derived_from", default=Raw(b"[]"))

    @property
    def derived_from(self) -> tuple[str, ...]:
        """As `Column.derived_from`."""
        return _ORIGINS.decode(self.origins)


class QuickAsset(Asset, frozen=True, kw_only=True, gc=False):
    """An `Asset` with such columns."""

    columns: dict[str, QuickColumn] = field(default_factory=dict)  # type: ignore[assignment]


class QuickInterface(Interface, frozen=True, kw_only=True):
    """An `Interface` with such assets."""

    assets: tuple[QuickAsset, ...] = ()

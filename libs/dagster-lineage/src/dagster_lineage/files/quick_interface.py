"""Interfaces with lazily decoded column origins, for `lineage check`.

Origins are a third of a file, and rules read them only for the few columns on which the two ends of
an edge disagree.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct, field

from dagster_lineage.model import Asset, Interface

_ORIGINS = msgspec.json.Decoder(tuple[str, ...])


class QuickColumn(Struct, frozen=True, kw_only=True, gc=False):
    """A `Column` that decodes `derived_from` on access."""

    type: str = ""
    not_null: bool = False
    unique: bool = False
    copy: bool = False
    line: int = 0
    origins: Raw = field(name="derived_from", default=Raw(b"[]"))

    @property
    def derived_from(self) -> tuple[str, ...]:
        """Same as `Column.derived_from`."""
        return _ORIGINS.decode(self.origins)


class QuickAsset(Asset, frozen=True, kw_only=True, gc=False):
    """An `Asset` with lazily decoded column origins."""

    columns: dict[str, QuickColumn] = field(default_factory=dict)  # type: ignore[assignment]


class QuickInterface(Interface, frozen=True, kw_only=True):
    """An `Interface` with lazily decoded column origins."""

    assets: tuple[QuickAsset, ...] = ()

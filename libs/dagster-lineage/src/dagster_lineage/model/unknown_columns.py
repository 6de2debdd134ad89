"""Share of columns with unknown origins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dagster_lineage.model.interface import Asset
from dagster_lineage.model.wording import counted

_TRACED = ("model", "snapshot")
"""Kinds of assets whose columns come from SQL."""


@dataclass(frozen=True)
class UnknownColumns:
    """Columns of dbt models and snapshots of which not all origins are known."""

    columns: int
    """Number of columns."""
    unknown: int
    """Number of those with an unknown origin."""
    assets: int
    """Number of models with other columns that are unknown."""

    @property
    def percent(self) -> str:
        """The share of columns with an unknown origin: `2.5 %`."""
        return f"{100 * self.unknown / max(self.columns, 1):.1f} %"

    @property
    def sentence(self) -> str:
        """The share in words: `3 of 120 columns of models have unknown origins (2.5 %)`."""
        text = (
            f"{self.unknown:,} of {counted(self.columns, 'column')} of models "
            f"have unknown origins ({self.percent})"
        )
        if self.assets:
            text += f"; {counted(self.assets, 'model')} may have other columns"
        return text


def unknown_columns(assets: Iterable[Asset]) -> UnknownColumns:
    """Count the columns of assets whose origins are unknown."""
    traced = [asset for asset in assets if asset.kind in _TRACED]
    columns = [column for asset in traced for column in asset.columns.values()]
    return UnknownColumns(
        columns=len(columns),
        unknown=sum(bool(column.unknown) for column in columns),
        assets=sum(bool(asset.unknown_columns) for asset in traced),
    )

"""The result of `lineage impact`: assets, and the checks, exposures and jobs of these assets."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Direction = Literal["downstream", "upstream"]
How = Literal["start", "value", "rows", "unknown"]


class ImpactAsset(Struct, frozen=True, kw_only=True):
    """An asset upstream or downstream of the targets, or a target."""

    key: str
    project: str
    """Empty if no project of the repository produces the asset."""
    how: How
    """`start`: a target. Downstream: `value`, some columns are computed from the targets; `rows`,
    the targets decide which rows the asset has; `unknown`, the columns that it reads are not known.
    Upstream: `value`, its `columns` are used; `rows`, its columns only decide which rows there are;
    `unknown`, the columns that are read are not known."""
    columns: tuple[str, ...] = ()
    row_columns: tuple[str, ...] = ()
    """Upstream: columns that only decide which rows there are."""
    via: str = ""
    """Neighbor on a shortest path to a target, `key` or `key#column`."""
    distance: int = 0
    """Number of edges to the nearest target."""
    owners: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    automation: str = ""
    last: bool = False
    """Upstream: the asset reads nothing."""


class ImpactCheck(Struct, frozen=True, kw_only=True):
    """A check of an affected asset or column."""

    name: str
    key: str
    project: str
    columns: tuple[str, ...] = ()
    blocking: bool = False


class ImpactExposure(Struct, frozen=True, kw_only=True):
    """An exposure that depends on an affected asset."""

    name: str
    project: str
    type: str = ""
    owner: str = ""
    reads: tuple[str, ...] = ()
    """Affected keys that it reads."""


class ImpactJob(Struct, frozen=True, kw_only=True):
    """A job, schedule or sensor that materializes an affected asset."""

    name: str
    kind: str
    project: str
    cron: str = ""
    targets: tuple[str, ...] = ()
    """Affected keys that it materializes."""


class Impact(Struct, frozen=True, kw_only=True):
    """Everything upstream or downstream of the targets."""

    direction: Direction
    starts: tuple[str, ...]
    """The targets, as `key` or `key#column`."""
    assets: tuple[ImpactAsset, ...]
    """The targets, then the nearest assets first."""
    checks: tuple[ImpactCheck, ...] = ()
    exposures: tuple[ImpactExposure, ...] = ()
    jobs: tuple[ImpactJob, ...] = ()
    projects: tuple[str, ...] = ()
    """Projects of the assets, without the targets, and of the exposures."""
    owners: tuple[str, ...] = ()
    """Owners of the assets, without the targets, and of the exposures."""
    edges: tuple[tuple[str, str], ...] = ()
    """Keys of producer and reader."""

    @property
    def found(self) -> tuple[ImpactAsset, ...]:
        """The assets without the targets."""
        return tuple(one for one in self.assets if one.how != "start")

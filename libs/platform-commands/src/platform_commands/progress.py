"""The progress of each asset of a `platform run`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from platform_commands.asset_graph import AssetName


class Status(StrEnum):
    """Status of an asset."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"
    """Its run was terminated."""

    @property
    def final(self) -> bool:
        """Whether it does not change any more."""
        return self not in {Status.WAITING, Status.RUNNING}


@dataclass
class AssetProgress:
    """Progress of one asset."""

    asset: AssetName
    location: str
    """Its code location."""
    status: Status = Status.WAITING
    rows: int | None = None
    """Rows of the table, from the metadata of its materialization."""
    started_at: float | None = None
    """Start of its step, in seconds since the epoch."""
    ended_at: float | None = None
    checks_passed: int = 0
    checks_failed: int = 0
    warnings: list[str] = field(default_factory=list)
    """Names of checks that failed without blocking, with the reasons."""
    partitions: int = 0
    """Number of partitions to materialize; 0 for an asset without partitions."""
    partitions_done: int = 0
    reason: str = ""
    """Why it has failed or was skipped."""
    run_id: str = ""

    def seconds(self, now: float) -> float | None:
        """Return the duration of its step up to now."""
        if self.started_at is None or self.status is Status.SKIPPED:
            return None
        return (self.ended_at or now) - self.started_at


class RunProgress:
    """Progress of all assets of a `platform run`, by name, in the order of the plan."""

    def __init__(self, locations: Iterable[tuple[AssetName, str]]) -> None:
        """All assets wait.

        Args:
            locations: Each asset with its code location.
        """
        self.assets = {name: AssetProgress(name, location) for name, location in locations}

    def __getitem__(self, name: AssetName) -> AssetProgress:
        return self.assets[name]

    def with_status(self, *statuses: Status) -> list[AssetProgress]:
        """Return the assets with one of these statuses."""
        return [asset for asset in self.assets.values() if asset.status in statuses]

    def skip(self, causes: Mapping[AssetName, AssetName]) -> None:
        """Mark assets as skipped, each because of an asset upstream that was not materialized."""
        for name, cause in causes.items():
            asset = self.assets.get(name)
            if asset is not None and not asset.status.final:
                asset.status = Status.SKIPPED
                canceled = cause in self.assets and self[cause].status is Status.CANCELED
                asset.reason = f"upstream {cause} {'was canceled' if canceled else 'failed'}"

    @property
    def all_done(self) -> bool:
        """Whether all assets were materialized and none of their blocking checks failed."""
        return all(asset.status is Status.DONE for asset in self.assets.values())

"""Where every asset of a run stands: what the progress display and the closing table show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from platform_commands.graph import AssetName


class State(StrEnum):
    """How far an asset is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    """Its run was terminated."""

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to the asset."""
        return self not in {State.WAITING, State.RUNNING}


@dataclass
class Standing:
    """One asset's line."""

    asset: AssetName
    location: str
    state: State = State.WAITING
    rows: int | None = None
    """Rows of the table, as the asset reports them (`dagster/row_count`)."""
    started_at: float | None = None
    """When its step started, seconds since the epoch."""
    ended_at: float | None = None
    checks_passed: int = 0
    checks_failed: int = 0
    partitions: int = 0
    """Partitions to fill; 0 for an asset without partitions."""
    partitions_done: int = 0
    reason: str = ""
    """Why it failed, or because of what it was skipped, in one paragraph."""
    run_id: str = ""

    def seconds(self, now: float) -> float | None:
        """How long its step took, or takes so far."""
        if self.started_at is None or self.state is State.SKIPPED:
            return None
        return (self.ended_at or now) - self.started_at


@dataclass
class Board:
    """All assets of one command, by name, in the order in which they are planned."""

    standings: dict[AssetName, Standing] = field(default_factory=dict)

    @classmethod
    def of(cls, locations: Iterable[tuple[AssetName, str]]) -> Board:
        """A board on which all assets wait.

        Args:
            locations: Each asset with its code location.
        """
        return cls({name: Standing(name, location) for name, location in locations})

    def __getitem__(self, name: AssetName) -> Standing:
        return self.standings[name]

    def in_state(self, *states: State) -> list[Standing]:
        """The assets that stand so."""
        return [standing for standing in self.standings.values() if standing.state in states]

    def skip(self, causes: Mapping[AssetName, AssetName]) -> None:
        """Assets that will not be made, each with the failed asset that it is made from."""
        for name, cause in causes.items():
            standing = self.standings.get(name)
            if standing is not None and not standing.state.final:
                standing.state = State.SKIPPED
                standing.reason = f"made from {cause}, which {self._fate(cause)}"

    @property
    def all_made(self) -> bool:
        """Whether every asset was materialized and none of its blocking checks failed."""
        return all(standing.state is State.DONE for standing in self.standings.values())

    def _fate(self, cause: AssetName) -> str:
        standing = self.standings.get(cause)
        return "was stopped" if standing and standing.state is State.STOPPED else "failed"

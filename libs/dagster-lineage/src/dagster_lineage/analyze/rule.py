"""What a rule is: a code, a name, a manual page, and a search over the graph."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, TypedDict, Unpack

from dagster_lineage.files.settings import Settings
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset, LocatedInterface
from dagster_lineage.model.findings import Finding, Level


class FindingDetails(TypedDict, total=False):
    """What a finding may say beside its message."""

    fix: str
    nearest: str
    level: Level | None


class Rule(ABC):
    """A rule is one file and one class; its docstring is its manual page.

    The page has one sentence, then **Anti-pattern** with an example and **Best practice** with the
    fixed one, as `lineage rule CODE` prints it.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    level: ClassVar[Level] = "error"

    def __init__(self, settings: Settings, today: dt.date) -> None:
        self.settings = settings
        self.today = today

    @abstractmethod
    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Everything in the graph that breaks this rule, each thing once."""

    def at_edge(
        self,
        edge: Edge,
        message: str,
        *,
        key: str = "",
        producer: LocatedAsset | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """A finding at the reader's end of an edge; `made` is the other end, if there is one."""
        key = key or edge.read.key
        owners = edge.reader.owners
        return self.at(
            edge.place, edge.where, message, key=key, owners=owners, other=producer, **details
        )

    def at_asset(
        self,
        producer: LocatedAsset,
        message: str,
        *,
        key: str = "",
        other: LocatedAsset | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """A finding at an asset's definition."""
        key = key or producer.asset.key
        owners = producer.asset.owners
        return self.at(
            producer.place, producer.where, message, key=key, owners=owners, other=other, **details
        )

    def at(
        self,
        place: tuple[str, int],
        where: LocatedInterface,
        message: str,
        *,
        key: str = "",
        owners: tuple[str, ...] = (),
        other: LocatedAsset | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """A finding of this rule at a file and line, which a project must fix."""
        return Finding(
            code=self.code,
            name=self.name,
            level=details.get("level") or self.level,
            file=place[0],
            line=place[1],
            project=where.project,
            message=message,
            fix=details.get("fix", ""),
            key=key,
            nearest=details.get("nearest", ""),
            owners=owners,
            other_owners=other.asset.owners if other else (),
            other_project=other.where.project if other else "",
        )

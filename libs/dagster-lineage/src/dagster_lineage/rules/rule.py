"""What a rule is: a code, a name, a manual page, and a search over the graph."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.findings import Finding, Level
from dagster_lineage.graph import Edge, LineageGraph, Made
from dagster_lineage.settings import Settings


class Rule(ABC):
    """A rule is one file and one class; its docstring is its manual page.

    The page has one sentence, then **Anti-pattern** with an example and **Best practice** with the
    mended one, as `lineage rule CODE` prints it.
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
        mend: str = "",
        key: str = "",
        nearest: str = "",
        made: Made | None = None,
        level: Level | None = None,
    ) -> Finding:
        """A finding at the reader's end of an edge; `made` is the other end, if there is one."""
        file, line = edge.place
        return Finding(
            code=self.code,
            name=self.name,
            level=level or self.level,
            file=file,
            line=line,
            project=edge.where.project,
            message=message,
            mend=mend,
            key=key or edge.read.key,
            nearest=nearest,
            owners=edge.reader.owners,
            other_owners=made.asset.owners if made else (),
            other_project=made.where.project if made else "",
        )

    def at_asset(
        self,
        made: Made,
        message: str,
        *,
        mend: str = "",
        key: str = "",
        nearest: str = "",
        other: Made | None = None,
        level: Level | None = None,
    ) -> Finding:
        """A finding at an asset's definition."""
        file, line = made.place
        return Finding(
            code=self.code,
            name=self.name,
            level=level or self.level,
            file=file,
            line=line,
            project=made.where.project,
            message=message,
            mend=mend,
            key=key or made.asset.key,
            nearest=nearest,
            owners=made.asset.owners,
            other_owners=other.asset.owners if other else (),
            other_project=other.where.project if other else "",
        )

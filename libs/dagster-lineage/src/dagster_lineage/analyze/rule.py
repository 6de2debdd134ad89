"""Rules: a code, a name, a manual page, and for most a search over the interface graph."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from inspect import cleandoc
from typing import ClassVar, TypedDict, Unpack

from dagster_lineage.analyze.unresolved import UnresolvedReference, unresolved_references
from dagster_lineage.files.settings import Settings
from dagster_lineage.model import Edge, LineageGraph, LocatedAsset, Reference
from dagster_lineage.model.findings import Finding, Level
from dagster_lineage.model.wording import listed


class FindingDetails(TypedDict, total=False):
    """Optional parts of a finding."""

    fix: str
    key: str
    keys: tuple[str, ...]
    folders: tuple[str, ...]
    nearest: str
    level: Level | None
    """Level of this finding, where it is not the rule's."""
    owners: tuple[str, ...]
    other: LocatedAsset | None
    """Asset at the other end; its project and owners are named."""
    other_project: str
    other_owners: tuple[str, ...]


class Rule:
    """A rule: one file, one class, and a docstring that is its manual page.

    The page is one sentence, an explanation, **Anti-pattern** with an example and **Best practice**
    with the corrected one. `lineage rule CODE` prints it.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    level: ClassVar[Level] = "error"

    @classmethod
    def manual(cls) -> str:
        """Return the manual page in Markdown, without a heading."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def finding(
        cls,
        place: tuple[str, int],
        project: str,
        message: str,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """Return a finding of this rule.

        Args:
            place: File, relative to the root, and line.
            project: Name of the project that must be changed; empty for the repository.
            message: What was found, in one sentence.
            **details: See `FindingDetails`.
        """
        other = details.get("other")
        return Finding(
            code=cls.code,
            name=cls.name,
            level=details.get("level") or cls.level,
            file=place[0],
            line=place[1],
            project=project,
            message=message,
            fix=details.get("fix", ""),
            key=details.get("key", ""),
            keys=details.get("keys", ()),
            folders=details.get("folders", ()),
            nearest=details.get("nearest", ""),
            owners=details.get("owners", ()),
            other_owners=other.asset.owners if other else details.get("other_owners", ()),
            other_project=other.where.project if other else details.get("other_project", ""),
        )


class CheckContext:
    """The input of the rules of one check.

    Args:
        graph: The interface graph.
        settings: Settings of the repository.
        today: The day that dates are compared with.
    """

    def __init__(self, graph: LineageGraph, settings: Settings, today: dt.date) -> None:
        self.graph = graph
        self.settings = settings
        self.today = today

    @cached_property
    def unresolved(self) -> tuple[UnresolvedReference, ...]:
        """References to keys without a producer, which two rules report."""
        return unresolved_references(self.graph, self.settings)


class GraphRule(Rule, ABC):
    """A rule that searches the interface graph.

    Args:
        context: The input of the check.
    """

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self.settings = context.settings
        self.today = context.today

    @abstractmethod
    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield each violation of the rule in the graph once."""

    def at_edge(
        self,
        edge: Edge,
        message: str,
        *,
        producer: LocatedAsset | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """Return a finding at the reader's end of an edge.

        Args:
            edge: The edge.
            message: What was found.
            producer: The asset that is read, if there is one.
            **details: See `FindingDetails`; the key is by default the one that is read.
        """
        details.setdefault("key", edge.read.key)
        details.setdefault("owners", edge.reader.owners)
        details.setdefault("other", producer)
        return self.finding(edge.place, edge.where.project, message, **details)

    def at_reference(
        self,
        reference: Reference,
        message: str,
        *,
        place: tuple[str, int] | None = None,
        **details: Unpack[FindingDetails],
    ) -> Finding:
        """Return a finding at the place where a code location names an asset of another one.

        Args:
            reference: The place and the asset.
            message: What was found.
            place: A more precise place.
            **details: See `FindingDetails`; the key is by default the one that is named.
        """
        details.setdefault("key", reference.producer.asset.key)
        details.setdefault("owners", reference.owners)
        details.setdefault("other", reference.producer)
        return self.finding(place or reference.place, reference.where.project, message, **details)

    def at_asset(
        self, located: LocatedAsset, message: str, **details: Unpack[FindingDetails]
    ) -> Finding:
        """Return a finding at the definition of an asset.

        Args:
            located: The asset and its code location.
            message: What was found.
            **details: See `FindingDetails`; key and owners are by default the asset's.
        """
        details.setdefault("key", located.asset.key)
        details.setdefault("owners", located.asset.owners)
        return self.finding(located.place, located.where.project, message, **details)


def readers_of(reference: Reference) -> str:
    """Return the readers in words: ``source `shop.orders` (read by `a`, `b`)``."""
    readers = listed(edge.reader.key for edge in reference.edges)
    if reference.source is None:
        return readers
    return f"source `{reference.source.name}`" + (f" (read by {readers})" if readers else "")

"""The outcome of a run: which assets failed, and which are missing only because of those."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from platform_commands.asset_graph import AssetGraph, AssetName

StepKey: TypeAlias = str


@dataclass
class RunFacts:
    """The events of a run that decide its outcome."""

    step_of: dict[AssetName, StepKey] = field(default_factory=dict)
    """The step that materializes each asset."""
    started: set[StepKey] = field(default_factory=set)
    """Steps that have started."""
    step_failures: dict[StepKey, str] = field(default_factory=dict)
    """Error messages of failed steps."""
    materialized: set[AssetName] = field(default_factory=set)
    """Assets of which all partitions of the run were materialized."""
    blocked: dict[AssetName, str] = field(default_factory=dict)
    """Assets with a blocking check that failed or was not executed, with a message."""
    run_failure: str = ""
    """Error message of the run as a whole; empty if it succeeded."""


def failed_assets(
    facts: RunFacts, graph: AssetGraph, assets: tuple[AssetName, ...]
) -> dict[AssetName, str]:
    """Return the assets of a run that failed themselves, each with an error message.

    An asset that is missing only because of a failed one is not among them.

    Args:
        facts: What the run's events report.
        graph: The selected assets and the edges between them.
        assets: The assets that the run had to materialize.
    """
    missing = frozenset(
        name for name in assets if name not in facts.materialized or name in facts.blocked
    )
    return {
        name: _reason(facts, name)
        for name in sorted(missing)
        if not _is_consequence(facts, graph, name, missing)
    }


def _is_consequence(
    facts: RunFacts, graph: AssetGraph, name: AssetName, missing: frozenset[AssetName]
) -> bool:
    """Whether an asset is missing only because a parent is.

    This holds if its step did not start, or if its step has materialized some assets: it continued
    with those that do not depend on the failed one. A step without any materialization has failed
    as a whole.
    """
    if name in facts.blocked:
        return False
    parents = graph.assets[name].parents & missing
    step = facts.step_of.get(name)
    if step not in facts.started:
        return bool(parents)
    partly_done = any(facts.step_of.get(other) == step for other in facts.materialized)
    return partly_done and any(facts.step_of.get(parent) == step for parent in parents)


def _reason(facts: RunFacts, name: AssetName) -> str:
    return (
        facts.blocked.get(name)
        or facts.step_failures.get(facts.step_of.get(name, ""))
        or facts.run_failure
        or "Its step succeeded without a materialization."
    )

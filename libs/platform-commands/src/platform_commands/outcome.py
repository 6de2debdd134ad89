"""What has become of each asset of a run: made, failed by itself, or missing after another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from platform_commands.graph import AssetName, Graph

StepKey: TypeAlias = str


@dataclass
class RunFacts:
    """What is known about a run when it has ended."""

    step_of: dict[AssetName, StepKey] = field(default_factory=dict)
    """The step that makes each asset."""
    started: set[StepKey] = field(default_factory=set)
    """Steps that began."""
    step_failures: dict[StepKey, str] = field(default_factory=dict)
    """Why steps failed."""
    made: set[AssetName] = field(default_factory=set)
    """Assets materialized, all the wanted partitions of them."""
    blocked: dict[AssetName, str] = field(default_factory=dict)
    """Assets with a blocking check that failed or was not carried out, and which."""
    run_failure: str = ""
    """Why the run as a whole failed; empty if it succeeded."""


@dataclass(frozen=True)
class Outcome:
    """The assets of a run, each in one of three lots."""

    made: frozenset[AssetName]
    failed: Mapping[AssetName, str]
    """Why, in one paragraph."""
    skipped: Mapping[AssetName, AssetName]
    """Because of which failed asset."""


def judge(facts: RunFacts, graph: Graph, assets: tuple[AssetName, ...]) -> Outcome:
    """Tell which assets failed by themselves, and which only because of those.

    Args:
        facts: What the run's events say.
        graph: The selected assets and the edges between them.
        assets: The assets that the run was to make.
    """
    made = frozenset(name for name in assets if name in facts.made and name not in facts.blocked)
    missing = frozenset(assets) - made
    failed = {
        name: _reason(facts, name)
        for name in sorted(missing)
        if not _is_consequence(facts, graph, name, missing)
    }
    causes = graph.downstream(failed)
    return Outcome(
        made=made,
        failed=failed,
        skipped={name: causes[name] for name in sorted(missing - failed.keys())},
    )


def _is_consequence(
    facts: RunFacts, graph: Graph, name: AssetName, missing: frozenset[AssetName]
) -> bool:
    """Whether an asset is missing only because something that it is made from is.

    That is so if its step never began, or if one step made some assets and not others: it went on
    to what does not depend on the failed one. A step that made nothing failed as a whole.
    """
    if name in facts.blocked:
        return False
    parents = graph.assets[name].parents & missing
    step = facts.step_of.get(name)
    if step not in facts.started:
        return bool(parents)
    made_some = any(facts.step_of.get(other) == step for other in facts.made)
    return made_some and any(facts.step_of.get(parent) == step for parent in parents)


def _reason(facts: RunFacts, name: AssetName) -> str:
    if name in facts.blocked:
        return facts.blocked[name]
    step = facts.step_of.get(name)
    if step in facts.step_failures:
        return facts.step_failures[step]
    if facts.run_failure:
        return facts.run_failure
    return "Its step succeeded without materializing it."

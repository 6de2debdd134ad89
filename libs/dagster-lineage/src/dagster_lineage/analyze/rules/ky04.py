"""KY04: models of one name in two dbt projects get one key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import rivals
from dagster_lineage.analyze.reference_rule import listed
from dagster_lineage.analyze.rule import Rule
from dagster_lineage.analyze.rules.ky01 import same_model_name
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding

MANY = 5
"""Models of one package that are said one by one."""


class SameModelName(Rule):
    """Two dbt projects have a model of the same name, and both models get the same asset key.

    dbt wants names to be unique in a project only. dagster-dbt's keys are the model's custom schema
    and name, with no part for the project (dagster#19109), so two projects that are fine alone
    collide in one deployment. Models of a package that both install collide just so. Same names
    with different keys are no fault.

    **Anti-pattern**

        marketing/models/staging/user.sql     # key: staging/user
        finance/models/staging/user.sql       # key: staging/user

    **Best practice**

    A schema belongs to one project:

        # finance/dbt_project.yml
        models:
          finance:
            +schema: finance                  # key: finance/user

    A package that both install is built by one of them; the other one reads it as a source, and
    switches its own copy off:

        models:
          shared_package:
            +enabled: false
    """

    code: ClassVar[str] = "KY04"
    name: ClassVar[str] = "same-model-name-in-two-projects"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """One per model whose key another project's model has, too.

        One for all where a package, or a whole project, is built by two locations.
        """
        repeated: dict[tuple[str, str, str], list[tuple[LocatedAsset, LocatedAsset]]] = {}
        for first, other in rivals(graph):
            if not same_model_name(first, other):
                continue
            if first.asset.unique_id == other.asset.unique_id:
                pair = (first.where.file, other.where.file, other.asset.package)
                repeated.setdefault(pair, []).append((first, other))
            else:
                yield self._finding(first, other)
        for pairs in repeated.values():
            if len(pairs) > MANY:
                yield self._built_twice(pairs)
            else:
                yield from (self._finding(first, other) for first, other in pairs)

    def _built_twice(self, pairs: list[tuple[LocatedAsset, LocatedAsset]]) -> Finding:
        first, other = pairs[0]
        package = other.asset.package
        keys = listed(sorted(other.asset.key for _, other in pairs))
        return self.at_asset(
            other,
            f"`{first.where.project}` and this project both build {len(pairs)} models of package "
            f"`{package}`: {keys}.",
            fix=_build_once(first, other),
            key=f"{package} in {first.where.project}",
            other=first,
        )

    def _finding(self, first: LocatedAsset, other: LocatedAsset) -> Finding:
        file, line = first.place
        asset = other.asset
        kind = asset.kind if asset.kind in ("seed", "snapshot") else "model"
        if first.asset.unique_id == asset.unique_id:
            told = (
                f"`{first.where.project}` and this project both build {kind} `{asset.name}` of "
                f"package `{asset.package}` as `{asset.key}`."
            )
            fix = _build_once(first, other)
        else:
            told = (
                f"{kind.capitalize()} `{asset.name}` gets the key `{asset.key}`, as the one of "
                f"`{first.where.project}` at {file}:{line} does."
            )
            fix = "Give it another `+schema`, or a key of its own (`meta.dagster.asset_key`)."
        return self.at_asset(other, told, fix=fix, other=first)


def _build_once(first: LocatedAsset, other: LocatedAsset) -> str:
    ours, theirs = other.where.interface.dbt_project, first.where.interface.dbt_project
    if ours and ours == theirs:
        return "Take it out of the selection of one of the two code locations."
    return (
        f"Build it in one of them; in the other one set `{other.asset.package}: +enabled: false`."
    )

"""KY04: models of one name in two dbt projects get one key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.findings import Finding
from dagster_lineage.graph import LineageGraph, Made
from dagster_lineage.rules.ky01 import same_model_name
from dagster_lineage.rules.producers import rivals
from dagster_lineage.rules.rule import Rule


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
        """One per model whose key another project's model has, too."""
        for first, other in rivals(graph):
            if same_model_name(first, other):
                yield self._finding(first, other)

    def _finding(self, first: Made, other: Made) -> Finding:
        file, line = first.place
        asset = other.asset
        kind = asset.kind if asset.kind in ("seed", "snapshot") else "model"
        if first.asset.unique_id == asset.unique_id:
            told = (
                f"`{first.where.project}` and this project both build {kind} `{asset.name}` of "
                f"package `{asset.package}` as `{asset.key}`."
            )
            mend = (
                f"Build it in one of them; in the other one set `{asset.package}: +enabled: false`."
            )
        else:
            told = (
                f"{kind.capitalize()} `{asset.name}` gets the key `{asset.key}`, as the one of "
                f"`{first.where.project}` at {file}:{line} does."
            )
            mend = "Give it another `+schema`, or a key of its own (`meta.dagster.asset_key`)."
        return self.at_asset(other, told, mend=mend, other=first)

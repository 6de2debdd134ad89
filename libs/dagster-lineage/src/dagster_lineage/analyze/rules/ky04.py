"""KY04: models of two dbt projects with one name and one asset key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dagster_lineage.analyze.producers import duplicate_producers, is_own_model, same_model_name
from dagster_lineage.analyze.rule import GraphRule
from dagster_lineage.model import LineageGraph, LocatedAsset
from dagster_lineage.model.findings import Finding
from dagster_lineage.model.wording import listed

MANY = 5
"""Models of one package that are reported one by one."""


class DuplicateModelName(GraphRule):
    """Two dbt projects have a model with the same name and the same asset key.

    dbt requires unique names within a project only. The keys of dagster-dbt consist of the model's
    custom schema and name, without the project (dagster#19109), so two projects that are valid
    alone collide in one deployment. So do the models of a package that both install, and those that
    dbt-loom injects. Models with the same name and different keys are not reported.

    **Anti-pattern**

        marketing/models/staging/user.sql     # key: staging/user
        finance/models/staging/user.sql       # key: staging/user

    **Best practice**

    Give each project its own schemas:

        # finance/dbt_project.yml
        models:
          finance:
            +schema: finance                  # key: finance/user

    Build a shared package in one project. The other one disables its copy and reads the tables as
    a source:

        models:
          shared_package:
            +enabled: false

    Models of another project that dbt-loom injects, or that come with it as an installed package,
    are built by that project. Leave them out of the selection of all others:

        @dbt_assets(manifest=..., exclude="package:shared_project")
    """

    code: ClassVar[str] = "KY04"
    name: ClassVar[str] = "duplicate-model-name"

    def findings(self, graph: LineageGraph) -> Iterator[Finding]:
        """Yield one finding per model whose key a model of another project has.

        There is one finding for all models of a package, or of a project, that is built twice.
        """
        repeated: dict[tuple[str, str, str], list[tuple[LocatedAsset, LocatedAsset]]] = {}
        for first, other in duplicate_producers(graph):
            if not same_model_name(first, other):
                continue
            if first.asset.unique_id == other.asset.unique_id:
                pair = (first.where.file, other.where.file, other.asset.package)
                repeated.setdefault(pair, []).append((first, other))
            else:
                yield self._of(first, other)
        for pairs in repeated.values():
            if len(pairs) > MANY:
                yield self._built_twice(pairs)
            else:
                yield from (self._of(first, other) for first, other in pairs)

    def _built_twice(self, pairs: list[tuple[LocatedAsset, LocatedAsset]]) -> Finding:
        first, other = pairs[0]
        package = other.asset.package
        keys = listed(sorted(other.asset.key for _, other in pairs))
        return self.at_asset(
            other,
            f"This project and `{first.where.project}` both build {len(pairs)} models of package "
            f"`{package}`: {keys}.",
            fix=_build_once(first, other),
            key=f"{package} in {first.where.project}",
            keys=tuple(other.asset.key for _, other in pairs),
            other=first,
        )

    def _of(self, first: LocatedAsset, other: LocatedAsset) -> Finding:
        file, line = first.place
        asset = other.asset
        kind = asset.kind if asset.kind in ("seed", "snapshot") else "model"
        if first.asset.unique_id == asset.unique_id:
            message = (
                f"This project and `{first.where.project}` both build {kind} `{asset.name}` of "
                f"package `{asset.package}` as `{asset.key}`."
            )
            fix = _build_once(first, other)
        else:
            message = (
                f"{kind.capitalize()} `{asset.name}` has the key `{asset.key}`, which "
                f"`{first.where.project}` also uses, at {file}:{line}."
            )
            fix = "Set another `+schema`, or another key (`meta.dagster.asset_key`)."
        return self.at_asset(other, message, fix=fix, other=first)


def _build_once(first: LocatedAsset, other: LocatedAsset) -> str:
    ours, theirs = other.where.interface.dbt_project, first.where.interface.dbt_project
    if ours and ours == theirs:
        return "Remove it from the selection of one of the two code locations."
    if is_own_model(first) and not is_own_model(other):
        return (
            f"Leave it out of the `@dbt_assets` of this project, which only reads it: "
            f'`exclude="package:{other.asset.package}"`.'
        )
    return (
        f"Build it in one project, and set `{other.asset.package}: +enabled: false` in the other."
    )

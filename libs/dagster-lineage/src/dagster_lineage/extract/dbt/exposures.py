"""dbt exposures: readers of tables outside of dbt."""

from __future__ import annotations

from collections.abc import Mapping

from dagster_lineage.extract.dbt.dependencies import Dependencies
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.manifest_nodes import (
    ManifestExposure,
    ManifestNode,
    ManifestSource,
    strings,
)
from dagster_lineage.extract.dbt.project_files import ProjectFiles
from dagster_lineage.model import Exposure


def exposures_of(
    exposures: Mapping[str, ManifestExposure],
    nodes: Mapping[str, ManifestNode | ManifestSource],
    dependencies: Dependencies,
    keys: Keys,
    files: ProjectFiles,
) -> tuple[Exposure, ...]:
    """Every enabled exposure, in the order of the manifest.

    Args:
        exposures: By unique id.
        nodes: What they may depend on, by unique id.
        dependencies: Of the exposures, too.
        keys: Of the nodes.
        files: Of the project.
    """
    found = []
    for unique_id, exposure in exposures.items():
        if not exposure.is_enabled:
            continue
        described = files.description_of(exposure)[1]
        emails = strings(exposure.owner.email)
        found.append(
            Exposure(
                name=exposure.name,
                at=files.at(files.file_of(exposure), described.line if described else 1),
                type=exposure.type,
                owner=emails[0] if emails else exposure.owner.name or "",
                reads=tuple(
                    dict.fromkeys(
                        keys.of(nodes[dependency.target])
                        for dependency in dependencies.of(unique_id)
                    )
                ),
            )
        )
    return tuple(found)

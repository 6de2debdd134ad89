"""dbt plugin: injects the models of other projects' manifests, as dbt-loom does.

A project names the manifests in `injected_models.txt`, one path a line.
"""

from __future__ import annotations

import json
from pathlib import Path

from dbt.contracts.graph.node_args import ModelNodeArgs
from dbt.flags import get_flags
from dbt.plugins.manager import dbt_hook, dbtPlugin
from dbt.plugins.manifest import PluginNodes


class ModelsOfOtherProjects(dbtPlugin):  # type: ignore[misc] # dbt has no types here
    """Injects public and protected models."""

    @dbt_hook  # type: ignore[untyped-decorator]
    def get_nodes(self) -> PluginNodes:
        """Return the models of the manifests that the project names."""
        nodes = PluginNodes()
        folder = Path(get_flags().PROJECT_DIR)
        names = folder / "injected_models.txt"
        for line in names.read_text().split() if names.exists() else ():
            manifest = json.loads((folder / line).read_text(encoding="utf-8"))
            for node in manifest["nodes"].values():
                if node["resource_type"] == "model" and node["access"] != "private":
                    nodes.add_model(
                        ModelNodeArgs(
                            name=node["name"],
                            package_name=node["package_name"],
                            identifier=node["alias"],
                            schema=node["schema"],
                            database=node["database"],
                            relation_name=node["relation_name"],
                            access=node["access"],
                        )
                    )
        return nodes


plugins = [ModelsOfOtherProjects]

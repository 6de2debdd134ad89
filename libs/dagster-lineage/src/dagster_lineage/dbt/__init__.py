"""dbt manifests, of any release since 1.3, as the values of the interface graph.

`read_manifest` is the way in; its answer, `ManifestGraph`, says what it holds.
"""

from dagster_lineage.dbt.data_tests import DataTest
from dagster_lineage.dbt.keys import KeyRuleWrong
from dagster_lineage.dbt.manifest import ManifestUnreadable, read_manifest
from dagster_lineage.dbt.manifest_graph import Code, Group, ManifestGraph

__all__ = [
    "Code",
    "DataTest",
    "Group",
    "KeyRuleWrong",
    "ManifestGraph",
    "ManifestUnreadable",
    "read_manifest",
]

"""dbt manifests, of any release since 1.3, as the values of the interface graph.

`read_manifest` is the way in; its answer, `ManifestGraph`, says what it holds.
"""

from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.keys import KeyRuleWrong
from dagster_lineage.extract.dbt.manifest import ManifestUnreadable, read_manifest
from dagster_lineage.extract.dbt.manifest_graph import Code, Group, ManifestGraph

__all__ = [
    "Code",
    "DataTest",
    "Group",
    "KeyRuleWrong",
    "ManifestGraph",
    "ManifestUnreadable",
    "read_manifest",
]

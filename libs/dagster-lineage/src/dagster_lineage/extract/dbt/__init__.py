"""dbt manifests of any release since 1.3: typed entries and the facts of the interface graph.

`decode_manifest` decodes the file; `read_manifest` returns its assets, sources and exposures.
"""

from dagster_lineage.extract.dbt.data_tests import DataTest
from dagster_lineage.extract.dbt.graph_reader import read_manifest
from dagster_lineage.extract.dbt.keys import InvalidKeyPattern
from dagster_lineage.extract.dbt.manifest import Manifest, ManifestUnreadable, decode_manifest
from dagster_lineage.extract.dbt.manifest_graph import Code, ManifestGraph

__all__ = [
    "Code",
    "DataTest",
    "InvalidKeyPattern",
    "Manifest",
    "ManifestGraph",
    "ManifestUnreadable",
    "decode_manifest",
    "read_manifest",
]

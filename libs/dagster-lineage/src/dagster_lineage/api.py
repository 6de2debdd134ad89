"""Public functions and types of dagster-lineage, for the platform's commands, tools and other code.

Everything else in this package may change without notice. Code locations import
`dagster_lineage.definitions` instead, which needs Dagster.
"""

from dagster_lineage.analyze.check import check
from dagster_lineage.files.interface_files import read_graph
from dagster_lineage.files.settings import read_settings
from dagster_lineage.model.errors import LineageError

__all__ = ["LineageError", "check", "read_graph", "read_settings"]

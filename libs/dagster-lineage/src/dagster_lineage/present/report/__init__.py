"""One HTML page of the global graph: nothing in it comes from, or asks, a network."""

from dagster_lineage.present.report.document import Document, Numbers, document
from dagster_lineage.present.report.page import page

__all__ = ["Document", "Numbers", "document", "page"]

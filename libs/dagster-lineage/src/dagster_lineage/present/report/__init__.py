"""The asset graph as one HTML page, which loads nothing from a network."""

from dagster_lineage.present.report.checkout import Checkout
from dagster_lineage.present.report.document import Document, document
from dagster_lineage.present.report.page import page

__all__ = ["Checkout", "Document", "document", "page"]

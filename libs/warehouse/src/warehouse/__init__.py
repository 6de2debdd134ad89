"""Where each project's tables are, how they are opened, written and published.

Every project has one *work file*, which only it opens, and one *published file*, which everybody
may read. A step writes into the work file; `Step.publish` puts a whole copy of it in the place of
the published one, at once. Readers keep the file that they have open and never wait for a writer.
"""

from warehouse.errors import (
    ColumnMissing,
    NoSpace,
    PublicationCorrupt,
    PublicationMissing,
    SchemaOwnedTwice,
    StepRunning,
    TableMissing,
    WarehouseError,
)
from warehouse.publication import Publication
from warehouse.reading import attach_published
from warehouse.step import Step
from warehouse.tables import TableKey, quoted
from warehouse.warehouse import Warehouse

__all__ = [
    "ColumnMissing",
    "NoSpace",
    "Publication",
    "PublicationCorrupt",
    "PublicationMissing",
    "SchemaOwnedTwice",
    "Step",
    "StepRunning",
    "TableKey",
    "TableMissing",
    "Warehouse",
    "WarehouseError",
    "attach_published",
    "quoted",
]

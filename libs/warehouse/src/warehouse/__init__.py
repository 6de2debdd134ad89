"""Where each project's tables are, how they are opened, written and published.

Every project has one *work file*, which only it opens, and one *published file*, which everybody
may read. A work session writes into the work file; `WorkSession.publish` replaces the published
file by a whole copy of it, at once. Readers keep the file that they have open and never wait for a
writer.
"""

from warehouse.errors import (
    ColumnMissing,
    NoSpace,
    PublicationCorrupt,
    PublicationMissing,
    SchemaOwnedTwice,
    TableMissing,
    WarehouseError,
    WorkSessionActive,
)
from warehouse.publication import Publication
from warehouse.reading import attach_published
from warehouse.tables import TableKey, quoted
from warehouse.warehouse import Warehouse
from warehouse.work_session import WorkSession

__all__ = [
    "ColumnMissing",
    "NoSpace",
    "Publication",
    "PublicationCorrupt",
    "PublicationMissing",
    "SchemaOwnedTwice",
    "TableKey",
    "TableMissing",
    "Warehouse",
    "WarehouseError",
    "WorkSession",
    "WorkSessionActive",
    "attach_published",
    "quoted",
]

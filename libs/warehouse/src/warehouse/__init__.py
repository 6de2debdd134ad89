"""Tables of the projects: how they are read, written and published.

Every project has a *work file*, which only it opens, and a *published file*, which every project
may read. A work session writes into the work file; `WorkSession.publish` replaces the published
file by a copy of it, atomically. Readers keep the file that they have open and never wait for a
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
from warehouse.reading import PublishedTable, attach_published
from warehouse.tables import TableKey, quoted
from warehouse.warehouse import Warehouse
from warehouse.work_session import WorkSession

__all__ = [
    "ColumnMissing",
    "NoSpace",
    "Publication",
    "PublicationCorrupt",
    "PublicationMissing",
    "PublishedTable",
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

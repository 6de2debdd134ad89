"""Dagster's column schemas of the tables of accepted and rejected rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from ingestion.customers.declaration import REASON, ROW_NUMBER, TEXT, WHOLE_NUMBER

if TYPE_CHECKING:
    from ingestion.customers.declaration import ExportColumns


def accepted_schema(columns: ExportColumns) -> dg.TableSchema:
    """Return the schema of the accepted rows: declared types; required columns are not null."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                column.name,
                column.type.sql,
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=not column.required, unique=column.key
                ),
            )
            for column in columns
        ]
    )


def rejected_schema(columns: ExportColumns) -> dg.TableSchema:
    """Return the schema of the rejected rows: the values as text, row number and reasons."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                ROW_NUMBER,
                WHOLE_NUMBER.sql,
                description="1 is the first row below the header.",
                constraints=dg.TableColumnConstraints(nullable=False, unique=True),
            ),
            *(
                dg.TableColumn(column.name, TEXT.sql, description="Unchanged value of the export.")
                for column in columns
            ),
            dg.TableColumn(
                REASON,
                TEXT.sql,
                description="All reasons for the rejection.",
                constraints=dg.TableColumnConstraints(nullable=False),
            ),
        ]
    )

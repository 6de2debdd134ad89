"""The columns of the customer export: edit them here, and only here, for another export.

The header check, the validation, both tables and their schemas in Dagster follow from them.
"""

from ingestion.customers.declaration import (
    DATE,
    TEXT,
    WHOLE_NUMBER,
    ExportColumn,
    ExportColumns,
)

CUSTOMER_COLUMNS = ExportColumns(
    (
        ExportColumn(
            "id",
            WHOLE_NUMBER,
            "Customer number, as in the shop's `users`.",
            key=True,
            pattern=r"[1-9][0-9]*",
            reason="id is not a positive whole number",
        ),
        ExportColumn("first_name", TEXT, "First name.", personal=True),
        ExportColumn("last_name", TEXT, "Last name.", personal=True),
        ExportColumn(
            "email",
            TEXT,
            "E-mail address.",
            personal=True,
            pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            reason="bad e-mail address",
        ),
        ExportColumn(
            "country",
            TEXT,
            "Country code of two letters (ISO 3166).",
            pattern=r"[A-Z]{2}",
            reason="country is not two capital letters",
        ),
        ExportColumn(
            "signed_up_on",
            DATE,
            "Date on which the customer signed up.",
            reason="unreadable date",
        ),
    )
)

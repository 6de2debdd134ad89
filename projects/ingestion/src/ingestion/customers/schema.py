"""Validation of the customer export: one Pandera schema, with a reason for each rejected row."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from ingestion.customers.columns import COLUMNS
from ingestion.customers.rows import SURPLUS


@dataclass(frozen=True)
class ValidatedRows:
    """The export in two tables; every row is in one of them."""

    accepted: pa.Table
    """Columns of `raw_customers`: id int64, signed_up_on date32, all others text."""
    rejected: pa.Table
    """row_number int64 (1 is the first row below the header), the columns as text, reason."""

    @property
    def rows(self) -> int:
        """Number of rows of the export."""
        return len(self.accepted) + len(self.rejected)

    @property
    def rejected_share(self) -> float:
        """Rejected rows divided by all rows, 0 to 1."""
        return len(self.rejected) / self.rows


def validate(rows: pd.DataFrame) -> ValidatedRows:
    """Validate every row and separate valid from rejected rows, which get all their reasons.

    Args:
        rows: Result of `read_rows`: text columns, indexed by row number.
    """
    reasons = pd.Series(dtype=str)
    try:
        customers_schema().validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases.drop_duplicates(["index", "check"])
        reasons = cases.groupby("index")["check"].agg("; ".join)
    bad = rows.index.isin(reasons.index)
    rejected = rows[bad].assign(reason=reasons)
    return ValidatedRows(accepted=_accepted_table(rows[~bad]), rejected=_rejected_table(rejected))


def customers_schema() -> pandera.DataFrameSchema:
    """Return the schema; the `error` of a check is the reason of a rejected row."""

    def column(*checks: pandera.Check) -> pandera.Column:
        return pandera.Column(str, checks=list(checks))

    return pandera.DataFrameSchema(
        {
            "id": column(
                # Without leading zeros equal numbers are equal texts; 18 digits fit int64.
                _matches(r"[1-9][0-9]{0,17}", "id is not a positive whole number"),
                pandera.Check(lambda ids: ~ids.duplicated() | (ids == ""), error="duplicate id"),
            ),
            "first_name": column(_matches(r"(?s).+", "missing first name")),
            "last_name": column(_matches(r"(?s).+", "missing last name")),
            "email": column(_matches(r"[^@\s]+@[^@\s]+\.[^@\s]+", "bad e-mail address")),
            "country": column(_matches(r"[A-Z]{2}", "country is not two capital letters")),
            "signed_up_on": column(pandera.Check(_are_dates, error="unreadable date")),
            SURPLUS: column(
                pandera.Check(lambda surplus: surplus == "", error="more fields than columns")
            ),
        }
    )


def _matches(pattern: str, reason: str) -> pandera.Check:
    return pandera.Check(lambda values: values.str.fullmatch(pattern), error=reason)


def _are_dates(values: pd.Series[str]) -> pd.Series[bool]:
    """Return whether values are existing dates in ISO format."""
    parsed = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")
    return parsed.notna() & values.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _accepted_table(rows: pd.DataFrame) -> pa.Table:
    text = pa.Table.from_pandas(
        rows[list(COLUMNS)],
        schema=pa.schema([(name, pa.string()) for name in COLUMNS]),
        preserve_index=False,
    )
    types = {"id": pa.int64(), "signed_up_on": pa.date32()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    return text.cast(schema).replace_schema_metadata()


def _rejected_table(rows: pd.DataFrame) -> pa.Table:
    schema = pa.schema(
        [
            ("row_number", pa.int64()),
            *((name, pa.string()) for name in COLUMNS),
            ("reason", pa.string()),
        ]
    )
    frame = rows.rename_axis("row_number").reset_index()
    return pa.Table.from_pandas(
        frame, schema=schema, preserve_index=False
    ).replace_schema_metadata()

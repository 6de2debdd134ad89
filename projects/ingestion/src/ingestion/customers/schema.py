"""Validation of the customer export: one Pandera schema, with a reason for each rejected row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.customers.declaration import DATE, REASON, ROW_NUMBER
from ingestion.customers.rows import SURPLUS

if TYPE_CHECKING:
    from ingestion.customers.declaration import ExportColumn, ExportColumns


@dataclass(frozen=True)
class ValidatedRows:
    """The export in two tables; every row is in one of them."""

    accepted: pa.Table
    """The declared columns with their types; missing values are null."""
    rejected: pa.Table
    """row_number int64 (1 is the first row below the header), the columns as text, reason."""
    reasons: Counter[str]
    """Rejected rows by reason; a row with two reasons is counted twice."""
    absent: list[str]
    """Columns that are not required and that the export does not have."""

    @property
    def rows(self) -> int:
        """Number of rows of the export."""
        return len(self.accepted) + len(self.rejected)

    @property
    def rejected_share(self) -> float:
        """Rejected rows divided by all rows, 0 to 1."""
        return len(self.rejected) / self.rows


def validate(rows: pd.DataFrame, columns: ExportColumns) -> ValidatedRows:
    """Validate every row and separate accepted from rejected rows, which get all their reasons.

    A row is invalid for its own reasons. Of the valid rows with the same key, the first is accepted
    and the others are rejected as duplicates.

    Args:
        rows: Result of `read_rows`: text columns, indexed by row number.
        columns: The declared columns.
    """
    found = _invalid(rows, columns)
    valid = rows[~rows.index.isin(found["row"])]
    repeated = valid.index[valid[columns.key.name].duplicated()]
    found = pd.concat(
        [found, pd.DataFrame({"row": repeated, "reason": f"duplicate {columns.key.name}"})]
    )
    is_rejected = rows.index.isin(found["row"])
    rejected = rows[is_rejected].assign(**{REASON: found.groupby("row")["reason"].agg("; ".join)})
    return ValidatedRows(
        accepted=_accepted_table(rows[~is_rejected], columns),
        rejected=_rejected_table(rejected, columns),
        reasons=Counter(found["reason"]),
        absent=[name for name in columns.names if name not in rows],
    )


def _invalid(rows: pd.DataFrame, columns: ExportColumns) -> pd.DataFrame:
    """Return `row` (its number) and `reason` of each invalid row and reason, each pair once."""
    try:
        export_schema(columns).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pd.DataFrame = errors.failure_cases.rename(
            columns={"index": "row", "check": "reason"}
        )
        return cases[["row", "reason"]].drop_duplicates()
    return pd.DataFrame({"row": pd.Series(dtype=int), "reason": pd.Series(dtype=str)})


def export_schema(columns: ExportColumns) -> pandera.DataFrameSchema:
    """Return the schema; the `error` of a check is the reason of a rejected row."""
    surplus = pandera.Check(lambda values: values == "", error="more fields than columns")
    return pandera.DataFrameSchema(
        {
            **{
                column.name: pandera.Column(
                    str, checks=_valid_values(column), required=column.required
                )
                for column in columns
            },
            SURPLUS: pandera.Column(str, checks=surplus),
        }
    )


def _valid_values(column: ExportColumn) -> pandera.Check:
    """Return the check of a column's values, in which a missing value is an empty text."""

    def are_valid(values: pd.Series[str]) -> pd.Series[bool]:
        valid = pd.Series(data=True, index=values.index)
        for pattern in column.patterns:
            valid &= values.str.fullmatch(pattern)
        if column.type is DATE:
            valid &= pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").notna()
        return valid if column.required else valid | (values == "")

    return pandera.Check(are_valid, error=column.rejection)


def _accepted_table(rows: pd.DataFrame, columns: ExportColumns) -> pa.Table:
    text = pa.Table.from_pandas(
        rows.reindex(columns=columns.names),
        schema=pa.schema([(name, pa.string()) for name in columns.names]),
        preserve_index=False,
    )
    return pa.table(
        {
            column.name: pc.if_else(
                pc.equal(text[column.name], ""), pa.scalar(None, pa.string()), text[column.name]
            ).cast(pa.type_for_alias(column.type.arrow))
            for column in columns
        }
    )


def _rejected_table(rows: pd.DataFrame, columns: ExportColumns) -> pa.Table:
    schema = pa.schema(
        [
            (ROW_NUMBER, pa.int64()),
            *((name, pa.string()) for name in columns.names),
            (REASON, pa.string()),
        ]
    )
    frame = rows.rename_axis(ROW_NUMBER).reset_index().reindex(columns=schema.names)
    return pa.Table.from_pandas(
        frame, schema=schema, preserve_index=False
    ).replace_schema_metadata()

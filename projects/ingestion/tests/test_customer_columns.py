"""Exports with other columns than the demo shop's: each is a declaration and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.customers.columns import CUSTOMER_COLUMNS
from ingestion.customers.declaration import (
    DATE,
    TEXT,
    WHOLE_NUMBER,
    ExportColumn,
    ExportColumns,
    InvalidColumns,
)
from ingestion.customers.errors import NotACsvExport
from ingestion.customers.previews import accepted_preview, rejected_preview
from ingestion.customers.rows import read_rows
from ingestion.customers.schema import validate
from ingestion.customers.table_schemas import accepted_schema, rejected_schema
from ingestion.markdown import first_rows

DEMO = {column.name: column for column in CUSTOMER_COLUMNS}
ID = ExportColumn("id", WHOLE_NUMBER, "Number.", key=True)
NAME = ExportColumn("name", TEXT, "Name.")


@pytest.fixture
def load(tmp_path):
    """Read and validate an export with a declaration."""

    def run(columns, text):
        file = tmp_path / "customers.csv"
        file.write_text(text)
        return validate(read_rows(file, "the export", columns), columns)

    return run


def declared(*columns, **changes):
    """Return the demo's columns with some of them changed, or the given ones."""
    chosen = columns or DEMO.values()
    return ExportColumns(
        tuple(replace(column, **changes.get(column.name, {})) for column in chosen)
    )


def reasons(validated):
    return {row["row_number"]: row["reason"] for row in validated.rejected.to_pylist()}


FIRST = "7,Ada,Lovelace,ada@example.com,GB,2024-01-05"
SECOND = "7,Bo,Ek,bo@example.com,SE,2024-02-29"
BAD = "7,Cy,,cy@example.com,DE,2024-01-01"


@pytest.mark.parametrize("order", list(itertools.permutations([FIRST, SECOND, BAD])))
def test_first_valid_row_of_an_id_is_accepted_in_any_order(load, order):
    validated = load(declared(), "\n".join([",".join(DEMO), *order]))
    valid = [row for row in order if row != BAD]
    [accepted] = validated.accepted.to_pylist()
    assert accepted["email"] == valid[0].split(",")[3]
    assert reasons(validated) == {
        order.index(valid[1]) + 1: "duplicate id",
        order.index(BAD) + 1: "missing last name",
    }
    assert validated.reasons == {"duplicate id": 1, "missing last name": 1}


@pytest.mark.parametrize("order", [[BAD, FIRST], [FIRST, BAD], [BAD, BAD, FIRST]])
def test_bad_row_does_not_reject_the_good_one_with_its_id(load, order):
    validated = load(declared(), "\n".join([",".join(DEMO), *order]))
    assert [row["first_name"] for row in validated.accepted.to_pylist()] == ["Ada"]
    assert set(reasons(validated).values()) == {"missing last name"}


def test_ids_are_text_with_leading_zeros(load):
    columns = declared(id={"type": TEXT, "pattern": r"[0-9]{4}", "reason": "id is not four digits"})
    people = "".join(
        f"{number},A,B,a@b.example,DE,2024-01-01\n" for number in ("0007", "7", "0070", "0007")
    )
    validated = load(columns, ",".join(DEMO) + "\n" + people)
    assert validated.accepted["id"].to_pylist() == ["0007", "0070"]
    assert reasons(validated) == {2: "id is not four digits", 4: "duplicate id"}
    assert accepted_schema(columns).columns[0].type == "VARCHAR"


def test_whole_numbers_with_leading_zeros_do_not_lose_them_silently(load):
    validated = load(ExportColumns((ID,)), "id\n7\n007\n-5\n0\n-0\n1e3\n" + "9" * 19)
    assert validated.accepted["id"].to_pylist() == [7, -5, 0]
    assert set(reasons(validated).values()) == {"id is not a whole number"}


def test_people_with_one_name_are_accepted_with_null(load):
    validated = load(
        declared(last_name={"required": False}),
        ",".join(DEMO)
        + "\n1,Björk,,b@example.com,IS,2024-01-01\n2,,Ek,e@example.com,SE,2024-01-01\n",
    )
    assert [row["last_name"] for row in validated.accepted.to_pylist()] == [None]
    assert reasons(validated) == {2: "missing first name"}


def test_export_without_email_and_country_has_nulls(load):
    columns = declared(email={"required": False}, country={"required": False})
    validated = load(columns, "signed_up_on,id,last_name,first_name\n2024-01-05,1,Lo,Ada\n")
    assert validated.accepted.to_pylist() == [
        {
            "id": 1,
            "first_name": "Ada",
            "last_name": "Lo",
            "email": None,
            "country": None,
            "signed_up_on": date(2024, 1, 5),
        }
    ]
    assert validated.absent == ["email", "country"]


def test_optional_values_are_null_or_valid(load):
    columns = declared(
        email={"required": False}, country={"required": False}, signed_up_on={"required": False}
    )
    validated = load(
        columns, ",".join(DEMO) + "\n1,A,B,,,\n2,A,B,no-at-sign,de,2024-02-30\n3,A,B, , , \n4,A,B\n"
    )
    assert validated.accepted["id"].to_pylist() == [1, 3, 4]
    for name in ("email", "country", "signed_up_on"):
        assert validated.accepted[name].null_count == 3
    assert reasons(validated) == {
        2: "bad e-mail address; country is not two capital letters; unreadable date"
    }
    assert validated.absent == []


def test_required_columns_are_missed_in_the_header_and_others_are_not(load):
    columns = declared(email={"required": False})
    header = "id,first_name,last_name,mail,country,signed_up_on\n"
    load(columns, header + "1,A,B,x,DE,2024-01-01\n")
    with pytest.raises(NotACsvExport, match=r"lacks column `email`.*`mail` for `email`"):
        load(declared(), header + "1,A,B,x,DE,2024-01-01\n")


def test_rejected_rows_of_an_export_without_a_column_keep_their_values(load):
    columns = declared(email={"required": False})
    validated = load(columns, "id,first_name,last_name,country,signed_up_on\n1,A,,DE,today\n")
    [row] = validated.rejected.to_pylist()
    assert row["email"] is None
    assert row["signed_up_on"] == "today"
    assert row["reason"] == "missing last name; unreadable date"


def test_other_columns_and_types_have_reasons_of_their_own(load):
    columns = ExportColumns(
        (
            ExportColumn("member_no", TEXT, "Member.", key=True),
            ExportColumn("age", WHOLE_NUMBER, "Age.", required=False),
            ExportColumn("birth_day", DATE, "Birthday.", pattern=r"19.*"),
        )
    )
    validated = load(
        columns,
        "birth_day,surplus,age,member_no\n"
        "1980-02-29,x,44,A 1\n1981-02-29,x,,A 2\n2001-01-01,x,4.5,A 3\n1999-12-31,x,,\n"
        "1999-12-31,x,,A 1\n1999-12-31,x,9,A 4,more\n",
    )
    assert validated.accepted.to_pylist() == [
        {"member_no": "A 1", "age": 44, "birth_day": date(1980, 2, 29)}
    ]
    assert reasons(validated) == {
        2: "birth day is not a date (YYYY-MM-DD)",
        3: "age is not a whole number; birth day is not a date (YYYY-MM-DD)",
        4: "missing member no",
        5: "duplicate member_no",
        6: "more fields than columns",
    }


@pytest.mark.parametrize(
    "columns",
    [
        declared(),
        declared(id={"type": TEXT}, email={"required": False}),
        ExportColumns((NAME, ExportColumn("since", DATE, "Day.", required=False), ID)),
    ],
)
def test_schemas_in_dagster_are_those_of_the_tables(load, columns):
    """A schema that differs from the table misleads the readers in other projects."""
    row = {"id": "1", "email": "a@b.example", "country": "DE"}
    row |= {"signed_up_on": "2024-01-01", "since": "2024-01-01"}
    lines = (",".join(columns.names), ",".join(row.get(name, "A") for name in columns.names), "x")
    validated = load(columns, "\n".join(lines))
    for table, schema in (
        (validated.accepted, accepted_schema(columns)),
        (validated.rejected, rejected_schema(columns)),
    ):
        assert len(table) == 1
        found = duckdb.from_arrow(table)
        assert list(zip(found.columns, map(str, found.types), strict=True)) == [
            (column.name, column.type) for column in schema.columns
        ]
    nullable = {
        column.name: column.constraints.nullable for column in accepted_schema(columns).columns
    }
    assert nullable == {column.name: not column.required for column in columns}
    unique = [
        column.name for column in accepted_schema(columns).columns if column.constraints.unique
    ]
    assert unique == ["id"]


def test_personal_columns_are_masked_in_previews_and_others_are_not(load):
    columns = declared(first_name={"personal": False}, country={"personal": True})
    validated = load(
        columns, ",".join(DEMO) + "\n1,Ada,Lo,ada@example.com,GB,2024-01-05\n2,Bo,Ek,bo,SE,today\n"
    )
    preview = accepted_preview(validated.accepted, columns, 5)
    assert preview.splitlines()[2] == "| 1 | Ada | L*** | a*** | G*** | 2024-01-05 |"
    preview = rejected_preview(validated.rejected, columns, 5)
    assert preview.splitlines()[2].startswith("| 2 | 2 | B*** | E*** | b*** | S*** | t*** | bad e")


def test_id_of_a_rejected_row_is_shown_only_if_it_has_the_form_of_an_id(load):
    """A row without its first value has a name or an e-mail address as its id."""
    without_pattern = declared(id={"type": TEXT, "pattern": None, "reason": None})
    for columns, shown in ((declared(), "7"), (without_pattern, "***")):
        validated = load(columns, ",".join(DEMO) + "\nAda,Lo,ada@example.com\n7,Bo\n")
        first, second = rejected_preview(validated.rejected, columns, 5).splitlines()[2:]
        assert first.startswith("| 1 | A*** | L*** | a*** |")
        assert second.startswith(f"| 2 | {shown} | B*** |")
    personal = declared(id={"personal": True})
    assert "| 2 | *** |" in rejected_preview(validated.rejected, personal, 5)


def test_cell_of_a_preview_stays_one_cell():
    table = pa.table({"text": ["a|b\n<b>", None, "x" * 200]})
    cells = first_rows(table, 3, lambda _, value: value).splitlines()[2:]
    assert cells == ["| a\\|b &lt;b> |", "|  |", f"| {'x' * 79}… |"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((ID, replace(NAME, key=True)), "exactly one column is the key; declared: `id` and `name`"),
        ((NAME,), "exactly one column is the key; declared: none"),
        ((ID, NAME, replace(NAME, name="Name")), "column `name` is declared twice"),
        ((ID, replace(NAME, name="reason")), "column `reason`: the table of rejected rows"),
    ],
)
def test_declaration_that_cannot_work_is_an_error(columns, message):
    with pytest.raises(InvalidColumns, match=message):
        ExportColumns(columns)


def test_column_that_cannot_work_is_an_error():
    with pytest.raises(InvalidColumns, match="column `id`: the key is required"):
        replace(ID, required=False)
    with pytest.raises(InvalidColumns, match=r"column `name`: the pattern '\(' is not a regular"):
        replace(NAME, pattern="(")


def test_readme_documents_the_declared_columns():
    rows = [
        f"| `{column.name}` | {column.type.name}{', the key' if column.key else ''} "
        f"| {'yes' if column.required else 'no'} | {'yes' if column.personal else 'no'} "
        f"| {column.description} |"
        for column in CUSTOMER_COLUMNS
    ]
    table = "\n".join(
        ["| column | type | required | personal | description |", "|---|---|---|---|---|", *rows]
    )
    readme = Path(__file__).parents[1] / "README.md"
    assert table in readme.read_text(), f"{readme}: the table of the columns is\n{table}"

"""Types of columns: the table of what fits, and the names that a real DuckDB gives them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_lineage.model.type_compatibility import compatible
from dagster_lineage.model.type_parser import normal_form

CASES = yaml.safe_load((Path(__file__).parent / "compatible.yml").read_text())
NOT_A_COLUMN_S = {"null", "type", "list", "array", "map", "struct", "row", "tuple", "union", "enum"}


def fits(produced: str, expected: str, ours: str = "", theirs: str = "") -> bool:
    return compatible(produced, expected, produced_dialect=ours, expected_dialect=theirs)


@pytest.mark.parametrize("case", CASES["fits"], ids=" for ".join)
def test_type_that_a_reader_can_live_with_is_no_alarm(case: list[str]) -> None:
    assert fits(*case)


@pytest.mark.parametrize("case", CASES["does not fit"], ids=" for ".join)
def test_type_that_breaks_a_reader_is_seen(case: list[str]) -> None:
    assert not fits(*case)


@pytest.mark.parametrize("case", CASES["does not fit"], ids=" for ".join)
def test_type_fits_itself_in_every_spelling(case: list[str]) -> None:
    dialects = (*case[2:], "", "")
    for text, dialect in zip(case, dialects, strict=False):
        assert fits(text, text.upper(), dialect, dialect)
        assert fits(text, f" {text} ".replace("(", " ( "), dialect, dialect)


def test_names_that_duckdb_takes_for_one_type_have_one_normal_form() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct lower(type_name) from duckdb_types() where schema_name = 'main' "
            "and database_name = 'system'"
        ).fetchall()
        names = [name for (name,) in rows if name not in NOT_A_COLUMN_S]
        groups = defaultdict(set)
        for name in names:
            told = connection.execute(f"select typeof(null::{_quoted(name)})").fetchone()
            assert told is not None
            groups[told[0]].update({name, told[0].lower()})
    assert {"INTEGER", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "DECIMAL(18,3)"} <= set(groups)
    for canonical, spellings in groups.items():
        forms = {normal_form(name, "duckdb") for name in spellings}
        assert len(forms) == 1, f"{canonical}: {sorted(spellings)} differ: {forms}"
    unknown = {name for name in groups if normal_form(name, "duckdb").family == "unknown"}
    assert unknown <= {"BIT", "GEOMETRY"}


def test_nested_types_are_read_as_duckdb_writes_them() -> None:
    values = {
        "[1, 2]": "integer[]",
        "{'a': 1, 'b c': ['x']}": 'struct(a integer, "b c" varchar[])',
        "map {'k': {'v': 1.5::decimal(4,2)}}": "map(varchar, struct(v decimal(4,2)))",
        "[[now()::timestamptz]]": "timestamptz[][]",
        "array_value(1.5::float, 2)": "real[2]",
    }
    with duckdb.connect() as connection:
        for value, spelled in values.items():
            told = connection.execute(f"select typeof({value})").fetchone()
            assert told is not None
            form = normal_form(told[0], "duckdb")
            assert form == normal_form(spelled, "duckdb"), told[0]
            assert form.family != "unknown"


def _quoted(name: str) -> str:
    # A type of several words is a keyword sequence, which must not be quoted.
    return name if " " in name else '"' + name.replace('"', '""') + '"'

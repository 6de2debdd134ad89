"""Types of columns: which are compatible, and the names that DuckDB reports."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_lineage.model.type_compatibility import compatible
from dagster_lineage.model.type_parser import normal_form

CASES = yaml.safe_load((Path(__file__).parent / "compatible.yml").read_text())
NOT_OF_COLUMNS = {"null", "type", "list", "array", "map", "struct", "row", "tuple", "union", "enum"}


def fits(produced: str, expected: str, ours: str = "", theirs: str = "") -> bool:
    return compatible(produced, expected, produced_dialect=ours, expected_dialect=theirs)


@pytest.mark.parametrize("case", CASES["fits"], ids=" for ".join)
def test_compatible_type_is_accepted(case: list[str]) -> None:
    assert fits(*case)


@pytest.mark.parametrize("case", CASES["does not fit"], ids=" for ".join)
def test_incompatible_type_is_refused(case: list[str]) -> None:
    assert not fits(*case)


@pytest.mark.parametrize("case", CASES["does not fit"], ids=" for ".join)
def test_type_is_compatible_with_itself_in_every_spelling(case: list[str]) -> None:
    dialects = (*case[2:], "", "")
    for text, dialect in zip(case, dialects, strict=False):
        assert fits(text, text.upper(), dialect, dialect)
        assert fits(text, f" {text} ".replace("(", " ( "), dialect, dialect)


def test_synonyms_of_a_duckdb_type_have_one_normal_form() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct lower(type_name) from duckdb_types() where schema_name = 'main' "
            "and database_name = 'system'"
        ).fetchall()
        names = [name for (name,) in rows if name not in NOT_OF_COLUMNS]
        groups = defaultdict(set)
        for name in names:
            reported = connection.execute(f"select typeof(null::{_quoted(name)})").fetchone()
            assert reported is not None
            groups[reported[0]].update({name, reported[0].lower()})
    assert {"INTEGER", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "DECIMAL(18,3)"} <= set(groups)
    for canonical, spellings in groups.items():
        forms = {normal_form(name, "duckdb") for name in spellings}
        assert len(forms) == 1, f"{canonical}: {sorted(spellings)} differ: {forms}"
    unknown = {name for name in groups if normal_form(name, "duckdb").family == "unknown"}
    assert unknown <= {"BIT", "GEOMETRY"}


def test_nested_types_are_read_in_the_spelling_of_duckdb() -> None:
    values = {
        "[1, 2]": "integer[]",
        "{'a': 1, 'b c': ['x']}": 'struct(a integer, "b c" varchar[])',
        "map {'k': {'v': 1.5::decimal(4,2)}}": "map(varchar, struct(v decimal(4,2)))",
        "[[now()::timestamptz]]": "timestamptz[][]",
        "array_value(1.5::float, 2)": "real[2]",
    }
    with duckdb.connect() as connection:
        for value, spelled in values.items():
            reported = connection.execute(f"select typeof({value})").fetchone()
            assert reported is not None
            form = normal_form(reported[0], "duckdb")
            assert form == normal_form(spelled, "duckdb"), reported[0]
            assert form.family != "unknown"


def _quoted(name: str) -> str:
    # A type of several words is a keyword sequence, which must not be quoted.
    return name if " " in name else '"' + name.replace('"', '""') + '"'

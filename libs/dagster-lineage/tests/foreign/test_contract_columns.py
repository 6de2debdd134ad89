"""Columns of contracts in quotes, and fields of structs, as BigQuery's projects write them."""

from __future__ import annotations

from typing import Any

import pytest


def contract(**columns: str) -> dict[str, Any]:
    """Return the fields of a model under an enforced contract, with its columns and types."""
    return {
        "access": "public",
        "config": {"contract": {"enforced": True}},
        "columns": {name: {"name": name, "data_type": type_} for name, type_ in columns.items()},
    }


STAFF = "select 1 as `Employee ID`, struct('a' as first, struct('b' as born) as last) as name"
FIELDS = {"`Employee ID`": "int64", "name.first": "string", "name.last.born": "string"}


@pytest.mark.parametrize(
    ("adapter", "query", "found"),
    [
        ("bigquery", (STAFF, FIELDS), ["Employee ID", "name"]),
        ("bigquery", (STAFF, {**FIELDS, "name": "struct"}), ["Employee ID", "name"]),
        ("snowflake", ('select 1 as "Fact id"', {'"Fact id"': "int"}), ["Fact id"]),
        ("duckdb", ('select 1 as "a.b"', {'"a.b"': "int"}), ["a"]),
    ],
)
def test_contract_that_the_query_meets(repository, manifest_maker, adapter, query, found):
    sql, columns = query
    staff = manifest_maker("people", adapter=adapter)
    staff.model("staff", sql, **contract(**columns))
    repository.lock(staff.write(repository.root / "people.json"))
    assert [one for one in repository.check() if one["code"] == "CO01"] == []
    [asset] = repository.assets("people").values()
    assert asset.missing_contract_columns == ()
    assert list(asset.columns) == found


def test_columns_that_the_query_lacks_are_reported(repository, manifest_maker):
    staff = manifest_maker("people", adapter="bigquery")
    staff.model(
        "staff", STAFF, **contract(**FIELDS, **{"`Start Date`": "date", "pay.net": "int64"})
    )
    repository.lock(staff.write(repository.root / "people.json"))
    [finding] = [one for one in repository.check() if one["code"] == "CO01"]
    assert "`Start Date`, `pay`" in finding["message"]


def test_readers_of_quoted_columns_and_of_fields(repository, manifest_maker):
    staff = manifest_maker("people", adapter="bigquery")
    staff.model("staff", STAFF, **contract(**FIELDS))
    reports = manifest_maker("reports", adapter="bigquery")
    declared = {
        name: {"name": name, "data_type": type_}
        for name, type_ in {**FIELDS, "`Badge No`": "int64", "badge.color": "string"}.items()
    }
    source = reports.source(
        "people", "staff", "wh.people.staff", key=["people", "staff"], columns=declared
    )
    reports.model(
        "names",
        "select `Employee ID`, name.first, name.last.born from {{ source('people', 'staff') }}",
        source,
    )
    repository.lock(
        staff.write(repository.root / "people.json"),
        reports.write(repository.root / "reports.json"),
    )
    findings = [one for one in repository.check() if one["code"] in ("CO01", "CO02")]
    assert sorted(one["key"] for one in findings) == [
        "people/staff#Badge No",
        "people/staff#badge.color",
    ]


def test_guarantees_and_lines_of_quoted_columns(repository, manifest_maker):
    folder = repository.root / "people"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: people\n")
    (folder / "models" / "staff.yml").write_text(
        "models:\n  - name: staff\n    columns:\n"
        '      - name: "`Employee ID`"\n      - name: name.first\n'
    )
    staff = manifest_maker("people", adapter="bigquery")
    fields = contract(**FIELDS)
    fields["columns"]["`Employee ID`"]["constraints"] = [{"type": "not_null"}]
    staff.model(
        "staff",
        STAFF,
        **fields,
        constraints=[{"type": "unique", "columns": ["`Employee ID`"]}],
        patch_path="people://models/staff.yml",
    )
    repository.lock(staff.write(folder / "target" / "manifest.json"))
    columns = repository.assets("people")["people/staff"].columns
    assert (columns["Employee ID"].not_null, columns["Employee ID"].unique) == (True, True)
    assert (columns["Employee ID"].line, columns["name"].line) == (4, 5)

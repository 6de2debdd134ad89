"""Values of a wrong type in a manifest cost their own field only."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dagster_lineage.extract.dbt.json_decoding import decode
from dagster_lineage.extract.dbt.manifest_nodes import ColumnInfo, Hook, ManifestNode

RIGHT = {
    "name": "a",
    "version": 2,
    "config": {"materialized": "table", "schema": "marts", "meta": {"dagster": {"group": "g"}}},
    "columns": {"x": {"data_type": "int"}},
    "depends_on": {"nodes": ["model.p.b"]},
}


def node(**fields: Any) -> ManifestNode:
    """The node above with other fields, decoded field by field because of its alias."""
    found = decode(msgspec.json.encode({**RIGHT, "alias": ["not", "text"], **fields}), ManifestNode)
    assert found is not None
    return found


def test_wrong_field_leaves_the_others_as_they_are() -> None:
    expected = decode(msgspec.json.encode(RIGHT), ManifestNode)

    assert msgspec.json.encode(node()) == msgspec.json.encode(expected)
    assert node().dagster.group == "g"


@pytest.mark.parametrize("value", [None, True, 7, "text", [], ["x"], {"x": 1}])
@pytest.mark.parametrize(
    "field", ["name", "config", "columns", "depends_on", "version", "meta", "test_metadata"]
)
def test_any_value_in_any_field_is_decoded(field: str, value: object) -> None:
    found = node(**{field: value})

    kept = {"path": "p.sql", "raw_code": "select 1"}
    assert node(**{field: value}, **kept).code == "select 1"
    assert found.config.schema in ("marts", None)
    assert isinstance(found.version, str)


def test_column_without_a_readable_description_is_still_a_column() -> None:
    columns = {"x": None, "y": {"data_type": {}}, "z": {"data_type": "int"}}

    assert node(columns=columns).columns == {
        "x": ColumnInfo(),
        "y": ColumnInfo(),
        "z": ColumnInfo("int"),
    }


def test_number_and_single_value_are_read_as_dbt_reads_them() -> None:
    found = node(
        name=7,
        depends_on={"nodes": "model.p.c"},
        config={"pre-hook": [{"sql": "select 1"}, "select 2", 3.5, None]},
    )

    assert found.name == "7"
    assert found.parents == ("model.p.c",)
    assert found.config.pre_hook == (Hook("select 1"), "select 2", "3.5")


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"text"'])
def test_entry_that_is_not_an_object_is_ignored(content: bytes) -> None:
    assert decode(content, ManifestNode) is None


def test_content_that_is_not_json_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(b"{", ManifestNode)

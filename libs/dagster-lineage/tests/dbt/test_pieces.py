"""Calls, keys, relations and YAML lines, each on its own: shapes that one project does not have."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import yaml

from dagster_lineage.extract.dbt import InvalidKeyPattern
from dagster_lineage.extract.dbt.calls import calls_in, line_of_call
from dagster_lineage.extract.dbt.columns import columns_of, type_spelling
from dagster_lineage.extract.dbt.constraints import guarantees_of
from dagster_lineage.extract.dbt.keys import Keys
from dagster_lineage.extract.dbt.lines import read_lines
from dagster_lineage.extract.dbt.manifest_nodes import Freshness, ManifestNode, ManifestSource
from dagster_lineage.extract.dbt.quoted_names import unquoted
from dagster_lineage.extract.dbt.relations import relation_of
from dagster_lineage.extract.dbt.sources import freshness_text


def model(name: str, **fields: Any) -> ManifestNode:
    content = {"resource_type": "model", "name": name, "package_name": "shop", **fields}
    return msgspec.json.decode(msgspec.json.encode(content), type=ManifestNode)


def table(source: str, name: str, **fields: Any) -> ManifestSource:
    content = {"source_name": source, "name": name, **fields}
    return msgspec.json.decode(msgspec.json.encode(content), type=ManifestSource)


@pytest.mark.parametrize(
    ("code", "target", "line"),
    [
        ("select 1\nfrom {{ ref('a') }}", model("a"), 2),
        ("\n{{\n ref(\n  'a'\n ) }}", model("a"), 3),
        ('{{ ref("a") }}', model("a"), 1),
        ("{{ ref('ab') }}\n{{ ref('a') }}", model("a"), 2),
        ("{{ ref('other', 'a') }}\n{{ ref('shop', 'a') }}", model("a"), 2),
        ("{{ ref('a', v=1) }}\n{{ ref('a', version='2') }}", model("a", version=2), 2),
        ("{{ ref('a') }}", model("a", version=2, latest_version=2), 1),
        ("{{ ref('a', v=2) }}", model("a", version=1, latest_version=2), 1),
        ("\n{{ source('s', 't') }}", table("s", "t"), 2),
        ("{{ source('t', 's') }}\n\n{{source( 's','t' )}}", table("s", "t"), 3),
        ("{# {{ ref('a') }}\n #}\n-- depends_on: {{ ref('a') }}", model("a"), 3),
        (
            "select 'a' as kind\n{% for one in ['b', 'a'] %}{{ ref(one) }}{% endfor %}",
            model("a"),
            2,
        ),
        ("select 'a' as kind\nfrom {{ ref(var('wanted')) }}", model("a"), 0),
        ("{{ hidden() }}", model("a"), 0),
        ("{{ deref('a', 1) }}\n{{ ref('a') }}", model("a"), 2),
        ("", model("a"), 0),
        ("\n\ndef model(dbt, session):\n  return dbt.ref('a')", model("a"), 4),
    ],
)
def test_line_of_a_call(code: str, target: ManifestNode | ManifestSource, line: int) -> None:
    assert line_of_call(target, calls_in(code), code) == line


def test_unclosed_calls_are_read() -> None:
    assert calls_in("ref(" * 2000 + "'a'") == ()


@pytest.mark.parametrize(
    ("rendered", "relation"),
    [
        ('"db"."main"."orders"', "db.main.orders"),
        ("`project-1`.`sales`.`orders`", "project-1.sales.orders"),
        ("[db].[dbo].[Order Details]", "db.dbo.Order Details"),
        ("DB.MAIN.ORDERS", "DB.MAIN.ORDERS"),
        ("main.orders", "main.orders"),
        ('"a.b"."c"', "a.b.c"),
        ('"say ""hi"""', 'say "hi"'),
        ("read_parquet('s3://bucket/*.parquet')", "read_parquet('s3://bucket/*.parquet')"),
        ("'data/orders.csv'", "'data/orders.csv'"),
        ('"db"."main".', '"db"."main".'),
        ('"open', '"open'),
    ],
)
def test_quotes_of_relations_are_removed(rendered: str, relation: str) -> None:
    assert unquoted(rendered) == relation


def test_relation_without_a_name_is_composed_of_its_parts() -> None:
    assert relation_of(model("a", database="db", schema="s", alias="b")) == "db.s.b"
    assert relation_of(model("a", schema="s")) == "s.a"
    assert relation_of(table("erp", "t", schema="raw", identifier="T_1")) == "raw.T_1"


@pytest.mark.parametrize(
    ("declared", "spelt"),
    [
        ("DECIMAL(12, 2)", "decimal(12,2)"),
        (" Timestamp  With Time Zone ", "timestamp with time zone"),
        ("ARRAY < STRING >", "array<string>"),
        ('STRUCT("Name" VARCHAR)', 'struct("Name" varchar)'),
    ],
)
def test_types_have_one_spelling(declared: str, spelt: str) -> None:
    assert type_spelling(declared) == spelt


@pytest.mark.parametrize(
    ("node", "key"),
    [
        (model("a", config={"schema": None}), "a"),
        (model("a", config={"schema": "marts"}), "marts/a"),
        (model("a", config={"schema": "marts"}, version=1, alias="a_v1"), "a_v1"),
        (model("a", meta={"dagster": {"asset_key": ["x", "y/z"]}}), r"x/y\/z"),
        (model("a", config={"meta": {"dagster": {"asset_key": "x/y"}}}), r"x\/y"),
        # As dagster-dbt: the meta of the config hides the other one as a whole.
        (
            model("a", meta={"dagster": {"asset_key": ["x"]}}, config={"meta": {"owner": "me"}}),
            "a",
        ),
        (table("erp", "orders"), "erp/orders"),
    ],
)
def test_default_keys_are_those_of_dagster_dbt(
    node: ManifestNode | ManifestSource, key: str
) -> None:
    assert Keys({}).of(node) == key


def test_key_pattern_uses_fields_of_a_node() -> None:
    keys = Keys("{package}/{database}/{schema}/{name}")

    assert keys.of(model("a", unique_id="1", schema="s", alias="b")) == "shop/s/b"
    assert keys.of(table("erp", "t", unique_id="2", identifier="T/1")) == r"T\/1"


@pytest.mark.parametrize(
    "rule", ["{schema}/{nam}", "{schema", "orders", "{}", "{schema.upper}", "{name[0]}"]
)
def test_invalid_key_pattern_lists_the_allowed_fields(rule: str) -> None:
    with pytest.raises(InvalidKeyPattern, match="rule of keys"):
        Keys(rule)


def test_yaml_shapes_of_one_model() -> None:
    found = read_lines("""\
x-shared:
  key: &key
    name: id
    tests: [unique]
models:
- description: >
    two lines, with - name: nothing
    in them
  name: "a"
  columns:
    - *key
    - <<: *key
      name: Other
      data_tests:
        - not_null
        - name: mine
          test_name: accepted_values
        - accepted_values: {values: [1], name: ours}
  tests: [{dbt_utils.at_least_one: {column_name: id}}]
---
models: [{name: b}, just text, {description: nameless}]
seeds: null
""")

    described = found.entries["models", "a"]
    assert described.line == 9
    assert described.column("ID") == 3
    assert described.column("other") == 13
    assert [item.line for item in described.tests_of("other", "not_null")] == [15]
    assert [(one.name, one.line) for one in described.tests_of("OTHER", "accepted_values")] == [
        ("mine", 16),
        ("ours", 18),
    ]
    assert [item.line for item in described.tests_of("", "dbt_utils.at_least_one")] == [19]
    assert found.entries["models", "b"].line == 21


def test_yaml_that_refers_to_itself_is_read() -> None:
    found = read_lines("models:\n  - &me\n    name: a\n    <<: *me\n    columns: [*me]\n")

    assert found.entries["models", "a"].line == 3


@pytest.mark.parametrize("text", ["", "[]", "just text", "models: 7", "sources: [{tables: x}]"])
def test_yaml_without_anything_described(text: str) -> None:
    assert read_lines(text).entries == {}


def test_yaml_with_tabs_is_invalid() -> None:
    with pytest.raises(yaml.YAMLError):
        read_lines("models:\n\t- name: a\n")


def test_key_line_of_a_table_and_of_its_source() -> None:
    found = read_lines("""\
sources:
  - name: erp
    config:
      meta:
        dagster: {asset_key: [erp]}
    tables:
      - name: a
        meta:
          dagster:
            group: x
            asset_key: [a]
      - name: b
""")

    assert found.sources["erp"].key_line == 5
    assert found.tables["erp", "a"].key_line == 11
    assert found.tables["erp", "b"].key_line == 0


def test_freshness_in_words() -> None:
    freshness = {
        "warn_after": {"count": 12, "period": "hour"},
        "error_after": {"count": 1, "period": "day"},
    }

    assert (
        freshness_text(msgspec.convert(freshness, Freshness))
        == "warn after 12 hours, error after 1 day"
    )
    assert freshness_text(None) == ""


def test_a_column_has_the_first_paragraph_of_its_description() -> None:
    described = {
        "ID": {"description": "Number of\nthe order.\n\nSee the wiki."},
        "note": {"description": None},
        "long": {"description": "word " * 100},
    }
    node = model("orders", columns=described)
    columns, _ = columns_of(node, guarantees_of(node, []), None, ())
    assert columns["ID"].description == "Number of the order."
    assert columns["note"].description == ""
    assert len(columns["long"].description) <= 300
    assert columns["long"].description.endswith("word …")

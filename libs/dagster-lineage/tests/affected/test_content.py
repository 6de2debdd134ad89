"""Which edits of a file are without effect: what is taken for one by mistake skips a project."""

from __future__ import annotations

import duckdb
import pytest

from dagster_lineage.analyze.affected.dbt_properties import changed_resources
from dagster_lineage.analyze.affected.dynamic_imports import loaded_by_name, named_in
from dagster_lineage.analyze.affected.equivalence import same_python, same_sql
from dagster_lineage.analyze.affected.import_graph import imported_modules, module_of

SAME_SQL = [
    ("select {{ a }}, 1", "select {{  a\n}}, 1"),
    ("{{ f(\n    'a  b',\n) }}", "{{ f( 'a  b', ) }}"),
    ("select 1", "select 1\n"),
    ("select 1", "select\n    1"),
    ("select 1 -- one", "select 1"),
    ("select 1 -- don't", "select 1 -- do"),
    ("select /* a */ 1", "select 1"),
    ("select 1 {# why #}", "select 1"),
    ("select 1\r\n", "select 1\n"),
    ("-- a\n-- b\nselect 1", "select 1"),
    ("select '--' as a -- x", "select '--' as a"),
    (
        "{{ config(materialized='table') }}\nselect 1",
        "{{ config(materialized='table') }}  select 1",
    ),
]
OTHER_SQL = [
    ("select 1", "select 2"),
    ("select 'a  b'", "select 'a b'"),
    ("select '-- a'", "select '-- b'"),
    ("select '/* a */'", "select '/* b */'"),
    ("select '{# a #}'", "select '{# b #}'"),
    ('select 1 as "a  b"', 'select 1 as "a b"'),
    ("select `a  b`", "select `a b`"),
    ("select a b", "select ab"),
    ("select 1 --\n+ 1", "select 1 -- + 1"),
    ("select 1", "select 1 -- {{ ref('x') }}"),
    ("select 1 -- {{ ref('x') }}", "select 1 -- {{ ref('y') }}"),
    ("select 1", "/* {% do run() %} */ select 1"),
    ("select /*+ broadcast(a) */ 1", "select 1"),
    ("select 'it''s  a'", "select 'it''s a'"),
    (r"select 'it\'s  a' -- x", r"select 'it\'s  a'"),
    ("select $$a  b$$", "select $$a b$$"),
    ("select $q$ -- a$q$", "select $q$ -- b$q$"),
    ("{% set a %}x  y{% endset %}", "{% set a %}x y{% endset %}"),
    ("{% call f() %}x  y{% endcall %}", "{% call f() %}x y{% endcall %}"),
    ("select 1 /* a /* b */ c */", "select 1 /* a /* b */ d */"),
    ("select '''a  b'''", "select '''a b'''"),
    ("{{ f('a  b') }}", "{{ f('a b') }}"),
    ("select 1 # x", "select 1 # y"),
    ("where a", "-- {#\nwhere a\n-- #}"),
    ("/* {# */ where a /* #} */", "where a"),
    ("{{ 5 --1 }}", "{{ 5 --2 }}"),
    ("{% if a --1 %}b{% endif %}", "{% if a --2 %}b{% endif %}"),
    ("select [a  b]", "select [a b]"),
    ("{%+ set a %}x  y{% endset %}", "{%+ set a %}x y{% endset %}"),
    ("{% set n.a %}x  y{% endset %}", "{% set n.a %}x y{% endset %}"),
    ("{% set a | f %}x  y{% endset %}", "{% set a | f %}x y{% endset %}"),
]


@pytest.mark.parametrize(("before", "after"), SAME_SQL)
def test_comments_and_white_space_of_sql_have_no_effect(before, after):
    assert same_sql(before.encode(), after.encode())


@pytest.mark.parametrize(("before", "after"), OTHER_SQL)
def test_sql_that_may_return_other_rows_differs(before, after):
    assert not same_sql(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in SAME_SQL if "{" not in "".join(pair)]
)
def test_duckdb_agrees(before, after):
    assert duckdb.sql(before).fetchall() == duckdb.sql(after).fetchall()


def test_bytes_that_are_not_text_differ():
    assert not same_sql(b"select '\xff'", b"select '\xff' ")


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("x = 1\n", "x = 1  # one\n", True),
        ("x = 1\n", "\n\nx = (1)\n", True),
        ('def f():\n    """A."""\n    return 1\n', 'def f():\n    """B."""\n    return 1\n', True),
        ('def f():\n    """A."""\n', "def f():\n    pass\n", False),
        ('"""A."""\nprint(__doc__)\n', '"""B."""\nprint(__doc__)\n', False),
        ("x = 1\n", "x = 2\n", False),
        ("x = 'a  b'\n", "x = 'a b'\n", False),
        ("x = 1\n", "x = \n", False),
    ],
)
def test_comments_and_docstrings_of_python_have_no_effect(before, after, same):
    assert same_python(before.encode(), after.encode()) is same


@pytest.mark.parametrize(
    ("before", "after", "models", "sources"),
    [
        ("models: [{name: a, description: x}]", "models: [{name: a, description: y}]", [], []),
        ("models: [{name: a}]", "models: [{name: a, config: {tags: [x]}}]", ["a"], []),
        ("models: [{name: a}]", "models: [{name: a, config: {meta: {description: x}}}]", ["a"], []),
        ("models: [{name: a}, {name: b}]", "models: [{name: b}]", ["a"], []),
        ("seeds: [{name: a}]", "seeds: [{name: a, config: {delimiter: x}}]", ["a"], []),
        ("", "snapshots: [{name: a, relation: x}]", ["a"], []),
        ("models: [{name: a, meta: {b: 1}}]", "models: [{name: a, meta: {b: true}}]", ["a"], []),
        (
            "models: [{name: a, meta: {b: 1, c: 2}}]",
            "models: [{name: a, meta: {c: 2, b: 1}}]",
            ["a"],
            [],
        ),
        ("models: [{name: a}]", "models: [{name: a}]\nexposures: [{name: x}]", [], []),
        ("models: [{name: a}]", "models: [{name: a}]\nunit_tests: [{name: x}]", [], []),
        (
            "models: [{name: a, columns: [{name: c}]}]",
            "models: [{name: a, columns: [{name: c, data_tests: [unique]}]}]",
            [],
            [],
        ),
        (
            "sources: [{name: s, tables: [{name: t}, {name: u}]}]",
            "sources: [{name: s, tables: [{name: t, identifier: x}, {name: u}]}]",
            [],
            ["s.t"],
        ),
        (
            "sources: [{name: s, tables: [{name: t}, {name: u}]}]",
            "sources: [{name: s, schema: x, tables: [{name: t}, {name: u}]}]",
            [],
            ["s.t", "s.u"],
        ),
        (
            "sources: [{name: s, tables: [{name: t}]}]",
            "sources: [{name: s, freshness: {}, tables: [{name: t, description: x}]}]",
            [],
            [],
        ),
    ],
)
def test_changed_entries_of_a_properties_file(before, after, models, sources):
    found = changed_resources(before.encode(), after.encode())
    assert (sorted(found.models), sorted(found.sources), found.everything) == (
        models,
        sources,
        False,
    )


@pytest.mark.parametrize(
    "text",
    [
        "models: [",
        "- a",
        "models: {a: 1}",
        "models: [a]",
        "models: [{nam: a}]",
        "new: [1]",
        "models: [{name: a, meta: {b: 1}}, {name: a}]",
    ],
)
def test_unreadable_properties_file_affects_everything(text):
    assert changed_resources(b"models: [{name: a}]", text.encode()).everything


def test_every_reference_to_a_module_is_an_import():
    text = b"""
import a.b
from c import d
from e.f import g
import_module("h.i")
run(["python", "-m", "j"])
"no import at all: k"
"""
    found = imported_modules(text)
    assert {"a", "a.b", "c", "c.d", "e", "e.f", "e.f.g", "h", "h.i", "j"} <= found
    assert not any(name.startswith("k") for name in found)


@pytest.mark.parametrize(
    ("call", "loaded"),
    [
        ("import_module('a.c.d')", {"a.c.d"}),
        ("import_module('a.c.' + name)", {"a.c.d", "a.c.e"}),
        ("import_module(f'a.c.{name}')", {"a.c.d", "a.c.e"}),
        ("import_module(f'{__name__}.{name}')", {"a.c", "a.c.d", "a.c.e"}),
        ("import_module('.d', package)", {"a.c", "a.c.d", "a.c.e"}),
        ("importlib.import_module(name)", {"a.c", "a.c.d", "a.c.e"}),
        ("pkgutil.walk_packages(__path__)", {"a.c", "a.c.d", "a.c.e"}),
        ("importlib.util.find_spec('dagster')", set()),
        ("load(name)", set()),
    ],
)
def test_modules_loaded_by_name(call, loaded):
    modules = {"a", "a.b", "a.c", "a.c.d", "a.c.e", "b"}
    assert loaded_by_name(call.encode(), "a.b", modules) == loaded


def test_module_names_in_settings():
    text = b"type: a.b.C\npath: src/a.b\nother: xa.b.c\na: 1\n- {module: 'a.d'}\nb.c\n"
    assert named_in(text, {"a"}) == {"a.b.C", "a.d"}
    assert named_in(text, set()) == set()


def test_module_of_a_file():
    packages = {"shop": "libs/shop/src/shop"}
    assert module_of("libs/shop/src/shop/__init__.py", packages) == "shop"
    assert module_of("libs/shop/src/shop/a/b.py", packages) == "shop.a.b"
    assert module_of("libs/shop/src/shop/a/b.txt", packages) == ""
    assert module_of("libs/shop/tests/b.py", packages) == ""

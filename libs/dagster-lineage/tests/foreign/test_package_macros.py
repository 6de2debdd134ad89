"""Models over macros of an installed package have known columns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dagster_lineage.extract.assembly.rendered_nodes import RenderedNodes
from dagster_lineage.extract.assembly.trace_cache import TraceCache
from dagster_lineage.extract.dbt import decode_manifest
from dagster_lineage.extract.dbt.rendering.renderer import Renderer

KIT = {
    "_require_relation": (
        "(given, used_in) %}{% if given is not mapping %}"
        "{% do exceptions.raise_compiler_error(used_in ~ ' needs a relation') %}{% endif %}"
    ),
    "_column_names": (
        "(given) %}{% do kit._require_relation(given, 'columns') %}"
        "{{ return(adapter.get_columns_in_relation(given) | map(attribute='name') | list) }}"
    ),
    "all_columns": "(given) %}{{ kit._column_names(given) | join(', ') }}",
    "stacked": (
        "(relations) %}{% for given in relations %}"
        "select {{ kit._column_names(given) | join(', ') }} from {{ given }}"
        "{{ ' union all ' if not loop.last }}{% endfor %}"
    ),
    "melted": (
        "(given, keep) %}{% for name in kit._column_names(given) if name not in keep %}"
        "select {{ keep | join(', ') }}, '{{ name }}' as name, {{ name }}::varchar as value "
        "from {{ given }}{{ ' union all ' if not loop.last }}{% endfor %}"
    ),
    "numbered": (
        "(name, n) %}{% for i in range(1, n + 1) %}{{ name }} + {{ i }} as {{ name }}_{{ i }}"
        "{{ ', ' if not loop.last }}{% endfor %}"
    ),
}


@pytest.mark.parametrize(
    ("sql", "origins"),
    [
        ("select {{ kit.all_columns(ref('a')) }} from {{ ref('a') }}", {"id": "id", "x": "x"}),
        ("{{ kit.stacked([ref('a'), ref('a')]) }}", {"id": "id", "x": "x"}),
        ("{{ kit.melted(ref('a'), ['id']) }}", {"id": "id", "name": "", "value": "x"}),
        (
            "select {{ kit.numbered('x', 2) }} from {{ ref('a') }}",
            {"x_1": "x", "x_2": "x"},
        ),
    ],
)
def test_columns_of_a_model_over_an_underscore_macro(
    repository: Any, manifest_maker: Any, sql: str, origins: dict[str, str]
) -> None:
    shop = manifest_maker("shop")
    _install(shop)
    shop.model("m", sql, shop.model("a", "select 1 as id, 2 as x"))
    repository.lock(shop.write(repository.root / "m.json"))

    model = repository.assets("shop")["shop/m"]
    assert {name: column.derived_from for name, column in model.columns.items()} == {
        name: (f"shop/a#{origin}",) if origin else () for name, origin in origins.items()
    }
    assert not model.unknown_columns
    assert not any(column.unknown for column in model.columns.values())


def test_error_of_the_renderer_itself_is_not_a_model_that_cannot_be_rendered(
    manifest_maker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = manifest_maker("shop")
    unique_id = shop.model("m", "select {{ 1 / 0 }} as id")
    nodes = RenderedNodes(decode_manifest(json.dumps(shop.content()).encode()), None, TraceCache())
    assert "ZeroDivisionError" in nodes(unique_id, {}).problem

    def render(*_args: object, **_options: object) -> None:
        raise AttributeError("a mistake of this library")

    monkeypatch.setattr(Renderer, "render", render)
    nodes = RenderedNodes(decode_manifest(json.dumps(shop.content()).encode()), None, TraceCache())
    with pytest.raises(AttributeError, match="mistake"):
        nodes(unique_id, {})


def _install(shop: Any) -> None:
    for name, text in KIT.items():
        shop.macros[f"macro.kit.{name}"] = {
            "name": name,
            "package_name": "kit",
            "macro_sql": f"{{% macro {name}{text}{{% endmacro %}}",
        }

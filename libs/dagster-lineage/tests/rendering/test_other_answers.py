"""Unknown variables, and columns of relations that macros request."""

from __future__ import annotations

import pytest

from dagster_lineage.extract.dbt.rendering.renderer import Renderer

from .test_rendering import manifest, render

STAR = {
    "dbt_utils___is_relation_": (
        "(obj, macro) %}{% if not (obj is mapping and "
        "obj.get('metadata', {}).get('type', '').endswith('Relation')) %}"
        "{% do exceptions.raise_compiler_error('no relation: ' ~ obj) %}{% endif %}"
    ),
    "dbt_utils___star": (
        "(from, except=[]) %}{% do dbt_utils.is_relation_(from, 'star') %}"
        "{% for col in adapter.get_columns_in_relation(from) if col.column not in except %}"
        "{{ adapter.quote(col.column) }}{% if not loop.last %}, {% endif %}{% endfor %}"
    ),
    "dbt_utils___union": (
        "(relations) %}{% set of = {} %}{% set every = {} %}{% for relation in relations %}"
        "{% do of.update({relation: []}) %}"
        "{% for col in adapter.get_columns_in_relation(relation) %}"
        "{% do of[relation].append(col.column) %}"
        "{% if col.is_string() and col.string_size() > 1 or true %}"
        "{% do every.update({col.column: col}) %}{% endif %}{% endfor %}{% endfor %}"
        "{% for relation in relations %}select {% for name in every.keys() %}"
        "cast({{ name if name in of[relation] else 'null' }} as {{ every[name].data_type }}) "
        "as {{ every[name].quoted }}{% if not loop.last %}, {% endif %}{% endfor %} "
        "from {{ relation }}{% if not loop.last %} union all {% endif %}{% endfor %}"
    ),
}


@pytest.mark.parametrize(
    "condition",
    [
        "target.name == 'prod'",
        "'prod' == target.name",
        "target.name in ['ci', 'prod']",
        "target['name'] in ('prod',)",
        "target.get('name') == 'prod'",
        "target.name | lower == 'prod'",
        "target.name.startswith('prod')",
        "'prod' in target.name",
        "env_var('TIER', 'dev') == 'prod'",
        "not (env_var('TIER', 'dev') != 'prod')",
    ],
)
def test_comparison_with_an_unknown_text_is_recorded(condition: str) -> None:
    code = f"select 1 as id{{% if {condition} %}}, 2 as secret{{% endif %}}"

    assumed = render(code)

    assert assumed.certain
    assert assumed.sql == "select 1 as id"
    [(name, texts)] = assumed.compared.items()
    assert "prod" in texts
    again = Renderer(manifest(code)).render("model.p.m", instead={name: "prod"})
    assert again.sql == "select 1 as id, 2 as secret"


def test_star_uses_the_known_columns_of_a_relation_with_any_quotes() -> None:
    producer = manifest("select {{ dbt_utils.star(ref('up'), except=['b']) }} from t", **STAR)
    known = {"DB.sch.up": {"a": "integer", "b": "", "c": "varchar"}}

    assert Renderer(producer).render("model.p.m").columns_requested
    rendered = Renderer(producer).render("model.p.m", columns=known)

    assert rendered.certain, rendered.problem
    assert not rendered.columns_requested
    assert rendered.sql.split() == ["select", '"a",', '"c"', "from", "t"]


def test_union_of_relations_uses_the_known_columns() -> None:
    producer = manifest("{{ dbt_utils.union([ref('up'), this]) }}", **STAR)
    known = {"db.sch.up": {"a": "integer"}, "db.sch.m": {"a": "integer", "b": "varchar"}}

    rendered = Renderer(producer).render("model.p.m", columns=known)

    assert rendered.certain, rendered.problem
    assert 'cast(null as varchar) as "b" from "db"."sch"."up"' in rendered.sql

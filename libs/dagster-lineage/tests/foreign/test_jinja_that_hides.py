"""What a model reads by ways that its rendered SQL does not show is not called unread."""

from __future__ import annotations

import pytest

READ = "select id from {{ source('up', 'rates') }}"
IN_HOOK = [{"sql": f"insert into audit {READ}", "transaction": True}]


@pytest.mark.parametrize(
    ("sql", "config"),
    [
        ("select 1 as id", {"post-hook": IN_HOOK}),
        ("-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id", {"pre-hook": IN_HOOK}),
        (
            "-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id",
            {"pre-hook": ["insert into audit select id from wh.up.rates"]},
        ),
        (
            "-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id",
            {"post-hook": "{{ log_rates() }}"},
        ),
        ("select 1 as id", {"sql_header": f"create temp table r as {READ};"}),
        ("select dictGet('{{ source('up', 'rates') }}', 'x', 1) as id", {}),
        ("{% if target.name == 'prod' %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% if var('all', false) %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% if flags.FULL_REFRESH %}" + READ + "{% else %}select 1 as id{% endif %}", {}),
        ("{% call statement('r') %}" + READ + "{% endcall %}select 1 as id", {}),
    ],
)
def test_table_that_a_rendering_does_not_show_may_be_read(repository, manifest_maker, sql, config):
    found = _locked(repository, manifest_maker, sql, config)
    [read] = repository.assets("reader")["reader/m"].reads
    assert (read.declared, read.queried) == (True, None)
    assert found == []


@pytest.mark.parametrize(
    ("sql", "config"),
    [
        ("-- depends_on: {{ source('up', 'rates') }}\nselect 1 as id", {}),
        ("select 1 as id /* from\n{{ source('up', 'rates') }} */", {}),
        (
            "select '--' as id -- {{ source('up', 'rates') }}",
            {"post-hook": ["grant select on {{ this }} to {{ target.name }}"]},
        ),
    ],
)
def test_table_that_only_a_comment_names_is_not_read(repository, manifest_maker, sql, config):
    [found] = _locked(repository, manifest_maker, sql, config)
    assert (found["code"], found["key"]) == ("RD01", "up/rates")


def _locked(repository, manifest_maker, sql, config):
    up, reader = manifest_maker("up"), manifest_maker("reader")
    up.model("rates", "select 1 as id")
    source = reader.source("up", "rates", "wh.up.rates")
    reader.model("m", sql, source, config=config)
    repository.lock(*(it.write(repository.root / it.project / "m.json") for it in (up, reader)))
    return repository.check("--select", "RD,CO,ED,KY")

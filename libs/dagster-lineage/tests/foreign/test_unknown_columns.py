"""Columns whose origins are unknown have a reason, and are not taken for constants."""

from __future__ import annotations

import pytest

from dagster_lineage.model import Asset, Column
from dagster_lineage.model.unknown_columns import unknown_columns


def test_constant_column_is_not_an_unknown_one(repository, manifest_maker):
    up = manifest_maker("up", adapter="bigquery")
    up.model("base", "select 1 as one, 'x' as text, current_date as day, null as nothing")
    up.model("read", "select id, 1 as one, gone.x as lost from wh.elsewhere.rates as r")
    up.model("guess", "select amount from wh.a.b, wh.c.d")
    repository.lock(up.write(repository.root / "m.json"))

    assets = repository.assets("up")
    assert all(column.constant for column in assets["up/base"].columns.values())
    read = assets["up/read"].columns
    assert read["one"] == Column(type="int64", constant=True)
    assert read["id"] == Column(unknown="a table is not an asset: wh.elsewhere.rates")
    assert not read["lost"].constant
    assert assets["up/guess"].columns["amount"] == Column(
        unknown="several tables may have the column: amount"
    )


def test_declared_column_of_a_query_that_cannot_be_read_has_the_reason(repository, manifest_maker):
    up = manifest_maker("up")
    up.model("bad", "select from where (", columns={"id": {"name": "id", "data_type": "int"}})
    up.model("open", "select *, 2 as two from wh.elsewhere.rates")
    repository.lock(up.write(repository.root / "m.json"))

    bad, opened = (repository.assets("up")[f"up/{name}"] for name in ("bad", "open"))
    assert bad.unknown_columns.startswith("the SQL cannot be parsed: ")
    assert "Line " not in bad.unknown_columns
    assert bad.columns["id"].unknown == bad.unknown_columns
    assert opened.unknown_columns == "a star stands for columns that are unknown"
    assert opened.columns["two"] == Column(type="integer", constant=True)


def test_lock_prints_the_share_of_unknown_columns(repository, manifest_maker):
    up = manifest_maker("up")
    base = up.model("base", "select 1 as id, 2 as n")
    up.model("known", "select id, n from {{ ref('base') }}", base)
    for number in range(5):
        up.model(f"guess_{number}", f"select a{number}, q from wh.a.b, wh.c.d")
    printed = repository.lock(up.write(repository.root / "m.json"))

    assert printed.splitlines()[-1] == "10 of 14 columns of models have unknown origins (71.4 %)"
    [note] = repository.interface("up").unknown
    assert note.startswith("up/guess_0, up/guess_1, up/guess_2 and 2 more: ")
    assert note.endswith("several tables may have the column: a0, q, a1 and 3 more")


@pytest.mark.parametrize(
    ("assets", "sentence"),
    [
        ([], "0 of 0 columns of models have unknown origins (0.0 %)"),
        (
            [Asset(key="a", kind="model", columns={"x": Column()}, unknown_columns="why")],
            "0 of 1 column of models have unknown origins (0.0 %); 1 model may have other columns",
        ),
        (
            [Asset(key="a", kind="asset", columns={"x": Column(unknown="why")})],
            "0 of 0 columns of models have unknown origins (0.0 %)",
        ),
    ],
)
def test_share_counts_the_columns_of_models(assets, sentence):
    assert unknown_columns(assets).sentence == sentence


def test_query_to_the_warehouse_in_an_incremental_run_leaves_the_columns_known(
    repository, manifest_maker
):
    up = manifest_maker("up")
    base = up.model("base", "select 1 as id, 2 as n")
    latest = (
        "{% if is_incremental() %}{% call statement('latest', fetch_result=True) %}"
        "select max(id) from {{ this }}{% endcall %}"
        "where id > {{ load_result('latest')['data'][0][0] }}{% endif %}"
    )
    sql = f"select id, n + 1 as more from {{{{ ref('base') }}}} {latest}"
    up.model("grows", sql, base, config={"materialized": "incremental"})
    names = "{% for one in run_query('select 1') %}, {{ one[0] }} as c{% endfor %}"
    up.model("asks", f"select id {names} from {{{{ ref('base') }}}}", base)
    repository.lock(up.write(repository.root / "m.json"))

    grows, asks = (repository.assets("up")[f"up/{name}"] for name in ("grows", "asks"))
    assert grows.columns_known
    assert grows.columns["more"].derived_from == ("up/base#n",)
    assert grows.reads[0].columns is None
    assert not asks.columns_known
    assert asks.unknown_columns

"""Column lineage of 1,000 models compared with sqlglot's parse and qualify.

    python benchmarks/column_lineage.py [--models 1000] [--columns 10] [--rounds 5] [--walk]

The models have four shapes: joins of import CTEs, windows over a union, aggregates with cases,
`select *` over subqueries. A (parse + qualify) and B (`trace_query`: parse, lineage, columns read,
types) alternate over the same texts with the same schema. The script prints medians of CPU seconds
and their ratio. `--walk` adds `sqlglot.lineage`, which walks the query once per column. For a
sample of models, B must find the same origins as the walk.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from dagster_lineage.extract.sql import RelationName, Schema, Table
from dagster_lineage.extract.sql.trace import Trace, trace_query

DIALECT = "duckdb"
GOAL = 1.5
SAMPLE = 40
"""Number of models whose lineage is compared with the walk."""
FIXED = ("id", "customer_id", "order_date", "status")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--walk", action="store_true", help="also walk once per column")
    arguments = parser.parse_args()
    models = [model_of(number, arguments.columns) for number in range(arguments.models)]
    _compare(models[:SAMPLE])
    seconds: dict[str, list[float]] = {"parse + qualify": [], "trace_query": []}
    seconds["parse + qualify + types"] = []
    for _ in range(arguments.rounds):
        seconds["parse + qualify"].append(_cpu(_qualified, models))
        seconds["trace_query"].append(_cpu(_traced, models))
        seconds["parse + qualify + types"].append(_cpu(_typed, models))
    if arguments.walk:
        seconds["parse + qualify + a walk per column"] = [_cpu(_walked, models)]
    _print(seconds, arguments.models)


Model = tuple[str, dict[str, dict[str, str]]]


def model_of(number: int, columns: int) -> Model:
    """Return the SQL of a model, and the columns of the tables that it reads."""
    left, right = f"stg_orders_{number}", f"stg_payments_{number}"
    measures = [f"amount_{position}" for position in range(max(columns - len(FIXED), 1))]
    types = {"id": "bigint", "customer_id": "bigint", "order_date": "date", "status": "varchar"}
    tables = {
        left: types | dict.fromkeys(measures, "decimal(12,2)"),
        right: {"order_id": "bigint", "method": "varchar"} | dict.fromkeys(measures, "integer"),
    }
    return SHAPES[number % len(SHAPES)](left, right, measures), tables


def _joined(left: str, right: str, measures: list[str]) -> str:
    summed = ",\n        ".join(f"sum(p.{one}) as paid_{one}" for one in measures)
    shown = ",\n        ".join(f"coalesce(paid.paid_{one}, 0) as {one}" for one in measures)
    return f"""
with orders as (
    select * from db.staging.{left}
),

payments as (
    select * from db.staging.{right}
),

paid as (
    select
        p.order_id,
        {summed}
    from payments as p
    where p.method in ('card', 'coupon')
    group by p.order_id
),

final as (
    select
        orders.id as order_id,
        orders.customer_id,
        orders.order_date,
        lower(orders.status) as status,
        {shown}
    from orders
    left join paid on orders.id = paid.order_id
    where orders.order_date >= cast('2024-01-01' as date)
)

select * from final
"""


def _windows(left: str, right: str, measures: list[str]) -> str:
    shown = ", ".join(measures)
    running = ",\n    ".join(
        f"sum({one}) over (partition by customer_id order by order_date) as running_{one}"
        for one in measures
    )
    return f"""
with both_kinds as (
    select id, customer_id, order_date, status, {shown} from db.staging.{left}
    union all
    select order_id, order_id, current_date, method, {shown} from db.staging.{right}
),

ranked as (
    select
        *,
        row_number() over (partition by customer_id order by order_date desc) as position
    from both_kinds
)

select
    id,
    customer_id,
    order_date,
    case when status = 'returned' then 'back' else status end as status,
    {running}
from ranked
where position = 1
"""


def _aggregates(left: str, right: str, measures: list[str]) -> str:
    summed = ",\n    ".join(
        f"sum(case when o.status = 'placed' then o.{one} else 0 end) as {one}" for one in measures
    )
    return f"""
select
    o.customer_id as id,
    count(distinct o.id) as customer_id,
    max(cast(o.order_date as date)) as order_date,
    max(p.method) as status,
    {summed}
from db.staging.{left} as o
inner join db.staging.{right} as p on o.id = p.order_id and p.method <> 'none'
where o.order_date between date '2023-01-01' and date '2024-01-01'
group by o.customer_id
having count(*) > 1
"""


def _subqueries(left: str, right: str, measures: list[str]) -> str:
    total = " + ".join(f"x.{one}" for one in measures)
    return f"""
with recent as (
    select
        x.*,
        {total} as total,
        date_trunc('month', x.order_date) as month_start
    from (select * from db.staging.{left} where status is not null) as x
    where exists (select 1 from db.staging.{right} as p where p.order_id = x.id)
)

select
    *,
    total * 1.19 as gross
from recent
where customer_id in (select order_id from db.staging.{right})
order by month_start
"""


SHAPES = (_joined, _windows, _aggregates, _subqueries)


def _qualify(model: Model) -> exp.Expr:
    sql, tables = model
    tree = sqlglot.parse_one(sql, read=DIALECT)
    schema: dict[str, object] = {"db": {"staging": tables}}
    return qualify(tree, schema=schema, dialect=DIALECT)


def _qualified(models: list[Model]) -> None:
    for model in models:
        _qualify(model)


def _typed(models: list[Model]) -> None:
    for model in models:
        annotate_types(_qualify(model), schema={"db": {"staging": model[1]}}, dialect=DIALECT)


def _trace(model: Model) -> Trace:
    sql, tables = model
    schema = Schema(
        Table(RelationName("db", "staging", name), columns, complete=True)
        for name, columns in tables.items()
    )
    return trace_query(sql, DIALECT, schema)


def _traced(models: list[Model]) -> None:
    for model in models:
        _trace(model)


def _walked(models: list[Model]) -> None:
    for model in models:
        _walk(model)


def _walk(model: Model) -> dict[str, set[tuple[str, str]]]:
    """Return the upstream columns of each output column, from one walk per column."""
    tree = _qualify(model)
    found = {}
    for name in tree.named_selects if isinstance(tree, exp.Query) else ():
        leaves = set()
        for node in lineage(name, tree, {}, dialect=DIALECT).walk():
            if isinstance(node.expression, exp.Table):
                leaves.add((node.expression.name, node.name.rpartition(".")[2].strip('"')))
        found[name] = leaves
    return found


def _compare(models: list[Model]) -> None:
    for model in models:
        walked = _walk(model)
        trace = _trace(model)
        traced = {
            column.name: {(relation.table, name) for relation, name in column.derived_from}
            for column in trace.columns
        }
        if traced != walked or not trace.columns_known or trace.problems:
            raise SystemExit(f"lineage differs from sqlglot's:\n{traced}\n{walked}\n{model[0]}")


def _cpu(do: Callable[[list[Model]], None], models: list[Model]) -> float:
    start = time.process_time()
    do(models)
    return time.process_time() - start


def _print(seconds: dict[str, list[float]], models: int) -> None:
    base = statistics.median(seconds["parse + qualify"])
    print(f"{models} models, medians of {len(seconds['trace_query'])} rounds")
    print(f"{'':36}{'CPU s':>8}{'ms/model':>10}{'ratio':>8}")
    for name, runs in seconds.items():
        median = statistics.median(runs)
        print(f"{name:36}{median:8.2f}{1000 * median / models:10.2f}{median / base:8.2f}")
    reached = statistics.median(seconds["trace_query"]) / base <= GOAL
    print(
        f"goal: trace_query at most {GOAL} of parse + qualify: {'reached' if reached else 'missed'}"
    )


if __name__ == "__main__":
    main()

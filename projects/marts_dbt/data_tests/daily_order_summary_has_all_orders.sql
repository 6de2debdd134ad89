{{ config(group='finance', meta={'dagster': {'ref': {'name': 'daily_order_summary'}}}) }}

-- Days that differ from the orders, requested days that were not built, and orders before the first
-- day, which no run would build.
with summary as (
    select
        order_date,
        sum(orders) as orders,
        sum(revenue) as revenue
    from {{ ref('daily_order_summary') }}
    group by order_date
),

counted as (
    select
        order_date,
        count(*) as orders,
        sum(revenue) as revenue
    from {{ ref('stg_shop_orders') }}
    where is_counted
    group by order_date
),

built as (
    select distinct order_date from {{ ref('int_shop_order_days') }}
),

differing as (
    select
        'differs from the orders: build it with the models upstream' as problem,
        built.order_date,
        summary.orders,
        counted.orders as expected_orders
    from built
    left join summary on built.order_date = summary.order_date
    left join counted on built.order_date = counted.order_date
    where
        coalesce(summary.orders, 0) <> coalesce(counted.orders, 0)
        or coalesce(summary.revenue, 0) <> coalesce(counted.revenue, 0)
),

too_early as (
    select
        'is before the variable first_day of dbt_project.yml: set it to the first day of the shop' as problem,
        order_date,
        cast(null as bigint) as orders,
        orders as expected_orders
    from counted
    where order_date < cast('{{ var("first_day") }}' as date)
),

not_built as (
    select
        'was requested and not built: select int_shop_order_days, too' as problem,
        requested.order_date,
        cast(null as bigint) as orders,
        cast(null as bigint) as expected_orders
    from ({{ requested_days() }}) as requested
    left join built on requested.order_date = built.order_date
    where
        built.order_date is null
        and {{ var('start_date') is not none }}
),

final as (
    select * from differing
    union all
    select * from too_early
    union all
    select * from not_built
)

select * from final
order by order_date

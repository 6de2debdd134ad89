with shop_orders as (
    select
        {{ first_day_of('week', 'order_date') }} as week_start,
        revenue
    from {{ ref('stg_shop_orders') }}
    where is_counted
),

jaffle_orders as (
    select
        {{ first_day_of('week', 'order_date') }} as week_start,
        case when status = 'returned' then 0 else amount end as revenue
    from {{ source('jaffle', 'orders') }}
),

orders as (
    select
        week_start,
        'online' as shop,
        revenue
    from shop_orders
    union all
    select
        week_start,
        'jaffle' as shop,
        revenue
    from jaffle_orders
),

final as (
    select
        week_start,
        shop,
        count(*) as orders,
        cast(sum(revenue) as decimal(18, 2)) as revenue
    from orders
    group by
        week_start,
        shop
)

select * from final

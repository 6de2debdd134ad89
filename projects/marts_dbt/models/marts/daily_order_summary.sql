with orders as (
    select * from {{ ref('stg_shop_orders') }}
),

days as (
    select
        order_date,
        source_synced_at
    from {{ ref('stg_shop_order_days') }}
    where {{ rebuilt_days('order_date') }}
),

final as (
    select
        orders.order_date,
        orders.channel,
        count(*) as orders,
        count(distinct orders.user_id) as customers,
        cast(sum(orders.revenue) as decimal(18, 2)) as revenue,
        max(days.source_synced_at) as source_synced_at
    from orders
    inner join days on orders.order_date = days.order_date
    where orders.is_counted
    group by
        orders.order_date,
        orders.channel
)

select * from final

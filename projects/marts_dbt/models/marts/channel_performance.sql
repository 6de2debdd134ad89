with orders as (
    select
        {{ first_day_of('month', 'order_date') }} as month_start,
        channel,
        user_id,
        status,
        is_counted,
        revenue
    from {{ ref('stg_shop_orders') }}
),

months as (
    select
        month_start,
        channel,
        count(*) as placed_orders,
        sum(case when status = 'canceled' then 1 else 0 end) as canceled_orders,
        sum(case when status = 'returned' then 1 else 0 end) as returned_orders,
        count(distinct case when is_counted then user_id end) as customers,
        sum(revenue) as revenue
    from orders
    group by
        month_start,
        channel
),

final as (
    select
        month_start,
        channel,
        placed_orders,
        cast(canceled_orders as bigint) as canceled_orders,
        cast(returned_orders as bigint) as returned_orders,
        customers,
        cast(revenue as decimal(18, 2)) as revenue,
        cast(
            {{ quotient('revenue', 'placed_orders - canceled_orders - returned_orders', 2) }}
            as decimal(18, 2)
        ) as average_order_value,
        cast({{ quotient('canceled_orders', 'placed_orders', 4) }} as decimal(9, 4)) as canceled_share,
        cast(
            {{ quotient('returned_orders', 'placed_orders - canceled_orders', 4) }} as decimal(9, 4)
        ) as returned_share
    from months
)

select * from final

{{ config(group='finance', meta={'dagster': {'ref': {'name': 'customer_value'}}}) }}

-- An order without a customer would be lost, and one with two customers counted twice.
with customer_total as (
    select coalesce(sum(online_value), 0) as total from {{ ref('customer_value') }}
),

order_total as (
    select coalesce(sum(revenue), 0) as total from {{ ref('stg_shop_orders') }}
),

final as (
    select
        customer_total.total as customer_total,
        order_total.total as order_total
    from customer_total
    cross join order_total
    where customer_total.total <> order_total.total
)

select * from final

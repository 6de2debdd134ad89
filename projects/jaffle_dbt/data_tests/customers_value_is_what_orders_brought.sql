{{ config(meta={'dagster': {'ref': {'name': 'customers'}}}) }}

-- No euro is lost or counted twice on the way from orders to customers.
with customer_total as (
    select coalesce(sum(customer_lifetime_value), 0) as total from {{ ref('customers') }}
),

order_total as (
    select coalesce(sum(amount), 0) as total from {{ ref('orders') }}
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

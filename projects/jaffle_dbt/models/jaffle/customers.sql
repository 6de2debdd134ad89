with customers as (
    select * from {{ ref('stg_customers') }}
),

orders as (
    select * from {{ ref('orders') }}
),

customer_orders as (
    select
        customer_id,
        min(order_date) as first_order,
        max(order_date) as most_recent_order,
        count(*) as number_of_orders,
        sum(amount) as customer_lifetime_value
    from orders
    group by customer_id
),

-- Customers of the export or of an order: a customer who has left the export has orders.
known as (
    select customer_id from customers
    union distinct
    select customer_id from customer_orders
),

final as (
    select
        known.customer_id,
        customers.first_name,
        customers.last_name,
        customers.country,
        customers.signed_up_on,
        customer_orders.first_order,
        customer_orders.most_recent_order,
        coalesce(customer_orders.number_of_orders, 0) as number_of_orders,
        cast(
            coalesce(customer_orders.customer_lifetime_value, 0) as decimal(18, 2)
        ) as customer_lifetime_value
    from known
    left join customers on known.customer_id = customers.customer_id
    left join customer_orders on known.customer_id = customer_orders.customer_id
)

select * from final

with jaffle_customers as (
    select
        customer_id,
        first_name,
        last_name,
        country,
        first_order,
        most_recent_order,
        number_of_orders,
        customer_lifetime_value
    from {{ source('jaffle', 'customers') }}
),

shop_users as (
    select * from {{ ref('stg_shop_users') }}
),

shop_orders as (
    select
        user_id,
        min(order_date) as first_order,
        max(order_date) as most_recent_order,
        count(*) as number_of_orders,
        sum(revenue) as revenue
    from {{ ref('stg_shop_orders') }}
    where is_counted
    group by user_id
),

-- Customers of any of the three: a customer with a rejected row in the export or a deleted account
-- can have orders.
known as (
    select customer_id from jaffle_customers
    union distinct
    select user_id as customer_id from shop_users
    union distinct
    select user_id as customer_id from shop_orders
),

joined as (
    select
        known.customer_id,
        coalesce(
            shop_users.full_name,
            nullif(
                trim(
                    coalesce(jaffle_customers.first_name, '')
                    || ' ' || coalesce(jaffle_customers.last_name, '')
                ),
                ''
            )
        ) as full_name,
        coalesce(shop_users.country, jaffle_customers.country) as country,
        shop_users.signup_channel,
        coalesce(jaffle_customers.number_of_orders, 0) as jaffle_orders,
        coalesce(jaffle_customers.customer_lifetime_value, 0) as jaffle_value,
        coalesce(shop_orders.number_of_orders, 0) as online_orders,
        coalesce(shop_orders.revenue, 0) as online_value,
        least(
            coalesce(jaffle_customers.first_order, shop_orders.first_order),
            coalesce(shop_orders.first_order, jaffle_customers.first_order)
        ) as first_order_date,
        greatest(
            coalesce(jaffle_customers.most_recent_order, shop_orders.most_recent_order),
            coalesce(shop_orders.most_recent_order, jaffle_customers.most_recent_order)
        ) as last_order_date
    from known
    left join jaffle_customers on known.customer_id = jaffle_customers.customer_id
    left join shop_users on known.customer_id = shop_users.user_id
    left join shop_orders on known.customer_id = shop_orders.user_id
),

final as (
    select
        customer_id,
        full_name,
        country,
        signup_channel,
        jaffle_orders,
        cast(jaffle_value as decimal(18, 2)) as jaffle_value,
        online_orders,
        cast(online_value as decimal(18, 2)) as online_value,
        jaffle_orders + online_orders as total_orders,
        cast(jaffle_value + online_value as decimal(18, 2)) as total_value,
        first_order_date,
        last_order_date,
        case
            when jaffle_orders + online_orders = 0 then 'prospect'
            when jaffle_orders + online_orders = 1 then 'new'
            when jaffle_orders + online_orders < 10 then 'returning'
            else 'loyal'
        end as segment
    from joined
)

select * from final

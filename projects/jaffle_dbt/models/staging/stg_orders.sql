-- The test that every customer exists reads this table, so both are built in one run.
-- depends_on: {{ ref('stg_customers') }}
with source as (
    select
        id,
        user_id,
        order_date,
        status
    from {{ ref('raw_orders') }}
    where {{ var('demo_orders') }}
),

final as (
    select
        id as order_id,
        user_id as customer_id,
        order_date,
        status
    from source
)

select * from final

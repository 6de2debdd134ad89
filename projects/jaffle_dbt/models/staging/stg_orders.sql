-- Its test that every customer is known reads this table, so the two are built in one run.
-- depends_on: {{ ref('stg_customers') }}
with source as (
    select
        id,
        user_id,
        order_date,
        status
    from {{ ref('raw_orders') }}
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

-- The test that every order exists reads this table, so both are built in one run.
-- depends_on: {{ ref('stg_orders') }}
with source as (
    select
        id,
        order_id,
        payment_method,
        amount
    from {{ ref('raw_payments') }}
    where {{ var('demo_orders') }}
),

final as (
    select
        id as payment_id,
        order_id,
        payment_method,
        {{ cents_to_euros('amount') }} as amount
    from source
)

select * from final

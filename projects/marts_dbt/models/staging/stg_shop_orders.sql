-- The test that every user exists reads this table, so both are built in one run.
-- depends_on: {{ ref('stg_shop_users') }}
with source as (
    select
        id,
        user_id,
        channel,
        status,
        currency,
        {{ euros('amount', 'currency') }} as amount,
        {{ shop_time('ordered_at') }} as ordered_at
    from {{ source('shop_public', 'orders') }}
    where not coalesce(_fivetran_deleted, false)
),

final as (
    select
        id as order_id,
        user_id,
        channel,
        status,
        currency,
        amount,
        ordered_at,
        cast(ordered_at as date) as order_date,
        status <> 'canceled' as is_counted,
        case when status in ('canceled', 'returned') then 0 else amount end as revenue
    from source
)

select * from final

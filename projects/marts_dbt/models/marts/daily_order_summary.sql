with final as (
    select
        order_date,
        channel,
        orders,
        customers,
        revenue,
        source_synced_at
    from {{ ref('int_shop_order_days') }}
    where channel is not null
)

select * from final

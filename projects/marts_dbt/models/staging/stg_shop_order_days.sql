with source as (
    select
        cast({{ to_utc('ordered_at') }} as date) as order_date,
        {{ to_utc('_fivetran_synced') }} as synced_at
    from {{ source('shop_public', 'orders') }}
),

final as (
    select
        order_date,
        max(synced_at) as source_synced_at
    from source
    group by order_date
)

select * from final

-- The requested days and all days built before. A day without counted orders has one row without a
-- channel, so that the table states which days were built and an order that arrives late is found.
with requested as (
    {{ requested_days() | indent(4) }}
),

days as (
    select order_date from requested
    {%- if is_incremental() %}
        union distinct
        select order_date from {{ this }}
    {%- endif %}
),

-- Deleted orders are included, because a deletion changes its day.
synced as (
    select
        {{ shop_day('ordered_at') }} as order_date,
        max({{ to_utc('_fivetran_synced') }}) as source_synced_at
    from {{ source('shop_public', 'orders') }}
    group by {{ shop_day('ordered_at') }}
),

orders as (
    select * from {{ ref('stg_shop_orders') }}
    where is_counted
),

computed as (
    select
        days.order_date,
        orders.channel,
        count(orders.is_counted) as orders,
        count(distinct orders.user_id) as customers,
        cast(coalesce(sum(orders.revenue), 0) as decimal(18, 2)) as revenue,
        max(synced.source_synced_at) as source_synced_at
    from days
    left join synced on days.order_date = synced.order_date
    left join orders on days.order_date = orders.order_date
    group by
        days.order_date,
        orders.channel
),

built as (
    select
        order_date,
        channel,
        orders,
        customers,
        revenue,
        source_synced_at
    from {{ this if is_incremental() else 'computed' }}
    where {{ is_incremental() | lower }}
),

-- Days whose rows differ: new ones, and those whose orders were changed, moved to another day,
-- deleted or restored since.
changed as (
    (
        select * from computed
        except
        select * from built
    )
    union distinct
    (
        select * from built
        except
        select * from computed
    )
),

final as (
    select * from computed
    where order_date in (select changed.order_date from changed)
)

select * from final

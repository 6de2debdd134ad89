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
        count(orders.order_id) as orders,
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

-- Only days whose rows differ are written: new ones, and those whose orders were changed, moved to
-- another day, deleted or restored since.
final as (
    select computed.*
    from computed
    {%- if is_incremental() %}
        where
            computed.order_date in (
                select changed.order_date
                from (
                    (
                        select
                            order_date,
                            channel,
                            orders,
                            customers,
                            revenue,
                            source_synced_at
                        from computed
                        except
                        select
                            order_date,
                            channel,
                            orders,
                            customers,
                            revenue,
                            source_synced_at
                        from {{ this }}
                    )
                    union distinct
                    (
                        select
                            order_date,
                            channel,
                            orders,
                            customers,
                            revenue,
                            source_synced_at
                        from {{ this }}
                        except
                        select
                            order_date,
                            channel,
                            orders,
                            customers,
                            revenue,
                            source_synced_at
                        from computed
                    )
                ) as changed
            )
    {%- endif %}
)

select * from final

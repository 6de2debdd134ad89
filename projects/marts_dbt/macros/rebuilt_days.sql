{#- Condition on a column of dates for the days that the run rebuilds: the requested days, and
    those built before whose source rows have been synced since. Days that were neither requested
    nor built before are not built.

    Each day has its own watermark. One watermark for the whole table would miss a change of a day
    that was synced before another day was built. -#}
{% macro rebuilt_days(column) -%}
    {%- set requested = requested_days(column) | trim -%}
    {%- if not requested -%}
    1 = 1
    {%- elif not is_incremental() -%}
    {{ requested }}
    {%- else -%}
    (
        {{ requested }}
        or {{ column }} in (
            select built.order_date
            from (
                select
                    order_date,
                    min(source_synced_at) as source_synced_at
                from {{ this }}
                group by order_date
            ) as built
            inner join {{ ref('stg_shop_order_days') }} as source_days
                on built.order_date = source_days.order_date
            where source_days.source_synced_at > built.source_synced_at
        )
    )
    {%- endif -%}
{%- endmacro %}

{#- A timestamp as UTC without an offset, whether or not the source has a time zone. The result does
    not depend on the time zone of the machine, as a plain cast would.

    Args:
        column: A column or expression.
        zone: Time zone of values without one, such as Europe/Amsterdam. -#}
{% macro to_utc(column, zone='UTC') -%}
    {{ adapter.dispatch('to_utc', 'marts_dbt')(column, zone) }}
{%- endmacro %}

{#- `epoch_us` reads both types as they are written: a timestamp with an offset as UTC. -#}
{% macro default__to_utc(column, zone) -%}
    {%- set written = 'make_timestamp(epoch_us(' ~ column ~ '))' -%}
    {%- if zone == 'UTC' -%}
        {{ written }}
    {%- else -%}
        case
            when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE' then {{ written }}
            else timezone('UTC', timezone('{{ zone }}', {{ written }}))
        end
    {%- endif -%}
{%- endmacro %}

{#- A timestamp of the online shop as UTC; the shop's time zone is a variable. -#}
{% macro shop_time(column) -%}
    {{ to_utc(column, var('shop_time_zone')) }}
{%- endmacro %}

{#- The day, in UTC, of a timestamp of the online shop. -#}
{% macro shop_day(column) -%}
    cast({{ shop_time(column) }} as date)
{%- endmacro %}

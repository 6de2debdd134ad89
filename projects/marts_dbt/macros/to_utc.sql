{#- A timestamp as UTC without an offset. A plain cast to timestamp would return the time in the
    machine's time zone, and near midnight another day. -#}
{% macro to_utc(column) -%}
    {{ adapter.dispatch('to_utc', 'marts_dbt')(column) }}
{%- endmacro %}

{% macro default__to_utc(column) -%}
    cast({{ column }} at time zone 'UTC' as timestamp)
{%- endmacro %}

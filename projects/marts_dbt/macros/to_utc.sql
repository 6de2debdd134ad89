{#- A point in time as UTC without an offset. A plain cast to timestamp would give the time of the
    machine's own zone, and a day of another calendar near midnight. -#}
{% macro to_utc(column) -%}
    {{ adapter.dispatch('to_utc', 'marts_dbt')(column) }}
{%- endmacro %}

{% macro default__to_utc(column) -%}
    cast({{ column }} at time zone 'UTC' as timestamp)
{%- endmacro %}

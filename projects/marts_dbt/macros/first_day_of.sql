{#- The first day of the week (a Monday) or month that a date lies in, as a date. -#}
{% macro first_day_of(period, column) -%}
    cast({{ dbt.date_trunc(period, column) }} as date)
{%- endmacro %}

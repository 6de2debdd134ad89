{#- First day of the week (Monday) or month of a date, as a date. -#}
{% macro first_day_of(period, column) -%}
    cast({{ dbt.date_trunc(period, column) }} as date)
{%- endmacro %}

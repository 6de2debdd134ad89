{#- Whole cents as an exact decimal. Multiplied, not divided: division makes a double on DuckDB and
    a wider decimal on Spark. -#}
{% macro cents_to_euros(column) -%}
    cast({{ column }} * 0.01 as decimal(18, 2))
{%- endmacro %}

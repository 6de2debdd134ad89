{#- Cents as an exact decimal of euros. The factor is multiplied, because a division returns a
    double on DuckDB and a wider decimal on Spark. -#}
{% macro cents_to_euros(column) -%}
    cast({{ column }} * 0.01 as decimal(18, 2))
{%- endmacro %}

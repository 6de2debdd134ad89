{#- A quotient as an exact decimal, half a unit rounded up; null for a divisor of 0. DuckDB divides
    decimals as floating-point numbers, where 68.49 / 2 is a little less than 34.245. The floor of
    whole numbers is exact.

    Args:
        dividend: A column or expression, with at most this number of digits after the point.
        divisor: A column or expression of whole numbers.
        digits: Digits after the point. -#}
{% macro quotient(dividend, divisor, digits) -%}
    {%- set units = '(' ~ dividend ~ ') * ' ~ 10 ** digits -%}
    {%- set rounded = 'floor((2 * ' ~ units ~ ' + ' ~ divisor ~ ') / nullif(2 * (' ~ divisor ~ '), 0))' -%}
    cast({{ rounded }} as bigint) * {{ '%.*f' % (digits, 10 ** -digits) }}
{%- endmacro %}

{#- An amount in euros, rounded to cents, by the rates in the variable `euros_per_unit`; null for a
    currency without a rate. The product has 38 digits: with fewer, DuckDB would refuse ten million
    rupiahs.

    Args:
        amount: A column or expression. Floating-point numbers are first rounded to four digits, so
            that 1.005 becomes 1.01 as it does as a decimal.
        currency: A column or expression of currency codes (ISO 4217). -#}
{% macro euros(amount, currency) -%}
    {%- set rates = [] -%}
    {%- for code, rate in var('euros_per_unit').items() -%}
        {%- do rates.append("when '" ~ code ~ "' then cast(" ~ rate ~ " as decimal(12, 8))") -%}
    {%- endfor -%}
    {%- set rate = 'case ' ~ currency ~ ' ' ~ rates | join(' ') ~ ' end' -%}
    cast(cast({{ amount }} as decimal(25, 4)) * {{ rate }} as decimal(18, 2))
{%- endmacro %}

{#- Query for the days that the run requests, one row each: from start_date up to and excluding
    end_date. Without the two variables, all days from the first order in the source to the last. -#}
{% macro requested_days() -%}
    {%- set start_date = var('start_date') -%}
    {%- set end_date = var('end_date') -%}
    {%- set earliest = 'min(order_date)' -%}
    {%- set latest = 'max(order_date)' -%}
    {%- if (start_date is none) != (end_date is none) -%}
        {{ exceptions.raise_compiler_error(
            "Set both start_date and end_date or neither: start_date is " ~ start_date ~ ", end_date is " ~ end_date
        ) }}
    {%- elif start_date is not none -%}
        {%- set first = parsed_day('start_date', start_date) -%}
        {%- set after = parsed_day('end_date', end_date) -%}
        {%- if first >= after -%}
            {{ exceptions.raise_compiler_error(
                "There is no day from start_date " ~ first ~ " to end_date " ~ after
                ~ ": end_date is the day after the last day to build"
            ) }}
        {%- endif -%}
        {%- if execute and flags.FULL_REFRESH -%}
            {{ exceptions.raise_compiler_error(
                "--full-refresh with start_date and end_date would drop every other day of '" ~ model.name
                ~ "': remove --full-refresh or the two variables"
            ) }}
        {%- endif -%}
        {%- set earliest = "cast('" ~ first ~ "' as date)" -%}
        {%- set latest = "cast('" ~ (after - modules.datetime.timedelta(days=1)) ~ "' as date)" -%}
    {%- endif -%}
    select {{ days_between(earliest, latest) }} as order_date
    {%- if start_date is none %}
    from {{ ref('stg_shop_orders') }}
    {%- endif %}
{%- endmacro %}

{#- The ISO date in a variable, which YAML may have parsed as a date. -#}
{% macro parsed_day(name, value) -%}
    {%- set text = value | string -%}
    {%- if not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', text) -%}
        {{ exceptions.raise_compiler_error(name ~ " is '" ~ text ~ "': write a date such as 2024-01-31") }}
    {%- endif -%}
    {%- do return(modules.datetime.date.fromisoformat(text)) -%}
{%- endmacro %}

{#- All days from one date to another, one row each; no row if the dates are null. -#}
{% macro days_between(first, last) -%}
    {{ adapter.dispatch('days_between', 'marts_dbt')(first, last) }}
{%- endmacro %}

{% macro default__days_between(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}

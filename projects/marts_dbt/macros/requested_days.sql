{#- The days that this run was asked for, as a condition on a column of dates: start_date and after,
    before end_date. Empty when the run was asked for everything. -#}
{% macro requested_days(column) -%}
    {%- set start_date = var('start_date') -%}
    {%- set end_date = var('end_date') -%}
    {%- if (start_date is none) != (end_date is none) -%}
        {{ exceptions.raise_compiler_error(
            "start_date and end_date belong together: start_date is " ~ start_date ~ ", end_date is " ~ end_date
        ) }}
    {%- elif start_date is not none -%}
        {%- set first = parsed_day('start_date', start_date) -%}
        {%- set after = parsed_day('end_date', end_date) -%}
        {%- if first >= after -%}
            {{ exceptions.raise_compiler_error(
                "No day lies from start_date " ~ first ~ " up to end_date " ~ after
                ~ ": end_date is the day after the last one wanted"
            ) }}
        {%- endif -%}
        {%- if execute and flags.FULL_REFRESH -%}
            {{ exceptions.raise_compiler_error(
                "--full-refresh with start_date and end_date would drop every other day of '" ~ model.name
                ~ "': leave out the one or the other"
            ) }}
        {%- endif -%}
        {{ column }} >= cast('{{ first }}' as date) and {{ column }} < cast('{{ after }}' as date)
    {%- endif -%}
{%- endmacro %}

{#- An ISO date out of a variable's value, which YAML may have made a date of. -#}
{% macro parsed_day(name, value) -%}
    {%- set text = value | string -%}
    {%- if not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', text) -%}
        {{ exceptions.raise_compiler_error(name ~ " is '" ~ text ~ "': write a date such as 2024-01-31") }}
    {%- endif -%}
    {%- do return(modules.datetime.date.fromisoformat(text)) -%}
{%- endmacro %}

{%- set totals = namespace(n=0) -%}
{%- set comma = joiner(', ') -%}
{%- set parity = cycler('even', 'odd') -%}
select {% for i in range(3) -%}
    {%- set totals.n = totals.n + i -%}
    {{ comma() }}{{ i }} as {{ parity.next() }}_{{ i }}
{%- endfor %}, {{ totals.n }} as n, '{{ dict(a=1, b=2).keys() | join("-") }}' as names,
    '{{ modules.pytz.timezone("Europe/Berlin").localize(modules.datetime.datetime(2026, 7, 1)).isoformat() }}' as summer,
    cast(null as {{ dbt.type_int() }}) as whole

{%- set columns = kit.listed(['a', 'b']) -%}
{% set totals = {'n': 0} %}
select
{% for column in columns %}
    sum({{ column }}) as {{ column | lower }}{{ ',' if not loop.last }}{% do totals.update({'n': totals.n + 1}) %}
    {%- if loop.index > 5 %}{% break %}{% endif %}
{% endfor %}
    , {{ totals.n }} as n, {{ fibonacci(6) }} as f
from {{ ref('simple') }}
where x = {{ kit.label('z') }} and y in {% call kit.wrapped() %}1, 2{% endcall %}

select {{ dbt.date_trunc('month', 'day') }} as m, {{ dbt.dateadd('day', 1, 'day') }} as d,
    {{ datediff('day', 'now()', 'hour') }} as x, cast(1 as {{ dbt.type_string() }}) as s, cast(1 as {{ type_numeric() }}) as n,
    {{ dbt.concat(['a', 'b']) }} as c, {{ dbt.safe_cast('a', 'int') }} as k, {{ current_timestamp() }} as t,
    {{ dbt.split_part('a', "','", 1) }} as p, {{ dbt.hash('a') }} as h, {{ dbt.listagg('a', "','") }} as l
from ({{ dbt.generate_series(5) }}) as g

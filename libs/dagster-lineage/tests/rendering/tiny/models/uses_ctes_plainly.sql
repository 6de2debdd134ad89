select * from {{ ref('inner_cte') }}

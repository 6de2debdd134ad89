with recursive r as (select one from {{ ref('inner_cte') }} union all select one + 1 from r where one < 3) select * from r

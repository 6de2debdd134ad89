-- a comment
WITH y as (select * from {{ ref('outer_cte') }})
select * from y join {{ ref('inner_cte') }} using (one)

-- A day that is inserted without being deleted first would be counted twice.
select
    order_date,
    channel,
    count(*) as found
from {{ ref('daily_order_summary') }}
group by
    order_date,
    channel
having count(*) > 1

-- A day that was inserted without being deleted first would count twice.
select
    order_date,
    channel,
    count(*) as found
from {{ ref('daily_order_summary') }}
group by
    order_date,
    channel
having count(*) > 1

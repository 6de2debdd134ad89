select date_day from ({{ dbt.date_spine('day', "'2024-01-01'::date", "'2024-01-05'::date") }}) as z

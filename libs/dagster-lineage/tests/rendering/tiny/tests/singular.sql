select * from {{ ref('latest') }} where price < 0

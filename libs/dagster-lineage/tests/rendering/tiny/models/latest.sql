select * from {{ ref('priced') }} union all select * from {{ ref('tiny', 'priced', v=1) }}

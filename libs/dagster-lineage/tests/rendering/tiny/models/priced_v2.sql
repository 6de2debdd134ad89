select id, {{ kit.cents('price', digits=3) }} as price from {{ ref('simple') }}

select id, {{ kit.cents('price') }} as price from {{ ref('simple') }}

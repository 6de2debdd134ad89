select * from {{source( "shop" , 'customers')}} {# nothing #}
-- {{ ref('simple') }}

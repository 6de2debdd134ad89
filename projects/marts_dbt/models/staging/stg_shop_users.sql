with source as (
    select
        id,
        full_name,
        country,
        signup_channel,
        created_at
    from {{ source('shop_public', 'users') }}
    where not coalesce(_fivetran_deleted, false)
),

final as (
    select
        id as user_id,
        full_name,
        country,
        signup_channel,
        {{ shop_time('created_at') }} as created_at
    from source
)

select * from final

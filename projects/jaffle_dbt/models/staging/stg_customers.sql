with source as (
    select
        id,
        first_name,
        last_name,
        country,
        signed_up_on
    from {{ source('jaffle_shop', 'raw_customers') }}
),

final as (
    select
        id as customer_id,
        first_name,
        last_name,
        country,
        signed_up_on
    from source
)

select * from final

{{ config(materialized='ephemeral') }} with x as (select * from {{ ref('inner_cte') }}) select * from x

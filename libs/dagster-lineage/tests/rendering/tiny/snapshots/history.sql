{% snapshot history %}
{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='snaps') }}
select * from {{ ref('simple') }}
{% endsnapshot %}

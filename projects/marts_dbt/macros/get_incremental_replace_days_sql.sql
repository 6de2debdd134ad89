{#- Incremental strategy `replace_days`: delete the days that the run computes anew, whole, then
    insert what it computed. `delete+insert` deletes only the days that come back, so that a day
    whose last order was cancelled or deleted would stay for ever; `merge` would keep a channel that
    has vanished from a day. Both statements are one transaction. -#}
{% macro get_incremental_replace_days_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ rebuilt_days('order_date') }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

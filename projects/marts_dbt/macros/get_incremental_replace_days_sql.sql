{#- Incremental strategy `replace_days`: delete all rows of the days that the run rebuilds, then
    insert their new rows. `delete+insert` deletes only days that have new rows, so it would keep a
    day whose last order was canceled or deleted; `merge` would keep a channel that has no orders
    left. Both statements are one transaction. -#}
{% macro get_incremental_replace_days_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ rebuilt_days('order_date') }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

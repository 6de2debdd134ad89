{#- The schema that the folder names, as it is, in every environment: the asset key of a table is
    [schema, name], and environments differ by their files. dbt's own macro would put the target's
    schema in front. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none and node.resource_type in ('model', 'seed', 'snapshot') -%}
        {{ exceptions.raise_compiler_error(
            node.resource_type ~ " '" ~ node.name ~ "' (" ~ node.original_file_path ~ ") has no schema: "
            ~ "give its folder a +schema in dbt_project.yml"
        ) }}
    {%- endif -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

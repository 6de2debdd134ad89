{#- The `+schema` of the folder, unchanged, in every environment: the asset key of a table is
    [schema, name], and each environment has its own files. dbt's default macro adds the target's
    schema in front. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none and node.resource_type in ('model', 'seed', 'snapshot') -%}
        {{ exceptions.raise_compiler_error(
            node.resource_type ~ " '" ~ node.name ~ "' (" ~ node.original_file_path ~ ") has no schema: "
            ~ "set +schema for its folder in dbt_project.yml"
        ) }}
    {%- endif -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

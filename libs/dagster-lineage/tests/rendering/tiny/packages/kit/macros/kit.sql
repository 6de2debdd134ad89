{% macro cents(column, digits=2) %}{{ return(adapter.dispatch('cents', 'kit')(column, digits)) }}{% endmacro %}
{% macro default__cents(column, digits) -%} ({{ column }} / 100)::numeric(16, {{ digits }}) {%- endmacro %}
{% macro postgres__cents(column, digits) -%} wrong {%- endmacro %}
{% macro label(text) -%} {{ kit.quoted(text) }} {%- endmacro %}
{% macro quoted(text) -%} '{{ text }} of kit' {%- endmacro %}
{% macro flavour() -%} '{{ var("flavour", "plain") }}' {%- endmacro %}
{% macro listed(names) %}{% do return(names | map('upper') | list) %}{% endmacro %}
{% macro wrapped() %}( {{ caller() }} ){% endmacro %}
{% macro secret_default() %}default{% endmacro %}
{% macro _checked(relation, used_in) %}{% if relation is not mapping %}{% do exceptions.raise_compiler_error(used_in ~ ' needs a relation') %}{% endif %}{{ return(relation) }}{% endmacro %}
{% macro count_rows(relation) -%} (select count(*) from {{ kit._checked(relation, 'count_rows') }}) {%- endmacro %}
{% macro _name(text) -%} '{{ text }}' {%- endmacro %}

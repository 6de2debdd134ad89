{% macro duckdb__cents(column, digits) -%} round({{ column }} / 100.0, {{ digits }}) {%- endmacro %}
{% macro secret_default() -%} 'the root wins' {%- endmacro %}
{% macro quoted(text) -%} 'quoted of root' {%- endmacro %}
{% macro fibonacci(n) -%}{% if n < 2 %}{{ n }}{% else %}{{ fibonacci(n - 1) | int + fibonacci(n - 2) | int }}{% endif %}{%- endmacro %}

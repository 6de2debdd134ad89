select '{{ this.identifier }}' as a, '{{ this }}' as b, '{{ target.type }}' as c, '{{ model.name }}' as d,
    '{{ config.get("materialized") }}' as e, {{ var('limit') }} as f, '{{ var("start") }}' as g,
    '{{ var("unset", "fallback") }}' as h, '{{ env_var("SURELY_NOT_SET_HERE", "none") }}' as i,
    '{{ tojson({"a": [1]}) }}' as j, {{ fromjson('{"k": 3}').k }} as k, '{{ ref("simple").schema }}' as l,
    '{{ (modules.datetime.date(2024, 1, 31) + modules.datetime.timedelta(days=1)).isoformat() }}' as m,
    '{{ modules.re.sub("o+", "0", "foo") }}' as n, '{{ local_md5("x") }}' as o, {{ zip([1], [2]) | list | length }} as p,
    '{{ ref("simple").include(database=false) }}' as q, {{ execute }} as r, '{{ project_name }}' as s,
    '{{ builtins.ref("simple") }}' as t, {{ set([1, 1]) | length }} as u, '{{ adapter.quote("v") }}' as v,
    '{{ context["model"]["name"] }}' as w, '{{ api.Relation.create(schema="a", identifier="b") }}' as x
{{ log('said', info=true) }}

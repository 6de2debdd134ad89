select {{ kit.count_rows(ref('simple')) }} as a,
    '{{ kit._checked(ref("simple"), "model").identifier }}' as b,
    '{{ kit["_checked"](ref("simple"), "model").identifier }}' as c,
    {{ kit._name('d') }} as d, {{ kit.get('_name')('e') }} as e,
    '{{ kit.no_such_macro is defined }}' as f, '{{ "_name" in kit }}' as g,
    {{ context['kit']['_name']('h') }} as h

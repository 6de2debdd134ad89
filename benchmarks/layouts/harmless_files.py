"""Harmless additions to projects, and harmless edits of Python."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.layouts.places import (
    EXPORTS,
    FEATURES,
    marts,
)
from benchmarks.layouts.python_locations import feature_text, features, python_key
from benchmarks.layouts.teams import Plan
from benchmarks.synthetic.harmless_files import PYTHON_EDITS
from benchmarks.synthetic.plants import Edit, Plant


def project_extended(plan: Plan) -> Iterator[Plant]:
    """Add a macro, an analysis, an exposure, a test, documentation and a variable."""
    for number in range(6):
        for project in plan.projects:
            folder, name = project.folder, f"{project.name}_{number}"
            first = project.marts[0].name
            new_files = {
                "macro": (
                    f"macros/m_{name}.sql",
                    f"{{% macro _m_{name}(x) %}}{{{{ return(x) }}}}{{% endmacro %}}\n",
                ),
                "analysis": (f"analyses/a_{name}.sql", "select nothing from nowhere\n"),
                "exposure": (
                    "models/_exposures.yml",
                    (
                        f"exposures:\n  - name: board_{name}\n    type: dashboard\n"
                        f"    owner: {{name: 'team:{project.name}'}}\n"
                        f"    depends_on: [\"ref('{first}')\"]\n"
                    ),
                ),
                "singular test": (
                    f"tests/t_{name}.sql",
                    f"select * from {{{{ ref('{first}') }}}} where parent_id < 0\n",
                ),
                "documentation": (
                    f"models/docs_{name}.md",
                    f"{{% docs d_{name} %}}ref('nothing'){{% enddocs %}}\n",
                ),
            }
            edits = {
                what: Edit(f"{folder}/{file}", None, text)
                for what, (file, text) in new_files.items()
            }
            edits["variable"] = Edit(
                f"{folder}/dbt_project.yml",
                "profile:",
                f"vars: {{days_{name}: 3}}\nprofile:",
                ("config-version: 2\n",),
            )
            what, edit = list(edits.items())[number]
            yield Plant("project", what, (edit,), touches=frozenset({f"{what} {project.name}"}))


def feature_rewritten(plan: Plan) -> Iterator[Plant]:
    """Rewrite a feature with the same meaning."""
    edits = [
        (what, change)
        for what, change in PYTHON_EDITS.items()
        if what not in ("dependencies in a constant", "the function renamed")
    ]
    for feature in features(plan):
        what, change = edits[feature.number % len(edits)]
        old = feature_text(feature)
        new = change(old)
        if new != old:
            yield Plant(
                "Python",
                what,
                (Edit(FEATURES, old, new),),
                touches=frozenset({f"ml/{feature.name}"}),
            )


def python_extended(plan: Plan) -> Iterator[Plant]:
    """Add exports, archived months, raw tables, numbered siblings: where keys are composed."""
    for number, (_, mart) in enumerate(marts(plan, 3)):
        if len(mart.key) < 2:
            continue
        text = f'    "export_more_{number}": "{mart.key[0]}.{mart.key[1]}",\n'
        yield Plant(
            "Python",
            "one more composed dependency",
            (Edit(EXPORTS, "EXPORTS = {\n", f"EXPORTS = {{\n{text}", ('"""',)),),
            touches=frozenset({f"export {number}"}),
        )
        if number < 2 * len(plan.ingested):
            project = plan.ingested[number % len(plan.ingested)]
            head = f'    "{project.name}": [\n'
            yield Plant(
                "Python",
                "one more raw table",
                (
                    Edit(
                        "ingestion/definitions.py",
                        head,
                        f'{head}        "{project.raw[0].name}_{number}",\n',
                        ("SYSTEMS",),
                    ),
                ),
                touches=frozenset({f"raw {project.name} {number}"}),
            )
        month = f"events_201{2 + number % 6}_{1 + number % 12:02}"
        extra = (
            f'@dg.asset(key=["ml", "more_{number:02}"], owners=["team:ml"], '
            f'deps=[["archive", "{month}"], ["salesforce", "more_{number}"], {python_key(mart)}])\n'
            f'def more_{number:02}() -> None:\n    """One more."""\n\n\n'
        )
        yield Plant(
            "Python",
            "one more numbered sibling",
            (
                Edit(
                    FEATURES, "defs = dg.Definitions(", extra + "defs = dg.Definitions(", ('"""',)
                ),
                Edit(
                    FEATURES,
                    "    assets=[\n",
                    f"    assets=[\n        more_{number:02},\n",
                    ("defs = ",),
                ),
            ),
            touches=frozenset({f"more {number}"}),
        )

"""Harmless edits of YAML and Python, and of SQL without foreign readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from benchmarks.synthetic.files import MACROS, model_yaml
from benchmarks.synthetic.index import Index, edit_python, edit_yaml, python_file, yaml_file
from benchmarks.synthetic.plants import Edit, Plant
from benchmarks.synthetic.python_files import asset_text
from benchmarks.synthetic.tables import ROLES, Model

SPELLINGS = {
    "varchar": "string",
    "bigint": "int8",
    "integer": "int",
    "decimal(18, 2)": "numeric(18,2)",
    "double": "float8",
    "timestamp": "datetime",
    "boolean": "bool",
}
"""Other names that DuckDB has for its types."""


def column_blocks(block: str) -> tuple[str, list[str]]:
    """Return the head of a model's or source's YAML, and the text of each column."""
    head, _, columns = block.partition("columns:\n")
    indent = re.match(r" +", columns)
    start = f"{indent.group() if indent else ''}- name: "
    parts = [f"{start}{part}" for part in columns.split(start) if part]
    return f"{head}columns:\n", parts


def _flow(block: str) -> str:
    """Write columns that have only a name and a type on one line each."""
    return re.sub(
        r"( +)- name: (\S.*)\n +data_type: (.+)\n(?! +constraints)",
        lambda found: f'{found[1]}- {{name: {found[2]}, data_type: "{found[3]}"}}\n',
        block,
    )


def _key_in_lines(block: str) -> str:
    return re.sub(
        r"( +)meta: \{dagster: \{asset_key: \[(\S+), (\S+)\]\}\}\n",
        r"\1meta:\n\1  dagster:\n\1    asset_key:\n\1      - \2\n\1      - \3\n",
        block,
    )


def _other_spelling(block: str) -> str:
    for type_, other in SPELLINGS.items():
        block = block.replace(f"data_type: {type_}\n", f"data_type: {other}\n")
    return block


def _reversed_columns(block: str) -> str:
    head, parts = column_blocks(block)
    return head + "".join(reversed(parts))


SOURCE_EDITS: dict[str, Callable[[str], str]] = {
    "columns in another order": _reversed_columns,
    "columns on one line each": _flow,
    "key written in lines": _key_in_lines,
    "types in another spelling": _other_spelling,
    "another description": lambda text: text.replace("Published by", "As it is published by", 1),
    "a comment": lambda text: text.replace(
        "\n        config:", "\n        # agreed in May\n        config:"
    ),
    "key in quotes": lambda text: re.sub(
        r"asset_key: \[(\S+), (\S+)\]", r'asset_key: ["\1", "\2"]', text
    ),
    "a type less": lambda text: re.sub(r"\n +data_type: .*", "", text, count=1),
    "no column declared but the first": lambda text: (
        column_blocks(text)[0] + column_blocks(text)[1][0]
    ),
    "loader and tags": lambda text: text.replace(
        "        config:\n", "        tags: [foreign]\n        config:\n", 1
    ),
    "its identifier said": lambda text: re.sub(
        r"( +)- name: (\S+)\n", r"\1- name: \2\n\1  identifier: \2\n", text, count=1
    ),
}


def source_rewritten(index: Index) -> Iterator[Plant]:
    """Rewrite the YAML of a source with the same meaning, or less."""
    edits = list(SOURCE_EDITS.items())
    for number, reader in enumerate(index.foreign()):
        what, change = edits[number % len(edits)]
        block = index.block(reader)
        new = change(block)
        if new != block:
            edit = Edit(reader.sources_file, block, new)
            yield Plant(
                "YAML", f"source: {what}", (edit,), touches=frozenset({index.source(reader)})
            )


def _with_test(block: str) -> str:
    head, parts = column_blocks(block)
    for number, part in enumerate(parts):
        if "data_tests" not in part:
            parts[number] = part + "        data_tests: [not_null]\n"
            break
    return head + "".join(parts)


MODEL_EDITS: dict[str, Callable[[str], str]] = {
    "columns in another order": _reversed_columns,
    "another description": lambda text: text.replace(" of its inputs.", " of what it reads.", 1),
    "a folded description": lambda text: re.sub(
        r"    description: (.*)\n",
        r"    description: >\n      \1\n      And more.\n",
        text,
        count=1,
    ),
    "a new test": _with_test,
    "a comment": lambda text: text.replace(
        "    columns:\n", "    # all of them\n    columns:\n", 1
    ),
    "columns described": lambda text: text.replace("description: The ", "description: That "),
}


def model_rewritten(index: Index) -> Iterator[Plant]:
    """Rewrite the YAML of a model with the same meaning, or more tests."""
    edits = list(MODEL_EDITS.items())
    models = _models_in_turn(index)
    for number, model in enumerate(models):
        what, change = edits[number % len(edits)]
        block = model_yaml(model)
        new = change(block)
        if new != block:
            yield Plant(
                "YAML",
                f"model: {what}",
                (edit_yaml(model, new),),
                touches=frozenset({model.table.key}),
            )


def _models_in_turn(index: Index) -> Iterator[Model]:
    deepest = max(len(project.models) for project in index.repository.projects)
    for number in range(deepest):
        for project in index.repository.projects:
            if number < len(project.models):
                yield project.models[-1 - number]


def constraint_added(index: Index) -> Iterator[Plant]:
    """Add a not null constraint to a published column."""
    for model in index.public():
        role = next(role for role in model.table.columns if role != "id")
        head, parts = column_blocks(model_yaml(model))
        number = list(model.table.columns).index(role)
        parts[number] += "        constraints: [{type: not_null}]\n"
        yield Plant(
            "constraint",
            "one more not null",
            (edit_yaml(model, head + "".join(parts)),),
            touches=index.needs(model),
        )


def project_edited(index: Index) -> Iterator[Plant]:
    """Edit files of the whole project."""
    for number, project in enumerate(index.repository.projects):
        folder = f"projects/{project.name}"
        definitions = f"{folder}/src/{project.name}/definitions.py"
        seed = project.seeds[0]
        kind = number % 7
        edits: tuple[Edit, ...]
        if kind == 0:
            what = "a new macro"
            edits = (Edit(f"{folder}/macros/new.sql", None, "{% macro one() %}1{% endmacro %}\n"),)
        elif kind == 1:
            what = "a new exposure"
            name = project.public[-1].table.name
            text = (
                "exposures:\n  - name: new_board\n    type: notebook\n    owner:\n"
                f"      name: team:{project.domain}\n    depends_on:\n      - ref('{name}')\n"
            )
            edits = (Edit(f"{folder}/models/_more_exposures.yml", None, text),)
        elif kind == 2:
            what = "a macro in another file"
            head = MACROS[: MACROS.index("{% macro rounded")]
            edits = (
                Edit(f"{folder}/macros/expressions.sql", head, ""),
                Edit(f"{folder}/macros/clean_code.sql", None, head),
            )
        elif kind == 3:
            what = "a new seed"
            edits = (Edit(f"{folder}/seeds/raw_extra.csv", None, "id,label\n1,one\n"),)
        elif kind == 4:
            what = "the manifest's path inline"
            edits = (
                Edit(
                    definitions,
                    'MANIFEST = PROJECT_DIR / "target" / "manifest.json"\n',
                    'TARGET = PROJECT_DIR / "target"\nMANIFEST = TARGET / "manifest.json"\n',
                ),
            )
        elif kind == 5:
            what = "a longer docstring"
            edits = (
                Edit(definitions, f'"""The models of team {project.domain}."""', '"""Models."""'),
            )
        else:
            what = "a separate test over a seed"
            sql = f"select * from {{{{ ref('{seed.name}') }}}} where id < 0\n"
            edits = (Edit(f"{folder}/tests/{seed.name}_is_positive.sql", None, sql),)
        yield Plant("project", what, edits, touches=frozenset({f"project {project.name}"}))


PYTHON_EDITS: dict[str, Callable[[str], str]] = {
    "a longer docstring": lambda text: text.replace(
        '"""A feature."""', '"""A feature, nightly."""'
    ),
    "a description and tags": lambda text: text.replace(
        "@dg.asset(\n", '@dg.asset(\n    description="A feature",\n    tags={"tier": "2"},\n', 1
    ),
    "a comment": lambda text: text.replace("    deps=[\n", "    deps=[  # asset: no/such\n", 1),
    "dependencies in a constant": lambda text: re.sub(
        r"\n\n@dg.asset\(\n(.*?)    deps=\[\n(.*?)    \],\n(.*?)def (\w+)",
        lambda found: (
            f"\n\n{found[4].upper()}_DEPS = [\n{found[2]}]\n\n\n@dg.asset(\n{found[1]}"
            f"    deps={found[4].upper()}_DEPS,\n{found[3]}def {found[4]}"
        ),
        text,
        flags=re.DOTALL,
    ),
    "the function renamed": lambda text: re.sub(r"def (\w+)\(", r"def \1_asset(", text),
    "more owners": lambda text: re.sub(
        r'owners=\["(\S+)"\]', r'owners=["\1", "team:platform"]', text
    ),
    "kinds and a group": lambda text: text.replace(
        "@dg.asset(\n", '@dg.asset(\n    kinds={"python"},\n    group_name="features",\n', 1
    ),
}


def python_rewritten(index: Index) -> Iterator[Plant]:
    """Rewrite a Python asset with the same meaning."""
    edits = list(PYTHON_EDITS.items())
    for number, asset in enumerate(index.python_assets()):
        what, change = edits[number % len(edits)]
        text = asset_text(asset)
        new = change(text)
        if new != text:
            yield Plant("Python", what, (edit_python(asset, new),), touches=frozenset({asset.key}))


def python_added(index: Index) -> Iterator[Plant]:
    """Add a Python asset over published tables."""
    models = index.public()
    for asset in index.python_assets():
        model = next(models)
        name = f"{asset.name}_next"
        text = asset_text(asset)
        column = next(iter(model.table.columns.values()))
        role = next(iter(model.table.columns))
        named = (
            f'upstream("{model.table.project}", "{model.table.name}", '
            f'columns={{"{column}": "{ROLES[role]}"}}).dep'
        )
        new = (
            f'\n\n@dg.asset(\n    key=["{asset.domain}", "{name}"],\n    deps=[{named}],\n'
            f'    owners=["team:{asset.domain}"],\n)\ndef {name}() -> None:\n    """New."""\n'
        )
        yield Plant(
            "Python",
            "a new asset with upstream(…)",
            (Edit(python_file(asset), text, text + new),),
            touches=frozenset({asset.key, model.table.key}),
        )


def models_reordered(index: Index) -> Iterator[Plant]:
    """Swap two models in their YAML."""
    for project in index.repository.projects:
        for one, two in zip(project.models[::2], project.models[1::2], strict=False):
            if one.layer != two.layer:
                continue
            first, second = model_yaml(one), model_yaml(two)
            between = f"{first}\n{second}"
            yield Plant(
                "YAML",
                "models in another order",
                (Edit(yaml_file(one), between, f"{second}\n{first}"),),
                touches=frozenset({one.table.key, two.table.key}),
            )
            break

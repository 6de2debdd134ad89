"""Edits of a synthetic repository that change no rows, or files outside of its tables."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.synthetic import harmless_files, harmless_sql
from benchmarks.synthetic.files import model_yaml
from benchmarks.synthetic.index import Index, edit_yaml
from benchmarks.synthetic.plants import Edit, Plant


def documents(index: Index) -> Iterator[Plant]:
    """Change documentation of the root, of a project, of dbt."""
    for project in index.repository.projects:
        folder = f"projects/{project.name}"
        files = {
            "README.md": "# Read me\n",
            "docs/page.md": "A page.\n",
            f"{folder}/README.md": "# Of the team\n",
            f"{folder}/models/_docs.md": "{% docs words %}Words.{% enddocs %}\n",
        }
        for file, text in files.items():
            yield Plant("documentation", file, (Edit(file, None, text),))


def project_settings(index: Index) -> Iterator[Plant]:
    """Change `dbt_project.yml`: materializations, a comment, a variable."""
    for project in index.repository.projects:
        file = f"projects/{project.name}/dbt_project.yml"
        kind = "view" if len(project.domain) % 2 else "ephemeral"
        edits = {
            "staging as tables": (f"materialized: {kind}\n", "materialized: table\n"),
            "a comment": ("config-version: 2\n", "config-version: 2  # as ever\n"),
            "a variable": ("config-version: 2\n", "config-version: 2\nvars: {limit: 3}\n"),
        }
        for what, (old, new) in edits.items():
            yield Plant("dbt_project.yml", what, (Edit(file, old, new),))


def model_settings(index: Index) -> Iterator[Plant]:
    """Change properties of a model: tags, meta, materialization."""
    texts = ("tags: [slow]", "meta: {reviewed: true}", "materialized: table")
    for number, model in enumerate(harmless_sql._all_models(index)):  # noqa: SLF001 - its order
        head = f"  - name: {model.table.name}\n"
        if model.daily:
            continue
        text = f"{head}    config: {{{texts[number % len(texts)]}}}\n"
        yield Plant("YAML", "config", (edit_yaml(model, model_yaml(model).replace(head, text, 1)),))


def root_files(_index: Index) -> Iterator[Plant]:
    """Change files that may concern all projects."""
    settings = "[tool.lineage]\n"
    yield Plant("root", "settings", (Edit("pyproject.toml", settings, f"# all\n{settings}"),))


WORD_EDITS = {
    "documents": documents,
    "project settings": project_settings,
    "model settings": model_settings,
    "root files": root_files,
    "SQL rewritten": harmless_sql.rewritten,
    "SQL wrapped or split": harmless_sql.wrapped,
    "private model renamed": harmless_sql.private_model_renamed,
    "private, built otherwise": harmless_sql.built_otherwise,
    "new model": harmless_sql.new_model,
    "new public column": harmless_sql.new_column,
    "renamed with all readers": harmless_sql.renamed_with_readers,
    "type widened": harmless_sql.widened,
    "model YAML": harmless_files.model_rewritten,
    "source YAML": harmless_files.source_rewritten,
    "models reordered": harmless_files.models_reordered,
    "constraint added": harmless_files.constraint_added,
    "project files": harmless_files.project_edited,
}
"""Planters by name."""

"""`dbt-parsed …`: the dbt command, without parsing a project whose manifest is up to date.

A step runs dbt with the environment's files and its range of days. dbt would parse the complete
project for that, because the parse by `dbt-manifest` used other paths and variables, although no
model depends on them: names of relations are the same in all environments, and the variables of a
step are read when models are compiled. docs/decisions/builds-use-the-parsed-manifest.md has the
reasons.

`Manifest.from_msgpack` and `build_flat_graph` of dbt-core 1.11 are not documented;
tests/test_private_names.py fails when one of them changes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from published_assets.dbt.manifest import changes_since_parse

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def main() -> None:
    """Run the command line of dbt in the project's folder, and exit with dbt's exit code."""
    from dbt.cli.main import cli, dbtRunner  # noqa: PLC0415 - 1.4 s

    manifest = parsed_manifest(Path.cwd())
    if manifest is None:
        cli()  # exits
    result = dbtRunner(manifest=manifest).invoke(sys.argv[1:])
    if result.exception is not None:  # dbt has logged it
        sys.exit(2)
    sys.exit(0 if result.success else 1)


def parsed_manifest(project_dir: Path) -> Manifest | None:
    """Return the manifest of the last parse, or None if a file of the project has changed since.

    Args:
        project_dir: The folder with `dbt_project.yml`.
    """
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 - 1.4 s

    file = project_dir / "target" / "partial_parse.msgpack"
    if not file.exists() or changes_since_parse(project_dir):
        return None
    manifest = Manifest.from_msgpack(file.read_bytes())
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


if __name__ == "__main__":
    main()

"""`dbt-manifest build|check PROJECT…`: parse the dbt projects whose files have changed."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from published_assets.dbt.manifest import (
    ManifestMissing,
    ManifestStale,
    changes_since_parse,
    checksums,
    checksums_file,
    fresh_manifest,
    manifest_file,
)


def main() -> None:
    """Run the command line and exit: 0 success, 1 not up to date or not parsed, 2 usage error."""
    parser = argparse.ArgumentParser(
        prog="dbt-manifest",
        description="Parse dbt projects whose files have changed, or check that none has.",
    )
    parser.add_argument(
        "command",
        choices=["build", "check"],
        help="build: parse projects whose files have changed; check: exit 1 if there are any",
    )
    parser.add_argument(
        "projects", nargs="+", type=Path, metavar="PROJECT", help="folder with dbt_project.yml"
    )
    arguments = parser.parse_args()
    for project_dir in arguments.projects:
        if not (project_dir / "dbt_project.yml").is_file():
            parser.error(f"{project_dir} is not a dbt project: it has no dbt_project.yml")
    run = build if arguments.command == "build" else check
    sys.exit(max(run(project_dir.resolve()) for project_dir in arguments.projects))


def check(project_dir: Path) -> int:
    """Print why the manifest is not up to date; return the exit code."""
    try:
        fresh_manifest(project_dir)
    except (ManifestMissing, ManifestStale) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def build(project_dir: Path) -> int:
    """Parse the project if its files have changed; return the exit code."""
    if manifest_file(project_dir).exists() and not changes_since_parse(project_dir):
        return 0
    print(f"parsing the dbt project {project_dir.name} …", flush=True)
    # Computed before the parse: a file that is saved during the parse makes the manifest stale.
    before = checksums(project_dir)
    checksums_file(project_dir).unlink(missing_ok=True)
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse"]
    done = subprocess.run(
        [*dbt, "--project-dir", str(project_dir), "--profiles-dir", str(project_dir)],
        cwd=project_dir,
        env=environment_for_parsing(project_dir),
        check=False,
    )
    if done.returncode:
        print(f"dbt could not parse {project_dir}: see above.", file=sys.stderr)
        return 1
    checksums_file(project_dir).write_text(json.dumps(before, indent=1) + "\n", encoding="utf-8")
    return 0


def environment_for_parsing(project_dir: Path) -> dict[str, str]:
    """Return environment variables with which dbt writes to the project's `target` folder."""
    return os.environ | {
        "DBT_TARGET_PATH": str(project_dir / "target"),
        "DBT_LOG_PATH": str(project_dir / "target"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


if __name__ == "__main__":
    main()

"""CI, for the workflow and for `make ci`, so that both do the same.

    python3 -m tools.ci affected --base REF   the projects to build, and why
    python3 -m tools.ci project NAME          one project, in its own environment
    python3 -m tools.ci global --base REF     lineage, lint and tests over several projects
    python3 -m tools.ci all --base REF        all of these: `make ci BASE=REF`

Exit code 0: all steps passed; 1: a step failed, and the command to run it again is printed; 2: a
usage error.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tools.ci_affected import CiPlan, LineageNotInstalled, commit_exists, lineage_command, plan
from tools.ci_projects import NoSuchProject, find_project, needs_of_checks, steps_of
from tools.ci_steps import ON_GITHUB, ROOT, Step, print_now, run_steps, write_output, write_summary


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="ci", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("affected", "global", "all"):
        commands.add_parser(name).add_argument("--base", required=True, metavar="REF")
    for name in ("project", "needs"):
        commands.add_parser(name).add_argument("name")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except NoSuchProject as error:
        print_now(str(error))
        return 2
    except LineageNotInstalled as error:
        print_now(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    if options.command == "needs":
        print_now("\n".join(needs_of_checks(find_project(options.name))))
        return 0
    if options.command == "project":
        return run_project(options.name)
    affected = plan(options.base, lineage_command())
    if options.command == "affected":
        return write_affected(affected)
    if options.command == "global":
        return run_global(options.base, affected)
    return run_all(options.base, affected)


def write_affected(affected: CiPlan) -> int:
    """Print what is affected and set the output of the workflow's job."""
    print_now(affected.text)
    write_summary(f"### Affected\n\n```text\n{affected.text}\n```\n")
    write_output("matrix", affected.matrix)
    return 0


def run_project(name: str) -> int:
    """Run the steps of one project."""
    return run_steps(name, steps_of(find_project(name), lineage_command()))


def run_global(base: str, affected: CiPlan) -> int:
    """Run the steps over several projects, and write the diff for the comment on GitHub."""
    code = run_steps("global", global_steps(base, affected))
    if ON_GITHUB and commit_exists(base):
        comment = subprocess.run(
            [".venv/bin/lineage", "diff", "--base", base, "--format", "markdown"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        ).stdout
        write_summary(comment)
        write_output("diff", comment)
    return code


def global_steps(base: str, affected: CiPlan) -> list[Step]:
    """Return the steps of `global`: fast ones first, the affected tests last."""
    annotate = ("--format", "github") if ON_GITHUB else ()
    make = ("make", "--no-print-directory", f"PYTHON={sys.executable}")
    steps = [
        Step("install", (*make, "manifests")),
        Step("lineage check", (".venv/bin/lineage", "check", *annotate), ("install",)),
    ]
    if commit_exists(base):
        diff = (".venv/bin/lineage", "diff", "--base", base, *annotate)
        steps.append(Step("lineage diff", diff, ("install",)))
    steps.append(Step("lint", (*make, "lint"), ("install",)))
    tests = [*(("tests",) if affected.repository_tests else ()), *affected.libraries]
    if tests:
        workers = ("-n", "auto", "--maxprocesses=8", "--dist", "loadfile")
        steps.append(Step("tests", (".venv/bin/pytest", *workers, *tests), ("install",)))
    return steps


def run_all(base: str, affected: CiPlan) -> int:
    """Run all jobs of the workflow one after the other, also after a failure."""
    print_now(affected.text + "\n")
    codes = {name: run_project(name) for name in affected.projects}
    codes["global"] = run_global(base, affected)
    failed = [name for name, code in codes.items() if code]
    print_now(f"\nci: {', '.join(failed)} failed." if failed else "\nci: all steps passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

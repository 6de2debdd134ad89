"""What CI does, for the workflow and for `make ci` alike, so that the two cannot drift apart.

    python3 -m tools.ci affected --base REF   which projects must be built, and why
    python3 -m tools.ci project NAME          one project, alone in its own environment
    python3 -m tools.ci global --base REF     what joins them: lineage, lint, tests over projects
    python3 -m tools.ci all --base REF        all three: `make ci BASE=REF`

Exit code 0: right; 1: a step failed, and the command to run again is printed; 2: used wrongly.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tools.ci_affected import (
    LineageNotInstalled,
    Plan,
    commit_is_known,
    lineage_command,
    plan,
)
from tools.ci_projects import ProjectUnknown, needs_of_checks, project, steps_of
from tools.ci_steps import ON_GITHUB, ROOT, Step, run_steps, say, write_output, write_summary


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="ci", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("affected", "global", "all"):
        commands.add_parser(name).add_argument("--base", required=True, metavar="REF")
    for name in ("project", "needs"):
        commands.add_parser(name).add_argument("name")
    asked = parser.parse_args(arguments)
    try:
        return _run(asked)
    except ProjectUnknown as error:
        say(str(error))
        return 2
    except LineageNotInstalled as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(asked: argparse.Namespace) -> int:
    if asked.command == "needs":
        say("\n".join(needs_of_checks(project(asked.name))))
        return 0
    if asked.command == "project":
        return run_project(asked.name)
    affected = plan(asked.base, lineage_command())
    if asked.command == "affected":
        return tell(affected)
    if asked.command == "global":
        return run_global(asked.base, affected)
    return run_all(asked.base, affected)


def tell(affected: Plan) -> int:
    """Print what is affected, and set the outputs of the workflow's job."""
    say(affected.text)
    write_summary(f"### Affected\n\n```text\n{affected.text}\n```\n")
    write_output("matrix", affected.matrix)
    return 0


def run_project(name: str) -> int:
    """Everything that concerns one project alone."""
    one = project(name)
    return run_steps(name, steps_of(one, lineage_command()))


def run_global(base: str, affected: Plan) -> int:
    """What joins the projects: the edges between them, style of everything, tests over them."""
    code = run_steps("global", global_steps(base, affected))
    if ON_GITHUB and commit_is_known(base):
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


def global_steps(base: str, affected: Plan) -> list[Step]:
    """The steps of `global`: quick ones first, tests of what is affected last."""
    annotate = ("--format", "github") if ON_GITHUB else ()
    make = ("make", "--no-print-directory", f"PYTHON={sys.executable}")
    steps = [
        Step("install", (*make, "manifests")),
        Step("lineage check", (".venv/bin/lineage", "check", *annotate), ("install",)),
    ]
    if commit_is_known(base):
        diff = (".venv/bin/lineage", "diff", "--base", base, *annotate)
        steps.append(Step("lineage diff", diff, ("install",)))
    steps.append(Step("lint", (*make, "lint"), ("install",)))
    tested = [*(("tests",) if affected.repository_tests else ()), *affected.libraries]
    if tested:
        workers = ("-n", "auto", "--maxprocesses=8", "--dist", "loadfile")
        steps.append(Step("tests", (".venv/bin/pytest", *workers, *tested), ("install",)))
    return steps


def run_all(base: str, affected: Plan) -> int:
    """Every job of the workflow, one after the other; none stops at another's failure."""
    say(affected.text + "\n")
    codes = {name: run_project(name) for name in affected.projects}
    codes["global"] = run_global(base, affected)
    failed = [name for name, code in codes.items() if code]
    say(f"\nci: {', '.join(failed)} failed." if failed else "\nci: all passed.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

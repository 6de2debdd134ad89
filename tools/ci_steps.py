"""The steps of CI: commands that run one after the other, with their results and times.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ON_GITHUB = os.environ.get("GITHUB_ACTIONS") == "true"


@dataclass(frozen=True)
class Step:
    """One command of CI."""

    title: str
    """What it does, in a few words; unique among the steps of one list."""
    command: tuple[str, ...]
    """Program and arguments. Environment variables are part of it (`env NAME=value …`), so that the
    printed command gives the same result in any shell."""
    needs: tuple[str, ...] = ()
    """Titles of the steps without which it would fail."""
    quiet: bool = False
    """Whether its standard output is hidden, because it is for programs."""

    @property
    def line(self) -> str:
        """The command for a shell in the root of the repository."""
        return shlex.join(self.command)


@dataclass(frozen=True)
class StepResult:
    """The result of a step."""

    step: Step
    exit_code: int | None
    """None if it was not run, because a step that it needs failed."""
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """The result in one word or two."""
        if self.exit_code is None:
            return "not run"
        return "FAILED" if self.exit_code else "passed"


def run_steps(name: str, steps: Sequence[Step]) -> int:
    """Run all steps, also after a failure, and print a summary.

    Args:
        name: Name of the list of steps: a project, or `global`.
        steps: The steps, each after those that it needs.

    Returns:
        Exit code: 0 if all steps passed, otherwise 1.
    """
    results: list[StepResult] = []
    for step in steps:
        failed = {result.step.title for result in results if result.exit_code != 0}
        skip = failed.intersection(step.needs)
        results.append(StepResult(step, None) if skip else _run(name, step))
    print_now(f"\n{name}: {sum(result.seconds for result in results):.1f} s")
    for result in results:
        print_now(f"  {result.verdict:<8} {result.seconds:6.1f} s  {result.step.title}")
    for result in results:
        if result.exit_code:
            print_now(f"{name}: {result.step.title} failed. To run it again:\n  {result.step.line}")
    rows = [
        f"| {result.step.title} | {result.verdict} | {result.seconds:.1f} s |" for result in results
    ]
    write_summary("\n".join([f"### {name}", "", "| step | | |", "|---|---|---|", *rows, ""]))
    return int(any(result.exit_code != 0 for result in results))


def _run(name: str, step: Step) -> StepResult:
    print_now(f"{'::group::' if ON_GITHUB else ''}== {name}: {step.title}")
    print_now(f"$ {step.line}")
    started = time.monotonic()
    try:
        code = subprocess.run(
            step.command,
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL if step.quiet else None,
        ).returncode
    except FileNotFoundError as error:
        print_now(f"{error.filename} does not exist.")
        code = 127
    result = StepResult(step, code, time.monotonic() - started)
    if ON_GITHUB:
        print_now("::endgroup::")
        if code:
            # A workflow command is one line; %0A is GitHub's escape for a line break.
            print_now(f"::error title={name}%3A {step.title}::To run it again:%0A{step.line}")
    return result


def write_summary(markdown: str) -> None:
    """Append to the summary of the GitHub job; without effect elsewhere."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as page:
            page.write(markdown + "\n")


def write_output(name: str, value: str) -> None:
    """Set an output of the GitHub step, of one or more lines; without effect elsewhere."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        # A random delimiter: the value cannot contain it, by accident or on purpose.
        end = f"end-{os.urandom(16).hex()}"
        with Path(file).open("a", encoding="utf-8") as outputs:
            outputs.write(f"{name}<<{end}\n{value}\n{end}\n")


def print_now(text: str) -> None:
    """Print without buffering, since the output of commands comes in between."""
    print(text, flush=True)
    sys.stderr.flush()

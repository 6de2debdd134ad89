"""Steps of CI, run one after the other: what is done, how long it takes, how to do it again.

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
    """One command of CI.

    Attributes:
        title: What it does, in a few words; unique among the steps that are run together.
        command: Its words. What it needs of the environment stands in it (`env NAME=value …`), so
            that the printed line does the same again, whoever types it.
        needs: Titles of steps without which it would only say that they failed.
        quiet: Its output is for programs; only what it writes to stderr is shown.
    """

    title: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    quiet: bool = False

    @property
    def line(self) -> str:
        """The command as a shell reads it, at the root of the repository."""
        return shlex.join(self.command)


@dataclass(frozen=True)
class Outcome:
    """What became of a step.

    Attributes:
        step: Which.
        exit_code: Of its command; None: not run, because a step that it needs failed.
        seconds: How long it took.
    """

    step: Step
    exit_code: int | None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """It was run, and right."""
        return self.exit_code == 0


def run_steps(name: str, steps: Sequence[Step]) -> int:
    """Run steps to their end, whatever fails, and tell what became of each.

    Args:
        name: Of all of them together: a project's, or `global`.
        steps: In their order; each after those that it needs.

    Returns:
        Exit code: 0 if all passed, else 1.
    """
    outcomes: list[Outcome] = []
    for step in steps:
        failed = {outcome.step.title for outcome in outcomes if not outcome.passed}
        if failed.intersection(step.needs):
            outcomes.append(Outcome(step, None))
        else:
            outcomes.append(_run(name, step))
    say(f"\n{name}: {sum(outcome.seconds for outcome in outcomes):.1f} s")
    for outcome in outcomes:
        say(f"  {_verdict(outcome):<8} {outcome.seconds:6.1f} s  {outcome.step.title}")
    failing = [outcome for outcome in outcomes if outcome.exit_code not in (0, None)]
    for outcome in failing:
        say(f"{name}: {outcome.step.title} failed. To run it again:\n  {outcome.step.line}")
    _summarize(name, outcomes)
    return int(not all(outcome.passed for outcome in outcomes))


def _run(name: str, step: Step) -> Outcome:
    say(f"{'::group::' if ON_GITHUB else ''}== {name}: {step.title}")
    say(f"$ {step.line}")
    started = time.monotonic()
    try:
        code = subprocess.run(
            step.command,
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL if step.quiet else None,
        ).returncode
    except FileNotFoundError as error:
        say(f"{error.filename} is not there.")
        code = 127
    outcome = Outcome(step, code, time.monotonic() - started)
    if ON_GITHUB:
        say("::endgroup::")
        if code:
            # Workflow commands are one line: GitHub's own escape for the line's end.
            say(f"::error title={name}%3A {step.title}::Run it again:%0A{step.line}")
    return outcome


def _verdict(outcome: Outcome) -> str:
    if outcome.exit_code is None:
        return "not run"
    return "passed" if outcome.passed else "FAILED"


def _summarize(name: str, outcomes: Sequence[Outcome]) -> None:
    rows = [
        f"| {outcome.step.title} | {_verdict(outcome)} | {outcome.seconds:.1f} s |"
        for outcome in outcomes
    ]
    write_summary("\n".join([f"### {name}", "", "| step | | |", "|---|---|---|", *rows, ""]))


def write_summary(markdown: str) -> None:
    """Add to the page of the GitHub job; elsewhere nothing."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as page:
            page.write(markdown + "\n")


def write_output(name: str, value: str) -> None:
    """Set an output of the GitHub step, of any number of lines; elsewhere nothing."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        # A line that the value cannot hold by accident or by somebody's will ends it.
        end = f"end-{os.urandom(16).hex()}"
        with Path(file).open("a", encoding="utf-8") as outputs:
            outputs.write(f"{name}<<{end}\n{value}\n{end}\n")


def say(text: str) -> None:
    """Print at once: the output of commands comes between."""
    print(text, flush=True)
    sys.stderr.flush()

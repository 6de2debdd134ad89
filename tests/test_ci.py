"""CI: the workflow is valid and secure, and every project that it omits is unaffected."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tools.ci_affected import CiPlan, everything, plan
from tools.ci_projects import discover, needs_of_checks, steps_of
from tools.ci_steps import Step, run_steps

BIN = Path(sys.executable).parent
WORKFLOWS = ".github/workflows"
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def workflow(root):
    return yaml.safe_load((root / WORKFLOWS / "ci.yml").read_text())


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def audit(*files: Path | str, root: Path) -> subprocess.CompletedProcess[str]:
    options = ("--quiet", "--pedantic", "--offline", "--no-online-audits")
    return run(str(BIN / "zizmor"), *options, *map(str, files), cwd=root)


def validate(*files: Path | str, root: Path) -> subprocess.CompletedProcess[str]:
    options = ("--builtin-schema", "vendor.github-workflows")
    return run(str(BIN / "check-jsonschema"), *options, *map(str, files), cwd=root)


def test_invalid_workflow_fails_validation(root, tmp_path):
    done = validate(*(root / WORKFLOWS).glob("*.yml"), root=root)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "ci.yml"
    text = (root / WORKFLOWS / "ci.yml").read_text()
    wrong.write_text(text.replace("timeout-minutes: 10", "timeout: 10"))
    assert validate(wrong, root=root).returncode != 0


def test_workflow_with_a_template_injection_fails_the_audit(root, tmp_path):
    done = audit(WORKFLOWS, root=root)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / ".github" / "workflows" / "ci.yml"
    wrong.parent.mkdir(parents=True)
    text = (root / WORKFLOWS / "ci.yml").read_text()
    wrong.write_text(text.replace('"$BASE"', "${{ github.head_ref }}"))
    done = audit(wrong, root=root)
    assert done.returncode != 0
    assert "template-injection" in done.stdout


def test_every_action_is_pinned_to_a_commit(root):
    used = [
        line.partition("uses: ")[2]
        for file in (root / WORKFLOWS).glob("*.yml")
        for line in file.read_text().splitlines()
        if "uses: " in line
    ]
    assert used
    assert [one for one in used if not PINNED.fullmatch(one)] == []


def test_every_job_has_minimal_permissions_and_a_timeout(workflow):
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert job["timeout-minutes"] <= 60, name
    writers = {
        name: job
        for name, job in workflow["jobs"].items()
        if "write" in job["permissions"].values()
    }
    assert list(writers) == ["comment"]
    assert [step.get("uses") for step in writers["comment"]["steps"]] == [None]
    # Its script is in the workflow file and calls GitHub's command line: no code of the branch.
    assert "tools.ci" not in writers["comment"]["steps"][0]["run"]


def test_checkouts_keep_no_token_and_scripts_contain_no_expression(workflow):
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), name
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_required_check_waits_for_every_job_that_can_fail(workflow):
    waits_for = set(workflow["jobs"]["passed"]["needs"])
    assert waits_for == set(workflow["jobs"]) - {"passed", "comment"}


def test_new_project_is_in_the_matrix_without_configuration(root):
    folders = {file.parent.name for file in root.glob("projects/*/pyproject.toml")}
    assert {one.name for one in discover()} == folders
    matrix = json.loads(everything("a reason").matrix)
    assert {entry["project"] for entry in matrix["include"]} == folders


@pytest.mark.parametrize("base", ["", "0" * 40, "no-such-branch", "--output=x"])
def test_unknown_base_affects_everything(base, root):
    ci_plan = plan(base, "false")
    assert ci_plan.projects == tuple(one.name for one in discover())
    assert ci_plan.repository_tests
    assert {*ci_plan.libraries} == {
        file.parent.relative_to(root).as_posix() for file in root.glob("libs/*/pyproject.toml")
    }
    assert base in ci_plan.text


def test_failure_of_lineage_affects_everything():
    assert plan("HEAD", "false").projects == tuple(one.name for one in discover())


@pytest.fixture(scope="module")
def clone(root, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "repository"
    done = run("git", "clone", "--quiet", str(root), str(folder), cwd=root)
    assert done.returncode == 0, done.stderr
    # The scripts in the working tree, which may not be committed yet.
    shutil.copytree(root / "tools", folder / "tools", dirs_exist_ok=True)
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (("add", "--all"), (*who, "commit", "--quiet", "--allow-empty", "-m", "base")):
        assert run("git", *command, cwd=folder).returncode == 0
    return folder


def affected(clone: Path, tmp_path: Path) -> tuple[set[str], str]:
    """Return the matrix of the first job of the workflow, and its output."""
    outputs = tmp_path / "outputs"
    done = run(
        *(sys.executable, "-m", "tools.ci", "affected", "--base", "HEAD"),
        cwd=clone,
        GITHUB_OUTPUT=str(outputs),
    )
    assert done.returncode == 0, done.stderr
    first, matrix, last = outputs.read_text().splitlines()
    assert first == f"matrix<<{last}"
    return {entry["project"] for entry in json.loads(matrix)["include"]}, done.stdout


@pytest.mark.parametrize(
    ("file", "edit", "expected"),
    [
        ("docs/architecture.md", "\nMore.\n", set()),
        (
            "projects/marts_dbt/models/marts/daily_order_summary.sql",
            "\nwhere orders > 1\n",
            {"marts_dbt", "ml"},
        ),
        (
            "libs/warehouse/src/warehouse/work_session.py",
            "\nMORE = 1\n",
            {"ingestion", "jaffle_dbt", "marts_dbt", "ml"},
        ),
        (  # linked by both dbt projects, in a library that all projects import
            "libs/published-assets/dbt/macros/generate_schema_name.sql",
            "{% macro more() %}{% endmacro %}\n",
            {"ingestion", "jaffle_dbt", "marts_dbt", "ml"},
        ),
        ("requirements.lock", "# more\n", {"ingestion", "jaffle_dbt", "marts_dbt", "ml"}),
    ],
)
def test_projects_affected_by_an_edit_are_built_and_the_others_proved_unchanged(
    clone, tmp_path, file, edit, expected
):
    edited = clone / file
    before = edited.read_text()
    edited.write_text(before + edit)
    try:
        found, printed = affected(clone, tmp_path)
    finally:
        edited.write_text(before)
    assert found == expected
    unchanged = printed.partition("skipped, because the branch cannot change them:")[2]
    for one in discover():
        assert (f"\n  {one.name}\n" in unchanged) == (one.name not in expected)


def test_definitions_load_before_tools_are_installed():
    for one in discover():
        titles = [step.title for step in steps_of(one, "lineage")]
        assert titles.index("load with an empty environment") < titles.index("tools")
        assert ("dbt build" in titles) == one.is_dbt


def test_tools_are_in_the_dependency_lock(root):
    locked = set(
        re.findall(r"^([\w.-]+)==", (root / "requirements.lock").read_text(), re.MULTILINE)
    )
    for one in discover():
        for need in needs_of_checks(one):
            if not need.startswith("--editable"):
                name = re.match(r"[\w.-]+", need).group().lower()
                assert name in locked, need


def test_failed_step_prints_its_command_and_dependent_steps_are_not_run(capfd):
    steps = [
        Step("first", ("env", "A=1 2", "false")),
        Step("second", ("echo", "never"), ("first",)),
        Step("third", ("echo", "third"), quiet=True),
        Step("fourth", ("no-such-command",)),
    ]
    assert run_steps("project", steps) == 1
    printed = capfd.readouterr().out
    assert "first failed. To run it again:\n  env 'A=1 2' false" in printed
    assert re.search(r"not run .* second", printed)
    assert "never\n" not in printed
    assert "third\n$ echo third\n==" in printed
    assert "fourth failed" in printed


def test_unknown_project_is_a_usage_error_with_all_projects(root):
    done = run(sys.executable, "-m", "tools.ci", "project", "mll", cwd=root)
    assert done.returncode == 2
    assert "Projects: ingestion, jaffle_dbt, marts_dbt, ml." in done.stdout


def test_global_job_tests_affected_libraries_only():
    from tools.ci import global_steps

    def tested(ci_plan: CiPlan) -> list[str]:
        commands = [step.command for step in global_steps("HEAD", ci_plan) if step.title == "tests"]
        return [word for command in commands for word in command if word.split("/")[0] in PLACES]

    nothing = CiPlan((), '{"include":[]}', (), repository_tests=False, text="")
    one = CiPlan((), "", ("libs/warehouse",), repository_tests=False, text="")
    assert tested(nothing) == []
    assert tested(one) == ["libs/warehouse"]
    assert tested(everything("a reason"))[0] == "tests"


PLACES = ("libs", "tests")

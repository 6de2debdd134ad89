"""`platform run` as a process: killed, interrupted, with a code location that does not load."""

import signal

import pytest
from dagster import DagsterRunStatus

from platform_commands.dagster_internals.code_servers import HEARTBEAT_SECONDS


@pytest.fixture(scope="module")
def killed_run(toy):
    """Return the id of a run whose `platform run` was killed while the run held its pool slot."""
    toy.behave(apart__h="hang")
    process = toy.start("run", "--select", "apart/h")
    toy.wait_until(lambda: toy.has_started("apart/h") or process.poll() is not None)
    process.kill()
    process.communicate()
    with toy.instance() as instance:
        [run] = instance.get_runs()
        assert run.status is DagsterRunStatus.STARTED
        assert instance.event_log_storage.get_concurrency_info("warehouse_one").active_run_ids
    return run.run_id


@pytest.fixture(scope="module")
def next_run(toy, killed_run):
    """Return output and exit code of the next `platform run`."""
    toy.behave()
    process = toy.start("run", "--select", 'key:"apart/h" or key:"three/leaf"')
    output, _ = process.communicate(timeout=120)
    return output, process.returncode


def test_run_of_a_killed_command_is_terminated_and_its_pool_slot_is_freed(
    toy, killed_run, next_run
):
    output, exit_code = next_run
    assert f"an earlier `platform run` that was killed: {killed_run[:8]}" in output
    assert exit_code == 0, output
    with toy.instance() as instance:
        assert instance.get_run_by_id(killed_run).status is DagsterRunStatus.CANCELED


def test_report_contains_the_table_first_rows_and_next_steps(toy, next_run):
    output, _ = next_run
    assert "three/leaf  three          ✓ done" in output
    assert "three/leaf, first rows:" in output
    assert "monday" in output
    assert "platform sql 'from three.three.leaf limit 10'" in output


def test_output_outside_a_terminal_has_a_line_for_each_change(next_run):
    output, _ = next_run
    statuses = [line.split()[1] for line in output.splitlines() if "apart/h (one)" in line]
    assert statuses in (["running", "done"], ["done"])  # it may be done before the first reading
    assert "\x1b" not in output


def test_dagster_home_is_in_the_data_directory_and_links_to_the_repositorys_dagster_yaml(
    toy, next_run
):
    link = toy.environment_dir / "dagster" / "dagster.yaml"
    assert link.readlink() == toy.root / "dagster.yaml"


def test_ctrl_c_terminates_the_run_through_dagster_and_leaves_no_process(toy, next_run):
    toy.behave(apart__h="hang")
    process = toy.start("run", "--select", "apart/h")
    toy.wait_until(lambda: toy.has_started("apart/h") or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped by SIGINT; the active runs were terminated." in output
    with toy.instance() as instance:
        run = instance.get_runs(limit=1)[0]
        assert run.status is DagsterRunStatus.CANCELED
        assert not instance.event_log_storage.get_concurrency_info("warehouse_one").active_run_ids
    # The servers of the killed command exit without a heartbeat.
    toy.wait_until(lambda: not toy.processes(), seconds=HEARTBEAT_SECONDS + 90)


def test_code_location_that_does_not_load_is_reported_with_its_error_and_nothing_runs(
    toy, next_run
):
    toy.behave()
    (toy.root / "broken.py").write_text('raise KeyError("SHOP_URL is not set")\n')
    (toy.root / "workspace.yaml").write_text(
        "load_from:\n"
        "  - python_file: {relative_path: one.py, location_name: one}\n"
        "  - python_file: {relative_path: broken.py, location_name: broken}\n"
    )
    process = toy.start("run")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "broken does not load: KeyError: 'SHOP_URL is not set'" in output
    assert (
        "Nothing was run. To run the others: platform run --select 'code_location:\"one\"'"
        in output
    )
    assert "Traceback" not in output
    process = toy.start("run", "--select", "raw/a", "--require", "broken")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Nothing was run: broken must load." in output
    assert not toy.has_started("raw/a")
    process = toy.start("run", "--select", "raw/a")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert toy.has_started("raw/a")
    assert "broken does not load" in output

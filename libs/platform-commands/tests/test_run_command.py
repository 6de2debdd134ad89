"""`platform run` as people start it: killed, interrupted, with a location that does not load."""

import signal

import pytest
from dagster import DagsterRunStatus

from platform_commands.code_servers import HEARTBEAT_SECONDS


@pytest.fixture(scope="module")
def killed_run(toy):
    """The id of a run whose `platform run` was killed while it held its pool."""
    toy.order(apart__h="hang")
    process = toy.start("run", "--select", "apart/h")
    toy.wait_until(lambda: toy.has_begun("apart/h") or process.poll() is not None)
    process.kill()
    process.communicate()
    with toy.instance() as instance:
        [run] = instance.get_runs()
        assert run.status is DagsterRunStatus.STARTED
        assert instance.event_log_storage.get_concurrency_info("warehouse_one").active_run_ids
    return run.run_id


@pytest.fixture(scope="module")
def run_after_it(toy, killed_run):
    """Output and exit code of the next `platform run`."""
    toy.order()
    process = toy.start("run", "--select", 'key:"apart/h" or key:"three/leaf"')
    output, _ = process.communicate(timeout=120)
    return output, process.returncode


def test_run_left_by_a_killed_command_is_ended_and_its_pool_is_free_again(
    toy, killed_run, run_after_it
):
    output, exit_code = run_after_it
    assert (
        f"An earlier platform run was killed. Ending what it left: run {killed_run[:8]}" in output
    )
    assert exit_code == 0, output
    with toy.instance() as instance:
        assert instance.get_run_by_id(killed_run).status is DagsterRunStatus.CANCELED


def test_command_ends_with_table_first_rows_and_where_to_look_next(toy, run_after_it):
    output, _ = run_after_it
    assert "three/leaf  three          ✓ done" in output
    assert "three/leaf, first rows:" in output
    assert "monday" in output
    assert "platform sql 'from three.three.leaf limit 10'" in output


def test_output_that_is_no_terminal_has_a_line_for_each_change(run_after_it):
    output, _ = run_after_it
    told = [line.split()[1] for line in output.splitlines() if "apart/h (one)" in line]
    assert told in (["running", "done"], ["done"])  # it may be done before anybody looked
    assert "\x1b" not in output


def test_dagster_home_is_in_the_data_directory_and_links_to_the_repositorys_dagster_yaml(
    toy, run_after_it
):
    link = toy.environment_dir / "dagster" / "dagster.yaml"
    assert link.readlink() == toy.root / "dagster.yaml"


def test_ctrl_c_terminates_the_run_through_dagster_and_leaves_no_process(toy, run_after_it):
    toy.order(apart__h="hang")
    process = toy.start("run", "--select", "apart/h")
    toy.wait_until(lambda: toy.has_begun("apart/h") or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped by SIGINT: what ran was terminated." in output
    with toy.instance() as instance:
        run = instance.get_runs(limit=1)[0]
        assert run.status is DagsterRunStatus.CANCELED
        assert not instance.event_log_storage.get_concurrency_info("warehouse_one").active_run_ids
    # The servers of the command that was killed end by themselves, for want of a heartbeat.
    toy.wait_until(lambda: not toy.processes(), seconds=HEARTBEAT_SECONDS + 90)


def test_location_that_does_not_load_is_told_in_its_own_words_and_nothing_runs(toy, run_after_it):
    toy.order()
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
    assert "Nothing was run. To run the others without it" in output
    assert "Traceback" not in output
    process = toy.start("run", "--select", "raw/a", "--require", "broken")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Nothing was run: broken must load." in output
    assert not toy.has_begun("raw/a")
    process = toy.start("run", "--select", "raw/a")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert toy.has_begun("raw/a")
    assert "broken does not load" in output

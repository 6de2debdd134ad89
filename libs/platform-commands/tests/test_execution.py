"""Runs in the processes of a real workspace, recorded in a real instance."""

import pytest
from dagster import DagsterRunStatus, RunsFilter

from environment import Environment
from platform_commands.dagster_home import prepare_dagster_home
from platform_commands.dagster_internals.workspace import open_workspace
from platform_commands.errors import InvalidPartitions, InvalidSelection
from platform_commands.execution import Execution
from platform_commands.partitions import check_partitions
from platform_commands.plan import plan
from platform_commands.processes import Interrupts
from platform_commands.progress import Status
from platform_commands.run import pool_limits
from platform_commands.selection import selected_assets


@pytest.fixture(scope="module")
def workspace(toy):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(toy.root)
        patch.delenv("DAGSTER_HOME", raising=False)
        for name in ("JAFFLE_DATA_DIR", "TOY_CONTROL"):
            patch.setenv(name, toy.environ[name])
        patch.setenv("JAFFLE_ENV", "dev")
        prepare_dagster_home(Environment.from_environ(), toy.root)
        with open_workspace(toy.root / "workspace.yaml", toy.root / "log") as opened:
            assert opened.load_errors == {}
            assert opened.loaded == ["one", "three", "two"]
            assert pool_limits(opened.instance, ["warehouse_one"]) == {"warehouse_one": 1}
            yield opened
        patch.setenv("DAGSTER_HOME", "")


def execute(workspace, select, *, partitions="missing"):
    graph = workspace.graph.selected(selected_assets(select, workspace))
    groups = plan(graph)
    check_partitions(workspace, groups, partitions)
    execution = Execution(workspace, graph, groups, partitions=partitions, pool_limits={})
    execution.run(max_parallel=2, interrupts=Interrupts(), on_change=lambda: None)
    return execution.progress


def statuses(progress):
    return {asset.asset: str(asset.status) for asset in progress.assets.values()}


def runs_of(workspace, name):
    return [
        run
        for run in workspace.instance.get_runs()
        if name in {key.to_user_string() for key in run.asset_selection or ()}
    ]


def test_order_follows_edges_over_code_locations_and_independent_ones_run_at_the_same_time(
    toy, workspace
):
    # Each of the two waits until the other one has started: sequential runs would never end.
    toy.behave(raw__a="meet two/other", two__other="meet raw/a")
    progress = execute(workspace, 'not key:"two/regions"')
    assert set(statuses(progress).values()) == {"done"}
    assert "elsewhere/external" not in progress.assets
    for before, after in [
        ("raw/a", "two/b"),
        ("two/b", "back/z"),
        ("two/b", "three/leaf"),
        ("two/other", "two/daily"),
        ("two/daily", "three/leaf"),
    ]:
        assert progress[before].ended_at <= progress[after].started_at, (before, after)
    assert progress["raw/a"].rows == 1234
    assert progress["two/b"].checks_passed == 1
    assert progress["two/b"].checks_failed == 1


def test_range_of_partitions_is_one_run_with_dagsters_tags(workspace):
    [run] = runs_of(workspace, "two/daily")
    assert run.tags["dagster/asset_partition_range_start"] == "2026-01-01"
    assert run.tags["dagster/asset_partition_range_end"] == "2026-01-10"
    [key] = run.asset_selection
    assert len(workspace.instance.get_materialized_partitions(key)) == 10


def test_runs_look_like_those_of_the_ui(workspace):
    for run in workspace.instance.get_runs():
        assert run.remote_job_origin is not None
        assert run.job_name == "__ASSET_JOB"
        assert run.status is DagsterRunStatus.SUCCESS


def test_latest_partition_is_materialized_again_if_none_is_missing(toy, workspace):
    toy.behave()
    progress = execute(workspace, 'key:"two/daily"')
    assert progress["two/daily"].partitions_done == 1
    assert runs_of(workspace, "two/daily")[0].tags["dagster/asset_partition_range_start"] == (
        "2026-01-10"
    )


def test_range_of_partitions_is_materialized_and_no_other_partition(toy, workspace):
    toy.behave()
    execute(workspace, 'key:"two/daily"', partitions="2026-01-03..2026-01-05")
    tags = runs_of(workspace, "two/daily")[0].tags
    assert tags["dagster/asset_partition_range_start"] == "2026-01-03"
    assert tags["dagster/asset_partition_range_end"] == "2026-01-05"


def test_failed_asset_stops_only_its_downstream_and_keeps_the_description_of_its_failure(
    toy, workspace
):
    toy.behave(two__b="fail")
    progress = execute(workspace, 'key:"two/b"+ or key:"two/other" or key:"three/free"')
    assert statuses(progress) == {
        "two/other": "done",
        "three/free": "done",
        "two/b": "failed",
        "back/z": "skipped",
        "three/leaf": "skipped",
    }
    assert progress["two/b"].reason == "The shop is closed.\nTry again tomorrow."
    assert progress["back/z"].reason == "upstream two/b failed"
    assert not toy.has_started("back/z")


def test_failed_blocking_check_stops_other_locations_though_the_asset_is_materialized(
    toy, workspace
):
    toy.behave(two__b="check fails")
    progress = execute(workspace, 'key:"two/b" or key:"back/z"')
    assert statuses(progress) == {"two/b": "failed", "back/z": "skipped"}
    assert progress["two/b"].reason == "The blocking check 'complete' failed: 3 rows are incomplete"
    assert progress["two/b"].warnings == ["formatted"]


def test_failed_partition_fails_its_asset_and_is_missing_in_the_next_run(toy, workspace):
    toy.behave(two__regions__south="raise")
    progress = execute(workspace, "two/regions", partitions="all")
    assert statuses(progress) == {"two/regions": "failed"}
    assert progress["two/regions"].reason == "ValueError: invalid amount"
    toy.behave()
    progress = execute(workspace, "two/regions")
    assert statuses(progress) == {"two/regions": "done"}
    assert runs_of(workspace, "two/regions")[0].tags["dagster/partition"] == "south"
    assert progress["two/regions"].partitions_done == 1


def test_unknown_partitions_are_a_usage_error_before_anything_runs(workspace):
    before = workspace.instance.get_runs_count()
    with pytest.raises(
        InvalidPartitions,
        match=r"two/daily has no partition '2027-01-01': did you mean `2026-01-01`",
    ):
        execute(workspace, "two/other+", partitions="2026-01-01..2027-01-01")
    with pytest.raises(
        InvalidPartitions, match=r"ends before it starts. Did you mean 2026-01-02\.\."
    ):
        execute(workspace, "two/daily", partitions="2026-01-05..2026-01-02")
    with pytest.raises(InvalidPartitions, match="did you mean `latest`"):
        execute(workspace, "*", partitions="lates")
    with pytest.raises(InvalidPartitions, match="no selected asset has partitions"):
        execute(workspace, "raw/a", partitions="2026-01-01..2026-01-02")
    assert workspace.instance.get_runs_count() == before


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ("raw/a", {"raw/a"}),
        ('key:"raw/a"+', {"raw/a", "two/b", "back/z", "three/leaf"}),
        ('+key:"back/z"', {"raw/a", "two/b", "back/z"}),
        ('code_location:"three"+', {"three/leaf", "three/free"}),
        ("code_location:three and not key:three/free", {"three/leaf"}),
        ('key:"two/*"', {"two/b", "two/other", "two/daily", "two/regions"}),
    ],
)
def test_selection_has_dagsters_syntax(workspace, selection, names):
    assert selected_assets(selection, workspace) == names


@pytest.mark.parametrize(
    ("selection", "hint"),
    [
        (
            "two/dayly",
            "names an asset that no code location produces. two/dayly: did you mean `two/daily`?",
        ),
        ('key:"three/leave"', "contains no asset. three/leave: did you mean `three/leaf`?"),
        ("raw/a, two/bb", "cannot be parsed. two/bb: did you mean `two/b`?"),
        ("raw/a or two/b", 'written key:"schema/table"'),
        ("", "Examples: *"),
    ],
)
def test_invalid_selection_names_the_nearest_asset(workspace, selection, hint):
    with pytest.raises(InvalidSelection) as caught:
        selected_assets(selection, workspace)
    assert hint in str(caught.value)
    assert caught.value.exit_code == 2


def test_pool_limits_are_stored_before_the_first_step_requests_a_slot(workspace):
    limits = {
        pool.name: pool.limit for pool in workspace.instance.event_log_storage.get_pool_limits()
    }
    assert limits == {"warehouse_one": 1}


def test_run_of_a_killed_code_server_fails_and_frees_its_pool(toy, workspace):
    toy.behave(apart__h="hang")
    graph = workspace.graph.selected(["apart/h"])
    execution = Execution(workspace, graph, plan(graph), partitions="missing", pool_limits={})

    def kill_after_its_start():
        if toy.has_started("apart/h"):
            workspace.servers.kill("one")

    execution.run(max_parallel=1, interrupts=Interrupts(), on_change=kill_after_its_start)
    assert execution.progress["apart/h"].status is Status.FAILED
    assert "code server of one exited" in execution.progress["apart/h"].reason
    slots = workspace.instance.event_log_storage.get_concurrency_info("warehouse_one")
    assert slots.active_run_ids == set()
    assert not workspace.instance.get_runs(filters=RunsFilter(statuses=[DagsterRunStatus.STARTED]))

"""Real runs in the processes of a real workspace, recorded in a real instance."""

import pytest
from dagster import DagsterRunStatus, RunsFilter

from platform_commands.board import State
from platform_commands.errors import PartitionsWrong, SelectionWrong
from platform_commands.execution import Execution
from platform_commands.home import prepare_home
from platform_commands.interrupts import Interrupts
from platform_commands.partitions import check_range
from platform_commands.plan import plan
from platform_commands.pools import fix_limits
from platform_commands.selection import resolve
from platform_commands.workspace import open_workspace


@pytest.fixture(scope="module")
def workspace(toy):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(toy.root)
        patch.delenv("DAGSTER_HOME", raising=False)
        for name in ("JAFFLE_DATA_DIR", "TOY_CONTROL"):
            patch.setenv(name, toy.environ[name])
        patch.setenv("JAFFLE_ENV", "dev")
        home = prepare_home()
        with open_workspace(home.workspace_file, toy.root / "log") as opened:
            assert opened.broken == {}
            fix_limits(opened.instance, ["warehouse_one"])
            yield opened
        patch.setenv("DAGSTER_HOME", "")


def carry_out(workspace, select, *, partitions="missing"):
    graph = workspace.graph.selected(resolve(select, workspace.dagster_graph))
    groups = plan(graph)
    check_range(workspace, groups, partitions)
    execution = Execution(workspace, graph, groups, partitions=partitions)
    execution.run(max_parallel=2, interrupts=Interrupts(), on_change=lambda: None)
    return execution.board


def states(board):
    return {standing.asset: str(standing.state) for standing in board.standings.values()}


def runs_of(workspace, name):
    return [
        run
        for run in workspace.instance.get_runs()
        if name in {key.to_user_string() for key in run.asset_selection or ()}
    ]


def test_order_follows_edges_through_locations_and_independent_locations_run_at_once(
    toy, workspace
):
    # Each of the two waits until the other has begun: one after the other, neither would end.
    toy.order(raw__a="meet two/other", two__other="meet raw/a")
    board = carry_out(workspace, 'not key:"two/regions"')
    assert set(states(board).values()) == {"done"}
    assert "elsewhere/made" not in board.standings
    for before, after in [
        ("raw/a", "two/b"),
        ("two/b", "back/z"),
        ("two/b", "three/leaf"),
        ("two/other", "two/daily"),
        ("two/daily", "three/leaf"),
    ]:
        assert board[before].ended_at <= board[after].started_at, (before, after)
    assert board["raw/a"].rows == 1234
    assert board["two/b"].checks_passed == 1
    assert board["two/b"].checks_failed == 1


def test_range_of_partitions_is_one_run_with_dagsters_range_tags(workspace):
    [run] = runs_of(workspace, "two/daily")
    assert run.tags["dagster/asset_partition_range_start"] == "2026-01-01"
    assert run.tags["dagster/asset_partition_range_end"] == "2026-01-10"
    [key] = run.asset_selection
    assert len(workspace.instance.get_materialized_partitions(key)) == 10


def test_runs_are_like_those_of_the_ui(workspace):
    for run in workspace.instance.get_runs():
        assert run.remote_job_origin is not None
        assert run.job_name == "__ASSET_JOB"
        assert run.status is DagsterRunStatus.SUCCESS


def test_nothing_missing_makes_the_latest_partition_again(toy, workspace):
    toy.order()
    board = carry_out(workspace, 'key:"two/daily"')
    assert board["two/daily"].partitions_done == 1
    assert runs_of(workspace, "two/daily")[0].tags["dagster/asset_partition_range_start"] == (
        "2026-01-10"
    )


def test_named_range_is_made_and_no_other_partition(toy, workspace):
    toy.order()
    carry_out(workspace, 'key:"two/daily"', partitions="2026-01-03..2026-01-05")
    tags = runs_of(workspace, "two/daily")[0].tags
    assert tags["dagster/asset_partition_range_start"] == "2026-01-03"
    assert tags["dagster/asset_partition_range_end"] == "2026-01-05"


def test_failed_asset_stops_only_what_is_made_from_it_and_tells_its_authors_words(toy, workspace):
    toy.order(two__b="fail")
    board = carry_out(workspace, 'key:"two/b"+ or key:"two/other" or key:"three/free"')
    assert states(board) == {
        "two/other": "done",
        "three/free": "done",
        "two/b": "failed",
        "back/z": "skipped",
        "three/leaf": "skipped",
    }
    assert board["two/b"].reason == "The shop's door is shut.\nKnock again tomorrow."
    assert board["back/z"].reason == "made from two/b, which failed"
    assert not toy.has_begun("back/z")


def test_failed_blocking_check_stops_other_locations_though_the_asset_is_materialized(
    toy, workspace
):
    toy.order(two__b="check fails")
    board = carry_out(workspace, 'key:"two/b" or key:"back/z"')
    assert states(board) == {"two/b": "failed", "back/z": "skipped"}
    assert board["two/b"].reason == "The blocking check 'whole' failed: 3 rows are halves"


def test_failed_partition_fails_its_asset_and_is_what_is_missing_next_time(toy, workspace):
    toy.order(two__regions__south="raise")
    board = carry_out(workspace, "two/regions", partitions="all")
    assert states(board) == {"two/regions": "failed"}
    assert board["two/regions"].reason == "ValueError: two and two are not five"
    toy.order()
    board = carry_out(workspace, "two/regions")
    assert states(board) == {"two/regions": "done"}
    assert runs_of(workspace, "two/regions")[0].tags["dagster/partition"] == "south"
    assert board["two/regions"].partitions_done == 1


def test_partitions_that_there_are_not_are_refused_before_anything_runs(workspace):
    before = workspace.instance.get_runs_count()
    with pytest.raises(PartitionsWrong, match=r"two/daily has no partition '2027-01-01'"):
        carry_out(workspace, "two/other+", partitions="2026-01-01..2027-01-01")
    with pytest.raises(PartitionsWrong, match=r"wrong way round: write 2026-01-02\.\."):
        carry_out(workspace, "two/daily", partitions="2026-01-05..2026-01-02")
    with pytest.raises(PartitionsWrong, match="Did you mean 'latest'"):
        carry_out(workspace, "*", partitions="lates")
    with pytest.raises(PartitionsWrong, match="no asset of the selection has partitions"):
        carry_out(workspace, "raw/a", partitions="2026-01-01..2026-01-02")
    assert workspace.instance.get_runs_count() == before


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ("raw/a", {"raw/a"}),
        ('key:"raw/a"+', {"raw/a", "two/b", "back/z", "three/leaf"}),
        ('+key:"back/z"', {"raw/a", "two/b", "back/z"}),
        ("code_location:three and not key:three/free", {"three/leaf"}),
        ('key:"two/*"', {"two/b", "two/other", "two/daily", "two/regions"}),
    ],
)
def test_selection_is_dagsters_own(workspace, selection, names):
    assert resolve(selection, workspace.dagster_graph) == names


@pytest.mark.parametrize(
    ("selection", "hint"),
    [
        ("two/dayly", "names an asset that no code location makes. Did you mean 'two/daily'?"),
        ('key:"three/leave"', "selects no asset. Did you mean 'three/leaf'?"),
        ("raw/a, two/bb", "cannot be read. Did you mean 'two/b'?"),
        ("raw/a or two/b", 'written key:"schema/table"'),
        ("", "Ways to select"),
    ],
)
def test_wrong_selection_names_the_nearest_asset(workspace, selection, hint):
    with pytest.raises(SelectionWrong) as caught:
        resolve(selection, workspace.dagster_graph)
    assert hint in str(caught.value)
    assert caught.value.exit_code == 2


def test_pool_limits_are_stored_before_the_first_step_asks(workspace):
    limits = {
        pool.name: pool.limit for pool in workspace.instance.event_log_storage.get_pool_limits()
    }
    assert limits == {"warehouse_one": 1}


def test_dead_code_server_ends_its_run_as_failed_and_frees_its_pool(toy, workspace):
    toy.order(apart__h="hang")
    graph = workspace.graph.selected(["apart/h"])
    execution = Execution(workspace, graph, plan(graph), partitions="missing")

    def kill_once_it_hangs():
        if toy.has_begun("apart/h"):
            workspace.servers.kill("one")

    execution.run(max_parallel=1, interrupts=Interrupts(), on_change=kill_once_it_hangs)
    assert execution.board["apart/h"].state is State.FAILED
    assert "code server of one ended" in execution.board["apart/h"].reason
    slots = workspace.instance.event_log_storage.get_concurrency_info("warehouse_one")
    assert slots.active_run_ids == set()
    assert not workspace.instance.get_runs(filters=RunsFilter(statuses=[DagsterRunStatus.STARTED]))

"""Which assets of a run failed, and which are missing only because of them."""

from platform_commands.asset_graph import AssetGraph, AssetNode
from platform_commands.outcome import RunFacts, failed_assets


def chain(*names):
    """Return a graph of one code location in which each asset depends on the one before."""
    return AssetGraph.of(
        AssetNode(name, "x", frozenset(names[max(0, i - 1) : i])) for i, name in enumerate(names)
    )


def outcome(facts, *names):
    """Return the failed assets and those skipped because of them."""
    graph = chain(*names)
    failed = failed_assets(facts, graph, names)
    return failed, graph.downstream(failed)


def test_steps_after_a_failed_one_are_skipped_because_of_it():
    facts = RunFacts(
        step_of={"a": "a", "b": "b", "c": "c"},
        started={"a", "b"},
        step_failures={"b": "no"},
        materialized={"a"},
        run_failure="Steps failed.",
    )
    assert outcome(facts, "a", "b", "c") == ({"b": "no"}, {"c": "b"})


def test_only_the_first_missing_model_of_a_dbt_build_failed():
    facts = RunFacts(
        step_of=dict.fromkeys("abc", "dbt"),
        started={"dbt"},
        step_failures={"dbt": "model b: division by zero"},
        materialized={"a"},
        run_failure="Steps failed.",
    )
    assert outcome(facts, "a", "b", "c") == ({"b": "model b: division by zero"}, {"c": "b"})


def test_step_without_materializations_failed_as_a_whole_and_the_blocking_check_is_named():
    facts = RunFacts(
        step_of=dict.fromkeys("abc", "dbt"),
        started={"dbt"},
        step_failures={"dbt": "not published: check 'unique' of b failed"},
        blocked={"b": "The blocking check 'unique' failed."},
        run_failure="Steps failed.",
    )
    failed, skipped = outcome(facts, "a", "b", "c")
    assert failed == {
        "a": "not published: check 'unique' of b failed",
        "b": "The blocking check 'unique' failed.",
        "c": "not published: check 'unique' of b failed",
    }
    assert skipped == {}


def test_materialized_asset_with_a_failed_blocking_check_has_failed():
    facts = RunFacts(
        step_of={"a": "a"},
        started={"a"},
        materialized={"a"},
        blocked={"a": "no"},
        run_failure="Failed.",
    )
    assert outcome(facts, "a") == ({"a": "no"}, {})


def test_run_that_did_not_start_fails_its_first_assets_with_the_error_of_the_run():
    facts = RunFacts(run_failure="EnvVar X is not set")
    assert outcome(facts, "a", "b") == ({"a": "EnvVar X is not set"}, {"b": "a"})


def test_successful_run_without_materialization_is_a_failure():
    facts = RunFacts(step_of={"a": "a"}, started={"a"})
    assert outcome(facts, "a") == ({"a": "Its step succeeded without a materialization."}, {})

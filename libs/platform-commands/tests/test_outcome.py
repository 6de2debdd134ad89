"""Who failed by itself, and who is missing only because of others."""

from platform_commands.graph import Asset, Graph
from platform_commands.outcome import RunFacts, judge


def chain(*names):
    """Assets of one location, each made from the one before."""
    return Graph.of(
        Asset(name, "x", frozenset(names[max(0, i - 1) : i])) for i, name in enumerate(names)
    )


def test_steps_after_a_failed_one_are_skipped_because_of_it():
    facts = RunFacts(
        step_of={"a": "a", "b": "b", "c": "c"},
        started={"a", "b"},
        step_failures={"b": "no"},
        made={"a"},
        run_failure="Steps failed.",
    )
    outcome = judge(facts, chain("a", "b", "c"), ("a", "b", "c"))
    assert outcome.made == {"a"}
    assert outcome.failed == {"b": "no"}
    assert outcome.skipped == {"c": "b"}


def test_within_a_dbt_build_only_the_first_missing_model_failed():
    facts = RunFacts(
        step_of=dict.fromkeys("abc", "dbt"),
        started={"dbt"},
        step_failures={"dbt": "model b: division by zero"},
        made={"a"},
        run_failure="Steps failed.",
    )
    outcome = judge(facts, chain("a", "b", "c"), ("a", "b", "c"))
    assert outcome.failed == {"b": "model b: division by zero"}
    assert outcome.skipped == {"c": "b"}


def test_step_that_made_nothing_failed_as_a_whole_and_the_blocking_check_is_named():
    facts = RunFacts(
        step_of=dict.fromkeys("abc", "dbt"),
        started={"dbt"},
        step_failures={"dbt": "not published: check 'unique' of b failed"},
        blocked={"b": "The blocking check 'unique' failed."},
        run_failure="Steps failed.",
    )
    outcome = judge(facts, chain("a", "b", "c"), ("a", "b", "c"))
    assert outcome.failed == {
        "a": "not published: check 'unique' of b failed",
        "b": "The blocking check 'unique' failed.",
        "c": "not published: check 'unique' of b failed",
    }
    assert outcome.skipped == {}


def test_materialized_asset_whose_blocking_check_failed_is_not_made():
    facts = RunFacts(
        step_of={"a": "a"}, started={"a"}, made={"a"}, blocked={"a": "no"}, run_failure="Failed."
    )
    assert judge(facts, chain("a"), ("a",)).failed == {"a": "no"}


def test_run_that_never_began_fails_its_first_assets_with_the_runs_own_reason():
    outcome = judge(RunFacts(run_failure="EnvVar X is not set"), chain("a", "b"), ("a", "b"))
    assert outcome.failed == {"a": "EnvVar X is not set"}
    assert outcome.skipped == {"b": "a"}


def test_green_run_that_made_nothing_is_no_success():
    facts = RunFacts(step_of={"a": "a"}, started={"a"})
    assert judge(facts, chain("a"), ("a",)).failed == {
        "a": "Its step succeeded without materializing it."
    }

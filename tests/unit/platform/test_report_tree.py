"""A run as a tree of places."""

from penstock.metadata import MetadataStore
from penstock.metadata.records import State
from penstock.platform.report.tree import Place, RunTree, failures
from support.taxi_runs import EARLIER, begin_taxi_run, failed_taxi_run


def places(tree: RunTree) -> dict[str, Place]:
    assert tree.root is not None
    return {".".join(place.key): place for place in tree.root.walk() if place.parent is not None}


def test_iterations_lie_on_top_of_each_other(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    found = places(RunTree(store.executions(run.run.run_id), run.plan))
    assert found["for-loop-1"].iterations == {"SUCCEEDED": 3}
    assert found["for-loop-1"].counts == {"SUCCEEDED": 1}
    assert found["for-loop-1.fit"].counts == {"SUCCEEDED": 3}
    assert found["for-loop-1.fit"].seconds() == 2.7


def test_places_are_in_the_order_of_the_pipeline(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    order = list(places(RunTree(store.executions(run.run.run_id), run.plan)))
    upstream = run.plan.dag("root").upstream
    assert all(order.index(source) < order.index(name) for name, sources in upstream.items() for source in sources)


def test_growing_step_by_step_gives_the_same_counts_as_reading_it_whole(store: MetadataStore) -> None:
    run = failed_taxi_run(store)
    step_by_step = RunTree(plan=run.plan)
    for changes in run.changes:
        step_by_step.update(changes.executions)
    whole = RunTree(store.executions(run.run.run_id), run.plan)
    assert +step_by_step.steps == +whole.steps == {"SUCCEEDED": 9, "CACHED": 1, "SKIPPED": 1, "FAILED": 1}
    assert {key: +place.counts for key, place in places(step_by_step).items()} == {
        key: +place.counts for key, place in places(whole).items()
    }


def test_only_executions_whose_state_is_new_are_news(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    tree = RunTree(plan=run.plan)
    executions = store.executions(run.run.run_id)
    assert tree.update(executions) == executions
    assert tree.update(executions) == []


def test_what_comes_from_cache_is_cached(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    load = places(RunTree(store.executions(run.run.run_id), run.plan))["load"]
    assert load.state == "CACHED"
    assert load.latest.reused is not None
    assert load.latest.reused.run_id == EARLIER


def test_a_place_says_the_most_pressing_of_its_states(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    tree = RunTree(store.executions(run.run.run_id), run.plan)
    fit = run.executions["for-loop-1[1].fit"]
    tree.update([type(fit)(**{**{f: getattr(fit, f) for f in fit.__struct_fields__}, "state": State.RUNNING})])
    assert places(tree)["for-loop-1.fit"].state == "RUNNING"


def test_only_what_failed_by_itself_is_a_failure(store: MetadataStore) -> None:
    run = failed_taxi_run(store)
    assert [execution.path for execution in failures(store.executions(run.run.run_id))] == ["train"]


def test_a_place_knows_its_condition(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    found = places(RunTree(store.executions(run.run.run_id), run.plan))
    assert "evaluate-auc" in found["condition-1"].condition
    assert found["train"].condition == ""

"""Which runs may go: rules by age, count and size, and what always stays."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from penstock.core.ids import Digest, RunId
from penstock.metadata.records import State
from penstock.metadata.retention import RunFacts
from penstock.platform.retention import Policy, Selection, select

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_run(number: int, *, days: float = 0, pipeline: str = "taxi", state=State.SUCCEEDED, driven=False) -> RunFacts:
    ended = NOW - timedelta(days=days)
    return RunFacts(
        run_id=RunId(f"r{number}"),
        pipeline=pipeline,
        state=state,
        created_at=ended - timedelta(minutes=1),
        started_at=ended - timedelta(minutes=1),
        finished_at=ended if state.finished else None,
        driven=driven,
        inputs=[],
    )


def chosen(policy: Policy, *runs: RunFacts, held=(), used=None, sizes=None) -> Selection:
    facts = sorted(runs, key=lambda run: run.created_at)
    return select(policy, facts, {RunId(run) for run in held}, used or {}, sizes or {}, NOW)


OLD, MIDDLE, NEW = a_run(1, days=40), a_run(2, days=20), a_run(3, days=1)


def test_without_a_rule_every_run_stays():
    found = chosen(Policy(), OLD, NEW)
    assert found.remove == []
    assert found.stay == {"r1": "no rule applies", "r3": "no rule applies"}
    assert not Policy(pipeline="taxi").has_rules


def test_by_age_the_older_ones_go_newest_first():
    found = chosen(Policy(older_than=timedelta(days=10)), OLD, MIDDLE, NEW)
    assert found.remove == ["r2", "r1"]
    assert found.stay == {"r3": "young enough"}


def test_by_count_the_newest_of_each_pipeline_stay():
    other = a_run(4, days=50, pipeline="adult")
    found = chosen(Policy(keep_last=1), OLD, MIDDLE, NEW, other)
    assert found.remove == ["r2", "r1"]
    assert found.stay == {"r3": "among the newest", "r4": "among the newest"}
    assert chosen(Policy(keep_last=0), OLD, NEW).remove == ["r3", "r1"]


def test_age_and_count_together_remove_what_is_old_and_not_among_the_newest():
    found = chosen(Policy(older_than=timedelta(days=10), keep_last=2), OLD, MIDDLE, NEW)
    assert found.remove == ["r1"]
    assert found.stay == {"r2": "among the newest", "r3": "among the newest"}


def test_what_goes_on_or_is_kept_or_is_of_another_pipeline_stays():
    runs = [
        a_run(1, days=40, state=State.RUNNING),
        a_run(2, days=40, driven=True),
        a_run(3, days=40),
        a_run(4, days=40, pipeline="adult"),
        a_run(5, days=40, state=State.FAILED),
    ]
    found = chosen(Policy(keep_last=0, pipeline="taxi"), *runs, held=["r3"])
    assert found.remove == ["r5"]
    assert found.stay == {"r1": "goes on", "r2": "goes on", "r3": "kept", "r4": "another pipeline"}


def bytes_of(**runs: str) -> dict[RunId, set[Digest]]:
    return {RunId(run): {Digest(letter) for letter in letters} for run, letters in runs.items()}


SIZES = {Digest(letter): 100 for letter in "abcdef"}


def test_by_size_the_oldest_go_until_the_others_fit():
    used = bytes_of(r1="a", r2="b", r3="c")
    found = chosen(Policy(max_size=200), OLD, MIDDLE, NEW, used=used, sizes=SIZES)
    assert (found.remove, found.over) == (["r1"], 0)
    found = chosen(Policy(max_size=0), OLD, MIDDLE, NEW, used=used, sizes=SIZES)
    assert (found.remove, found.over) == (["r3", "r2", "r1"], 0)
    assert chosen(Policy(max_size=300), OLD, MIDDLE, NEW, used=used, sizes=SIZES).remove == []


def test_shared_bytes_count_once_and_are_free_only_with_their_last_user():
    used = bytes_of(r1="ab", r2="ab", r3="c")
    found = chosen(Policy(max_size=250), OLD, MIDDLE, NEW, used=used, sizes=SIZES)
    assert found.remove == ["r2", "r1"]


def test_what_must_stay_may_be_too_large_and_that_is_said():
    used = bytes_of(r1="abc", r3="d")
    found = chosen(Policy(max_size=50), OLD, NEW, held=["r1"], used=used, sizes=SIZES)
    assert (found.remove, found.over) == (["r3"], 250)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["taxi", "adult"]), st.sampled_from(list(State)), st.booleans())
    ),
    st.one_of(st.none(), st.integers(0, 60)),
    st.one_of(st.none(), st.integers(0, 4)),
    st.one_of(st.none(), st.integers(0, 900)),
    st.sets(st.integers(0, 10)),
)
def test_whatever_the_rules_nothing_goes_that_must_stay(rows, days, count, size, held):
    runs = [
        a_run(n, days=d, pipeline=pipeline, state=state, driven=driven)
        for n, (d, pipeline, state, driven) in enumerate(rows)
    ]
    policy = Policy(older_than=None if days is None else timedelta(days=days), keep_last=count, max_size=size)
    used = {run.run_id: {Digest("abcdef"[i % 6]), Digest(f"own {i}")} for i, run in enumerate(runs)}
    sizes = SIZES | {Digest(f"own {i}"): 10 for i in range(len(runs))}
    found = chosen(policy, *runs, held=[f"r{n}" for n in held], used=used, sizes=sizes)
    facts = {run.run_id: run for run in runs}
    assert set(found.remove) | set(found.stay) == set(facts)
    assert set(found.remove).isdisjoint(found.stay)
    for run_id in found.remove:
        assert facts[run_id].state.finished
        assert not facts[run_id].driven
        assert int(run_id[1:]) not in held
    for pipeline in ("taxi", "adult"):
        left = [run for run in runs if run.pipeline == pipeline and run.state.finished and run.run_id in found.stay]
        there = [run for run in runs if run.pipeline == pipeline and run.state.finished]
        assert len(left) >= min(count or 0, len(there))
    if size is not None and found.over == 0:
        assert sum(sizes[d] for d in {d for run in found.stay for d in used[run]}) <= size

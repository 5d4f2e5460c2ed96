"""Explaining on a real store: each verdict, and what an execution is compared with."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from penstock.core.ids import RunId, TaskPath
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.explain import Change, Explanation, PartChange, Verdict, compare, explain
from penstock.metadata.records import CacheKey, Changes, Execution, ExecutionKind, Reuse, State
from penstock.testing.store_cases.samples import NOW, a_fingerprint, an_execution, started

KEY = CacheKey(
    parts={
        "version": "1",
        "code:features.py:clean": "ab12",
        "code:train.py:train": "cd34",
        "parameter:rate": "0.1",
        "input:rows": "ef56",
        "environment:polars": "1.0",
    }
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    store = open_store(tmp_path / "metadata.db", durability="normal")
    yield store
    store.close()


def _key(**parts: str | None) -> CacheKey:
    """`KEY` with some parts changed, or without them; `parameter__rate` means `parameter:rate`."""
    changed = KEY.parts | {name.replace("__", ":"): value for name, value in parts.items()}
    return CacheKey(parts={name: value for name, value in changed.items() if value is not None})


def _train(run_id: str, path: str = "train", key: CacheKey | None = KEY, **fields: Any) -> Execution:
    print_ = None if key is None else a_fingerprint(abs(hash(tuple(sorted(key.parts.items())))))
    values: dict[str, Any] = {"state": State.SUCCEEDED, "attempt": 1, "component": "comp-train"} | fields
    return an_execution(path, run_id, key=key, fingerprint=print_, **values)


def _store(store: MetadataStore, day: int, *executions: Execution, pipeline: str = "taxi") -> None:
    lease = started(store, executions[0].run_id, created_at=NOW + timedelta(days=day), pipeline=pipeline)
    store.commit(lease, Changes(executions=list(executions)))


def _explain(store: MetadataStore, execution: Execution) -> Explanation:
    return explain(store, store.run(execution.run_id), execution)


def test_the_first_execution_has_nothing_to_compare_with(store: MetadataStore) -> None:
    _store(store, 0, _train("r1"))
    assert _explain(store, _train("r1")) == Explanation(verdict=Verdict.FIRST)


def test_a_changed_parameter_and_a_changed_function_are_named(store: MetadataStore) -> None:
    _store(store, 0, _train("r1"))
    later = _train("r2", key=_key(parameter__rate="0.2", **{"code:features.py:clean": "new"}))
    _store(store, 1, later)
    assert _explain(store, later) == Explanation(
        verdict=Verdict.CHANGED,
        earlier=Reuse(run_id=RunId("r1"), path=TaskPath("train")),
        earlier_state=State.SUCCEEDED,
        changes=(
            PartChange(kind="code", name="features.py:clean", change=Change.CHANGED, old="ab12", new="new"),
            PartChange(kind="parameter", name="rate", change=Change.CHANGED, old="0.1", new="0.2"),
        ),
    )


def test_parts_are_added_and_removed() -> None:
    changes = compare(KEY, _key(version="2", parameter__rate=None, parameter__depth="3", **{"zzz:new": "1"}))
    assert [(change.kind, change.name, change.change) for change in changes] == [
        ("parameter", "depth", Change.ADDED),
        ("parameter", "rate", Change.REMOVED),
        ("version", "", Change.CHANGED),
        ("zzz", "new", Change.ADDED),
    ]
    assert [(change.old, change.new) for change in changes] == [(None, "3"), ("0.1", None), ("1", "2"), (None, "1")]


def test_equal_keys_do_not_differ() -> None:
    assert compare(KEY, CacheKey(parts=dict(reversed(KEY.parts.items())))) == ()


def test_what_was_served_from_cache_names_its_source(store: MetadataStore) -> None:
    source = Reuse(run_id=RunId("r1"), path=TaskPath("train"))
    _store(store, 0, _train("r1"))
    cached = _train("r2", reused=source, attempt=0)
    _store(store, 1, cached)
    assert _explain(store, cached) == Explanation(verdict=Verdict.CACHED, earlier=source, earlier_state=State.SUCCEEDED)


def test_what_waits_for_another_run_is_not_taken_for_served(store: MetadataStore) -> None:
    source = Reuse(run_id=RunId("r1"), path=TaskPath("train"))
    _store(store, 0, _train("r1", state=State.RUNNING))
    waiting = _train("r2", reused=source, attempt=0, state=State.PENDING)
    _store(store, 1, waiting)
    assert _explain(store, waiting) == Explanation(verdict=Verdict.WAITING, earlier=source, earlier_state=State.RUNNING)


def test_a_source_that_is_gone_is_still_named(store: MetadataStore) -> None:
    source = Reuse(run_id=RunId("deleted"), path=TaskPath("train"))
    _store(store, 0, _train("r1", reused=source))
    assert _explain(store, _train("r1", reused=source)) == Explanation(verdict=Verdict.CACHED, earlier=source)


@pytest.mark.parametrize(("attempt", "verdict"), [(1, Verdict.CACHING_OFF), (0, Verdict.NOT_RUN)])
def test_without_a_key_there_is_nothing_to_compare(store: MetadataStore, attempt: int, verdict: Verdict) -> None:
    execution = _train("r1", key=None, attempt=attempt, state=State.PENDING)
    _store(store, 0, execution)
    assert _explain(store, execution) == Explanation(verdict=verdict)


@pytest.mark.parametrize("kind", [ExecutionKind.DAG, ExecutionKind.LOOP, ExecutionKind.IMPORTER])
def test_only_tasks_are_cached(store: MetadataStore, kind: ExecutionKind) -> None:
    execution = _train("r1", kind=kind)
    _store(store, 0, execution)
    assert _explain(store, execution).verdict is Verdict.NO_TASK


def test_an_equal_key_without_a_result_is_said(store: MetadataStore) -> None:
    _store(store, 0, _train("r1"))
    _store(store, 1, _train("r2", key=_key(parameter__rate="0.2")))
    _store(store, 2, _train("r3"))
    explanation = _explain(store, _train("r3"))
    assert (explanation.verdict, explanation.changes) == (Verdict.NO_RESULT, ())
    assert explanation.earlier == Reuse(run_id=RunId("r1"), path=TaskPath("train"))


def _compared_with(store: MetadataStore, execution: Execution) -> tuple[str, str]:
    earlier = _explain(store, execution).earlier
    assert earlier is not None
    return earlier.run_id, earlier.path


def test_the_newest_earlier_execution_is_compared_with(store: MetadataStore) -> None:
    for day in range(3):
        _store(store, day, _train(f"r{day}", key=_key(parameter__rate=str(day))))
    assert _compared_with(store, _train("r2", key=_key(parameter__rate="2"))) == ("r1", "train")
    assert _compared_with(store, _train("r1", key=_key(parameter__rate="1"))) == ("r0", "train")


def test_one_that_succeeded_is_preferred(store: MetadataStore) -> None:
    _store(store, 0, _train("r0", key=_key(parameter__rate="0")))
    _store(store, 1, _train("r1", key=_key(parameter__rate="1"), state=State.FAILED))
    _store(store, 2, _train("r2"))
    assert _compared_with(store, _train("r2")) == ("r0", "train")


def test_one_that_failed_is_better_than_none(store: MetadataStore) -> None:
    _store(store, 0, _train("r0", key=_key(parameter__rate="0"), state=State.FAILED))
    _store(store, 1, _train("r1"))
    assert _explain(store, _train("r1")).earlier_state is State.FAILED


def test_the_same_function_is_preferred(store: MetadataStore) -> None:
    _store(store, 0, _train("r0", key=_key(component="a:train", parameter__rate="0")))
    _store(store, 1, _train("r1", key=_key(component="b:train")))
    _store(store, 2, _train("r2", key=_key(component="a:train")))
    assert _compared_with(store, _train("r2", key=_key(component="a:train"))) == ("r0", "train")


def _aged(run_id: str, hours: float, **fields: Any) -> Execution:
    moment = NOW + timedelta(hours=hours)
    return _train(run_id, started_at=moment, finished_at=moment, **fields)


@pytest.mark.parametrize(("fresh_for", "verdict"), [(3600.0, Verdict.STALE), (36000.0, Verdict.NO_RESULT)])
def test_a_result_that_was_too_old_is_said_with_its_age(
    store: MetadataStore, fresh_for: float, verdict: Verdict
) -> None:
    _store(store, 0, _aged("r0", 0))
    _store(store, 1, _aged("r1", 0.5, reused=Reuse(run_id=RunId("r0"), path=TaskPath("train"))))
    later = _aged("r2", 2)
    _store(store, 2, later)
    explanation = explain(store, store.run(RunId("r2")), later, fresh_for=fresh_for)
    assert explanation.verdict is verdict
    assert explanation.age == (7200.0 if verdict is Verdict.STALE else None)


def test_the_same_place_is_preferred(store: MetadataStore) -> None:
    places = [f"loop[{number}].train" for number in range(3)]
    _store(store, 0, *(_train("r0", path, _key(parameter__rate=path)) for path in places))
    _store(store, 1, _train("r1", places[2], _key(parameter__rate="other")))
    execution = _train("r2", places[0])
    _store(store, 2, execution)
    assert _compared_with(store, execution) == ("r0", places[0])
    elsewhere = _train("r3", "loop[9].train")
    _store(store, 3, elsewhere)
    assert _explain(store, elsewhere).verdict is Verdict.NO_RESULT


def test_other_pipelines_components_and_keyless_executions_do_not_count(store: MetadataStore) -> None:
    _store(store, 0, _train("r0"), pipeline="other")
    _store(store, 1, _train("r1", key=None))
    _store(store, 2, _train("r2", component="comp-test"))
    _store(store, 3, _train("r3"))
    assert _explain(store, _train("r3")).verdict is Verdict.FIRST

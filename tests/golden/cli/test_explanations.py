"""Every reason for which a task runs or is served from cache, as `penstock runs explain` prints it."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from penstock.cli.runs.reasons import Explained, reason_lines
from penstock.cli.screen import Screen
from penstock.compiler.code.modules import parse_module
from penstock.compiler.code.package import pack
from penstock.core.ids import Fingerprint, RunId, TaskPath
from penstock.engine.fingerprint import fingerprint
from penstock.ir.document import canonical_json, digest
from penstock.ir.manifest import ComponentManifest, manifest_arguments
from penstock.ir.spec import CachingOptions, ContainerSpec, ExecutorSpec, PipelineDocument
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.records import Bindings, CacheKey, Changes, Execution, ExecutionKind, Reuse, State
from penstock.platform.report.reasons import Reasons
from penstock.testing.store_cases.samples import ENGINE, NOW, a_run, an_execution
from support.goldens import assert_golden
from support.pipelines import COMPLETED, dag, document, leaf, output_of, status_of, task

HERE = Path(__file__).parent / "renderings"

PARTS = {
    "version": "2",
    "output": "81b1799fb396875a",
    "component": "pipeline:train",
    "code:features.py:clean": "81b1799fb396875a",
    "code:pipeline.py:train": "92b1799fb396875a",
    "environment:python": "3.11",
    "environment:polars": "1.2.0",
    "parameter:rate": "0.1",
    "parameter:config": "53b1799fb396875a",
    "input:rows": "03b1799fb396875a",
}
CONFIG = {"steps": [{"name": "first", "depth": 3, "columns": list(range(40))}], "seed": 1}
SOURCE = "LIMIT = 1\n\n\ndef clean(rows):\n    kept = [row for row in rows if row]\n    return kept[:{}]\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(tmp_path / "penstock.db", durability="normal")
    yield opened
    opened.close()


def pipeline(limit: str = "100") -> PipelineDocument:
    cached = CachingOptions(enable_cache=True)
    tasks = {
        "prepare": structs.replace(task("comp-prepare"), caching_options=cached),
        "train": structs.replace(task("comp-train", inputs={"rows": output_of("prepare")}), caching_options=cached),
        "notify": task("comp-notify", inputs={"status": status_of("train")}, strategy=COMPLETED),
        "sweep": task("comp-sweep", strategy=COMPLETED),
        "always": task("comp-always"),
        "other": task("comp-other"),
    }
    names = ("prepare", "train", "notify", "sweep", "always", "other")
    made = document(dag(tasks), **{f"comp-{name}": leaf(name) for name in names})
    module = parse_module("features", None, is_package=False, source=SOURCE.replace("{}", limit).encode())
    manifest = ComponentManifest(module="pipeline", function="train", fresh_for=21600.0)
    ours = ContainerSpec(
        image="python",
        command=["python3", "-m", "penstock.launcher"],
        args=manifest_arguments(manifest, pack([module])),
    )
    for name in ("train", "always", "prepare"):
        made.pipeline.deployment_spec.executors[f"exec-{name}"] = ExecutorSpec(container=ours)
    return made


def record(
    store: MetadataStore,
    name: str,
    day: float,
    *executions: Execution,
    spec: PipelineDocument | None = None,
    **run: Any,
) -> None:
    """A run of a pipeline of its own, so that only the runs of one case are compared."""
    made = spec or pipeline()
    run_id = executions[0].run_id
    moment = NOW + timedelta(days=day)
    described = a_run(run_id, pipeline=name, spec=digest(made), created_at=moment, **run)
    store.create_run(described, canonical_json(made))
    lease = store.acquire(described.run_id, ENGINE, NOW, timedelta(days=1))
    root = an_execution(
        "", run_id, parent=None, task=name, component="root", kind=ExecutionKind.DAG, state=State.SUCCEEDED
    )
    store.commit(lease, Changes(executions=[root, *executions]))


def execution(run_id: str, task: str = "train", day: float = 0.0, **fields: Any) -> Execution:
    parts = fields.pop("parts", PARTS)
    key = None if parts is None else CacheKey(parts=parts)
    given: dict[str, Any] = {
        "state": State.SUCCEEDED,
        "attempt": 1,
        "key": key,
        "fingerprint": None if key is None else Fingerprint(fingerprint(key)),
        "started_at": NOW + timedelta(days=day),
        "finished_at": NOW + timedelta(days=day),
        "inputs": Bindings(parameters={"config": CONFIG}),
    } | fields
    return an_execution(task, run_id, **given)


def changed(**parts: str | None) -> dict[str, str]:
    """`PARTS` with some changed; `__` stands for a colon."""
    found = PARTS | {name.replace("__", ":"): value for name, value in parts.items()}
    return {name: value for name, value in found.items() if value is not None}


OTHER = "a4b1799fb396875a"
CHANGES: dict[str, dict[str, str]] = {
    "a function": PARTS | {"code:features.py:clean": OTHER},
    "several at once": PARTS
    | {"code:features.py:clean": OTHER, "parameter:rate": "0.2", "environment:polars": "1.3.0"},
    "more code": PARTS | {"code:features.py:scale": OTHER, "code:features.py:<module>": OTHER},
    "less code": changed(**{"code:features.py:clean": None}),
    "a module as a whole": PARTS | {"code:features.py:*": OTHER, "code:features.py:__doc__": OTHER},
    "order": PARTS | {"code:<order of imports>": OTHER},
    "another component": PARTS | {"component": "pipeline:fit"},
    "Python": PARTS | {"environment:python": "3.12"},
    "another package": changed(environment__polars=None, environment__pandas="3.1"),
    "requirements": PARTS | {"environment:requirements": '["polars>=1"]'},
    "an image": PARTS | {"image": "python:3.12"},
    "a version": PARTS | {"cache:version": '"2026-05"'},
    "a variable": PARTS | {"env:MODE": '"fast"', "variable:LEVEL": OTHER},
    "a parameter": PARTS | {"parameter:rate": "0.2"},
    "a parameter more": PARTS | {"parameter:depth": "3"},
    "a file": PARTS | {"file:path": OTHER, "data:rules.csv": OTHER},
    "an input": PARTS | {"input:rows": OTHER},
    "outputs": PARTS | {"output": OTHER},
    "a command": PARTS | {"command": OTHER},
    "a key": PARTS | {"key": "v2"},
    "rules": PARTS | {"version": "1"},
    "a control sign": PARTS | {"parameter:rate": '"\\u001b[31m\x1b[31mred\n"'},
}


def test_every_reason_is_said(store: MetadataStore) -> None:
    texts = [f"{name}\n{said(store, name, parts=parts)}" for name, parts in CHANGES.items()]
    texts.append(f"no earlier run\n{only(store)}")
    texts.append(f"a place in a value\n{said(store, 'place', parts=LONG, inputs=DEEPER)}")
    texts.append(f"served\n{said(store, 'served', reused=Reuse(run_id=RunId('r-old'), path=TaskPath('train')))}")
    waiting = {"reused": Reuse(run_id=RunId("r-other"), path=TaskPath("train")), "state": State.PENDING}
    texts.append(f"waits\n{said(store, 'waiting', **waiting)}")
    texts.append(f"too old\n{said(store, 'old', day=1.0)}")
    texts.append(f"files gone\n{said(store, 'gone', day=0.1)}")
    texts.append(f"failed before\n{said(store, 'failed', day=0.1, old={'state': State.FAILED})}")
    texts.append(f"switched off for the run\n{said(store, 'off', day=1.0, run={'options': {'cache': False}})}")
    texts.append(f"asked for\n{said(store, 'asked', run={'options': {'cache': True, 'anew': ['train']}})}")
    for name in ("always", "other", "notify", "sweep"):
        texts.append(f"switched off: {name}\n{only(store, name, parts=None)}")
    texts.append(f"not run\n{only(store, 'other', 'waits', parts=None, attempt=0, state=State.PENDING)}")
    assert_golden(HERE / "explanations.txt", "\n".join(texts))


LONG = PARTS | {"parameter:config": OTHER}
DEEPER = Bindings(
    parameters={"config": CONFIG | {"steps": [{"name": "first", "depth": 4, "columns": list(range(40))}]}}
)


def said(
    store: MetadataStore,
    name: str,
    *,
    day: float = 0.1,
    old: dict[str, Any] | None = None,
    run: dict[str, Any] | None = None,
    **fields: Any,
) -> str:
    """What is said of an execution that an earlier one stands beside."""
    record(store, name, 0, execution(f"{name}-1", **(old or {})))
    clean = fields.get("parts", PARTS).get("code:features.py:clean")
    limit = "10" if clean == OTHER else "100"
    record(store, name, day, execution(f"{name}-2", day=day, **fields), spec=pipeline(limit), **(run or {}))
    return explained(store, f"{name}-2", "train")


def only(store: MetadataStore, task: str = "train", name: str = "", **fields: Any) -> str:
    """What is said of an execution that is alone."""
    run_id = f"{name or task}-only"
    record(store, run_id, 0, execution(run_id, task, **fields))
    return explained(store, run_id, task)


def explained(store: MetadataStore, run_id: str, task: str) -> str:
    run = store.run(RunId(run_id))
    found = store.execution(run.run_id, TaskPath(task))
    assert found is not None
    reasons = Reasons(store, run)
    explanation = reasons.explanation(found)
    item = Explained(found, explanation, reasons.words(found, explanation), reasons.differences(found, explanation))
    screen = Screen(io.StringIO(), color="never")
    screen.print(*reason_lines([item], 110))
    assert isinstance(screen.stream, io.StringIO)
    return screen.stream.getvalue()


def test_what_gave_an_input_is_followed_to_where_the_difference_began(store: MetadataStore) -> None:
    rows = PARTS | {"input:rows": OTHER}
    record(store, "deep", 0, execution("deep-1"), execution("deep-1", "prepare"))
    later = [
        execution("deep-2", day=0.1, parts=rows),
        execution("deep-2", "prepare", day=0.1, parts=PARTS | {"code:rows.py:read": "0"}),
    ]
    record(store, "deep", 0.1, *later)
    run = store.run(RunId("deep-2"))
    assert Reasons(store, run).words(later[0], deep=True) == [
        "input rows changed (03b179 → a4b179, from prepare: it uses rows.py:read now)"
    ]
    assert Reasons(store, run).words(later[0]) == ["input rows changed (03b179 → a4b179, from prepare)"]

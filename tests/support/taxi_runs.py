"""One pipeline with all that a pipeline can have, and runs of it on record: one that succeeded, one that failed."""

from pathlib import Path
from typing import Any

from msgspec import structs

from penstock.artifacts.store import ArtifactStore
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import PipelineDocument, PipelineInfo
from penstock.metadata.records import Bindings, State, Usage
from penstock.metadata.store import MetadataStore
from support.pipelines import dag, document, leaf, outer, output_of, over, task
from support.recorded import RecordedRun, put_text

TRACEBACK = """Traceback (most recent call last):
  File "examples/taxi/pipeline.py", line 41, in train
    model.fit(rows, target)
  File "examples/taxi/features.py", line 12, in check
    raise ValueError("no rows with 'big_tip'")
ValueError: no rows with 'big_tip'
"""
FAILURE = TaskFailure(
    kind="task", code="LAU002", message="ValueError: no rows with 'big_tip'", traceback=TRACEBACK, hint=""
)
EARLIER = "20261120-090000-abcdef"
CONDITION = "inputs.parameter_values['pipelinechannel--evaluate-auc'] > 0.9"


def taxi_document() -> PipelineDocument:
    """Two branches, a loop, a task with retries, a condition."""
    body = dag(
        {"fit": task("fit", inputs={"x": outer("x")}), "score": task("score", inputs={"m": output_of("fit")})},
        x="NUMBER_INTEGER",
    )
    rows = {"rows": output_of("split")}
    root = dag(
        {
            "load": task("load"),
            "validate": task("validate", inputs={"rows": output_of("load")}),
            "profile": task("profile", inputs={"rows": output_of("validate")}),
            "split": task("split", inputs={"rows": output_of("validate")}),
            "for-loop-1": task("body", inputs=rows, each=over("[1,2]", item="x")),
            "train": task("train", inputs={**rows, "best": output_of("for-loop-1")}, retries=2),
            "evaluate": task("evaluate", inputs={**rows, "m": output_of("train")}),
            "condition-1": task("branch", inputs={"a": output_of("evaluate")}, condition=CONDITION),
        },
        path="STRING",
        learning_rate="NUMBER_DOUBLE",
    )
    leaves = ("load", "validate", "profile", "split", "train", "evaluate", "fit", "score", "publish")
    made = document(
        root,
        body=body,
        branch=dag({"publish": task("publish")}),
        **{name: leaf(name, outputs={"Output": "STRING"}) for name in leaves},
    )
    return structs.replace(made, pipeline=structs.replace(made.pipeline, pipeline_info=PipelineInfo(name="taxi")))


def begin_taxi_run(store: MetadataStore, **details: Any) -> RecordedRun:
    """As far as the loop: one task from cache, four that ran, a loop of three iterations."""
    details.setdefault("parameters", {"path": "data/taxi.csv", "learning_rate": 0.05})
    run = RecordedRun(store, taxi_document(), **details)
    run.is_cached("load", 0.1, EARLIER)
    run.runs("validate", 0.2, 1.1, usage=Usage(wall_seconds=0.9, cpu_seconds=1.3, peak_memory=123_456_789))
    run.starts("profile", 1.1)
    run.runs("split", 1.1, 1.6)
    run.succeeds("profile", 2.9)
    run.enters("for-loop-1", 1.6, iterations=3)
    for index in range(3):
        run.runs(f"for-loop-1[{index}].fit", 1.7 + index, 2.4 + index)
        run.runs(f"for-loop-1[{index}].score", 2.4 + index, 2.5 + index)
        run.becomes(f"for-loop-1[{index}]", State.SUCCEEDED, 2.5 + index)
    run.becomes("for-loop-1", State.SUCCEEDED, 4.5)
    return run


def failed_taxi_run(store: MetadataStore, log: Path | None = None, **details: Any) -> RecordedRun:
    """`train` fails three times; what follows is skipped."""
    run = begin_taxi_run(store, **details)
    written = str(log or "")
    for number in (1, 2, 3):
        run.starts("train", 4.5 + 2 * number, attempt=number, log=written)
        run.fails("train", 5.5 + 2 * number, FAILURE, again=number < 3, log=written)
    run.becomes("evaluate", State.SKIPPED, 11.5)
    run.becomes("condition-1", State.SKIPPED, 11.5)
    run.ends(State.FAILED, 11.6, error=FAILURE)
    return run


def succeeded_taxi_run(store: MetadataStore, artifacts: ArtifactStore, **details: Any) -> RecordedRun:
    """`train` succeeds the second time; metrics, a model, and the condition holds."""
    run = begin_taxi_run(store, **details)
    run.starts("train", 4.5)
    run.fails("train", 5.5, FAILURE, again=True)
    model = run.artifact("train", "model", "Model", put_text(artifacts, "model.bin", "weights " * 1500))
    run.starts("train", 6.5, attempt=2)
    run.succeeds("train", 9.0, artifacts={"model": model})
    scores = run.artifact("evaluate", "scores", "Metrics", auc=0.912345, log_loss=0.31, rows=41234)
    run.starts("evaluate", 9.0)
    run.succeeds("evaluate", 9.4, inputs={"model": model}, artifacts={"scores": scores}, parameters={"auc": 0.912345})
    run.enters("condition-1", 9.4)
    run.runs("condition-1.publish", 9.4, 9.6)
    run.becomes("condition-1", State.SUCCEEDED, 9.6)
    outputs = Bindings(parameters={"auc": 0.912345}, artifacts={"model": [model.artifact_id]})
    run.ends(State.SUCCEEDED, 9.7, outputs=outputs)
    return run

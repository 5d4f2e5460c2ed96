"""The Kubeflow pipelines behind the golden files, each written for one part of the format.

`python tests/golden/ir/authored.py` compiles them anew with the installed `kfp`; do so only to add one, or on purpose
for a new `kfp`, and read the difference.
"""

# ruff: noqa: B006, PTH123  Kubeflow components have defaults of lists, and cannot see this file's imports.

import warnings
from pathlib import Path
from typing import Any, Optional

warnings.simplefilter("ignore")

from kfp import compiler, dsl  # noqa: E402
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output  # noqa: E402

component = dsl.component(base_image="python:3.11", install_kfp_package=False)


@component
def count(limit: int, ratio: float = 0.5, tags: list = [1, 2], options: dict = {"depth": 3}) -> int:
    """Counts.

    Text of several lines: "quoted", 'quoted', {{braces}}, ünïcode ✓.
    """
    return int(limit * ratio) + len(tags) + len(options)


@component
def words(seed: int) -> list:
    return [f"word-{seed}", "é", "2024-01-01", "yes", "1e5"]


@component
def measure(word: str, factor: float) -> float:
    return len(word) * factor


@component
def total(values: list) -> float:
    return sum(values)


@component
def coin(seed: int) -> str:
    return "heads" if seed % 2 else "tails"


@component
def make_rows(size: int, rows: Output[Dataset]):
    with open(rows.path, "w") as file:
        file.write("x\n" * size)
    rows.metadata["size"] = size


@component
def fit(rows: Input[Dataset], model: Output[Model], metrics: Output[Metrics], depth: int = 3):
    metrics.log_metric("depth", depth)
    with open(model.path, "w") as file:
        file.write(rows.uri)


@component
def join(parts: Input[list[Dataset]], rows: Output[Dataset]):
    with open(rows.path, "w") as file:
        file.write("\n".join(part.uri for part in parts))


@component
def say(text: str):
    print(text)


@component
def report(status: dsl.PipelineTaskFinalStatus, text: str = "done"):
    print(status.state, text)


@component
def optional(note: str = "", limit: Optional[int] = None):  # noqa: UP045  kfp knows no other spelling
    print(note, limit)


@dsl.container_component
def command(
    text: str, rows: Output[Dataset], source: Input[Artifact], flag: str = "", note: dsl.OutputPath(str) = None
):  # type: ignore[valid-type]
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-c", 'mkdir -p "$(dirname "$1")" && echo "$0" > "$1"'],
        args=[
            dsl.ConcatPlaceholder(["--text=", text, "; from ", source.uri]),
            rows.path,
            dsl.IfPresentPlaceholder(input_name="flag", then=["--flag", flag], else_=["--no-flag"]),
            note,
            source.metadata["size"],
        ],
    )


@dsl.pipeline(
    name="sequence", description="One after the other, with every type of parameter.", display_name="A sequence"
)
def sequence(
    limit: int = 10, ratio: float = 1.0, tags: list = [1, 2.5, "x"], options: dict = {"a": {"b": [1]}}
) -> float:
    counted = count(limit=limit, ratio=ratio, tags=tags, options=options)
    found = words(seed=counted.output).after(counted)
    measured = measure(word="fixed", factor=2.0)
    measured.set_caching_options(False)
    say(text=f"{counted.output} and {ratio}").after(found)
    return measured.output


@dsl.pipeline(name="conditions")
def conditions(seed: int = 3) -> str:
    tossed = coin(seed=seed)
    with dsl.If(tossed.output == "heads", name="won"):
        first = coin(seed=1)
    with dsl.Elif(seed > 5):
        second = coin(seed=2)
    with dsl.Else():
        third = coin(seed=3)
    chosen = dsl.OneOf(first.output, second.output, third.output)
    say(text=chosen)
    return chosen


@dsl.pipeline(name="oneof-artifacts")
def oneof_artifacts(seed: int = 3) -> Dataset:
    tossed = coin(seed=seed)
    with dsl.If(tossed.output == "heads"):
        few = make_rows(size=1)
    with dsl.Else():
        many = make_rows(size=1000)
    rows = dsl.OneOf(few.outputs["rows"], many.outputs["rows"])
    fit(rows=rows)
    return rows


@dsl.pipeline(name="loops")
def loops(seed: int = 1, factors: list = [1, 2]) -> float:
    found = words(seed=seed)
    with dsl.ParallelFor(items=found.output, name="every-word", parallelism=2) as word:
        with dsl.ParallelFor(items=[0.5, 2.0]) as factor:
            measured = measure(word=word, factor=factor)
        make_rows(size=3)
    with dsl.ParallelFor(items=factors) as factor:
        rows = make_rows(size=factor)
    with dsl.ParallelFor(items=[{"a": "p", "b": "x"}, {"a": "q", "b": "y"}]) as pair:
        say(text=pair.b)
    join(parts=dsl.Collected(rows.outputs["rows"]))
    return total(values=dsl.Collected(measured.output)).output


@dsl.pipeline(name="inner")
def inner(size: int, note: str = "none", depth: int = 4) -> Model:
    rows = make_rows(size=size)
    optional(note=note)
    return fit(rows=rows.outputs["rows"], depth=depth).outputs["model"]


@dsl.pipeline(name="nested")
def nested(size: int = 5) -> Model:
    first = inner(size=size)
    second = inner(size=7, note="second").after(first)
    say(text="between")
    return second.output


@dsl.pipeline(name="exit-handler")
def exit_handler(text: str = "hello"):
    with dsl.ExitHandler(report(text=text), name="body"):
        said = say(text=text)
        count(limit=1).after(said)
    say(text="whatever happened").ignore_upstream_failure()


@dsl.pipeline(name="imports")
def imports(uri: str = "gs://bucket/rows.csv", owner: str = "nobody"):
    constant = dsl.importer(
        artifact_uri="s3://bucket/a b.csv", artifact_class=Dataset, reimport=True, metadata={"owner": owner, "size": 3}
    )
    given = dsl.importer(artifact_uri=uri, artifact_class=Dataset, reimport=False)
    fit(rows=constant.output)
    command(text='it\'s "quoted"', source=given.output)


@dsl.pipeline(name="policies")
def policies(cores: str = "2", image: str = "python:3.12"):
    task = count(limit=3)
    task.set_retry(num_retries=3, backoff_duration="5s", backoff_factor=1.5, backoff_max_duration="1h")
    task.set_cpu_request("500m").set_cpu_limit("4").set_memory_request("256Mi").set_memory_limit("15G")
    task.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
    task.set_env_variable("A", "b=c").set_display_name("Count them").set_caching_options(True, cache_key="mine")
    other = say(text=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    other.set_cpu_limit(cores).set_container_image(image)
    optional()


@dsl.pipeline(
    name="platform",
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(
            size="5Gi", kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"accessModes": ["ReadWriteMany"]})
        ),
        ttl_seconds_after_finished=60,
        active_deadline_seconds=3600,
    ),
)
def platform(text: str = "x"):
    say(text=f"{dsl.WORKSPACE_PATH_PLACEHOLDER}/{text}")


PIPELINES: list[Any] = [
    sequence,
    conditions,
    oneof_artifacts,
    loops,
    nested,
    exit_handler,
    imports,
    policies,
    platform,
]


def compile_to(folder: Path) -> None:
    """Write one YAML file for each pipeline."""
    for pipeline in PIPELINES:
        compiler.Compiler().compile(pipeline, str(folder / f"{pipeline.name}.yaml"))


if __name__ == "__main__":
    compile_to(Path(__file__).parent)

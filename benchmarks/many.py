"""Pipelines of 100 to 10,000 tasks: what deciding and storing costs a task, and the memory of the engine.

Tasks run in an executor that does nothing, so that what is left is the engine itself with its durable store.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Result, command
from penstock.core.settings import Settings
from penstock.ir.runtime import ExecutorOutput
from penstock.ir.spec import (
    CachingOptions,
    ComponentRef,
    ComponentSpec,
    ContainerSpec,
    DagSpec,
    DeploymentSpec,
    ExecutorSpec,
    PipelineDocument,
    PipelineInfo,
    PipelineSpec,
    TaskSpec,
)
from penstock.metadata.records import State
from penstock.platform.system import System
from penstock.testing.executors import ScriptedExecutor

SIZES = (100, 1_000, 10_000)


def layered(size: int) -> PipelineDocument:
    """`size` tasks in layers of ten; each waits for two of the layer before."""
    tasks = {}
    for n in range(size):
        before = [f"t{n - 10}", f"t{(n // 10 - 1) * 10 + (n + 1) % 10}"] if n >= 10 else []
        tasks[f"t{n}"] = TaskSpec(
            component_ref=ComponentRef(name="comp-work"),
            dependent_tasks=before,
            caching_options=CachingOptions(enable_cache=False),
        )
    container = ContainerSpec(image="none", command=["work"])
    return PipelineDocument(
        pipeline=PipelineSpec(
            pipeline_info=PipelineInfo(name="many"),
            root=ComponentSpec(dag=DagSpec(tasks=tasks)),
            components={"comp-work": ComponentSpec(executor_label="exec-work")},
            deployment_spec=DeploymentSpec(executors={"exec-work": ExecutorSpec(container=container)}),
            schema_version="2.1.0",
        )
    )


def idle() -> ScriptedExecutor:
    """An executor that does nothing, and keeps no orders."""
    executor = ScriptedExecutor(lambda _: executor.orders.clear() or ExecutorOutput())
    return executor


def measure(size: int) -> tuple[float, int]:
    """Seconds a task, and the peak memory of this process in bytes."""
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home))) as system:
        system._workers.executor = lambda options: idle()  # noqa: ARG005 - one executor whatever the options
        run = system.submit(layered(size), {})
        begin = time.perf_counter()
        assert system.drive(run.run_id).state is State.SUCCEEDED
        taken = time.perf_counter() - begin
    return taken / size, peak_memory()


def peak_memory() -> int:
    """Of this process since its program began, in bytes. (What `getrusage` gives starts at the parent's.)"""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def in_a_process(size: int) -> tuple[float, int]:
    """The same in a process that does nothing else."""
    taken, peak = json.loads(command(sys.executable, "-m", "benchmarks.many", str(size)))
    return taken, peak


def run(quick: bool) -> list[Result]:
    sizes = SIZES[:2] if quick else SIZES
    measured = {size: in_a_process(size) for size in sizes}
    smallest, largest = sizes[0], sizes[-1]
    return [
        Result(
            name=f"cost of a task in a pipeline of {largest:,}, engine and store alone",
            floor_name=f"in one of {smallest:,}",
            floor=measured[smallest][0],
            ours=measured[largest][0],
            aim=1.2,
            notes=[f"peak memory of the engine {measured[largest][1] / 1e6:.0f} MB; the aim is 300"],
        )
    ]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))

"""An exit handler around what goes well: the exit task runs last, and is told how it went."""

from kfp import dsl
from kfp.dsl import PipelineTaskFinalStatus


@dsl.component
def work(x: int) -> int:
    return x + 1


@dsl.component
def finish(message: str, status: PipelineTaskFinalStatus):
    assert message == "bye", message
    assert status.state in ("COMPLETE", "SUCCEEDED"), status
    assert status.pipeline_task_name, status
    assert status.pipeline_job_resource_name, status
    assert not status.error_message, status


@dsl.component
def plain():
    print("no status wanted")


@dsl.pipeline(name="exit-handler")
def exit_handler(message: str = "bye"):
    with dsl.ExitHandler(finish(message=message)):
        one = work(x=1)
        work(x=one.output)
    with dsl.ExitHandler(plain(), name="second"):
        work(x=5)

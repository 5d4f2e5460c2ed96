"""An exit handler around what fails: the exit task runs all the same, and is told; the run fails."""

from kfp import dsl
from kfp.dsl import PipelineTaskFinalStatus


@dsl.component
def good() -> int:
    return 1


@dsl.component
def bad(x: int) -> int:
    raise ValueError(f"broken on purpose after {x}")


@dsl.component
def after(x: int):
    raise AssertionError("nothing runs after what failed")


@dsl.component
def finish(status: PipelineTaskFinalStatus):
    assert status.state == "FAILED", status


@dsl.pipeline(name="exit-handler-failing")
def exit_handler_failing():
    with dsl.ExitHandler(finish()):
        after(x=bad(x=good().output).output)

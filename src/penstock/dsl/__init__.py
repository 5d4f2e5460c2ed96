"""What authors write: components, pipelines, and the control flow between tasks.

```python
from penstock import component, pipeline

@component
def double(x: int) -> int:
    return 2 * x

@pipeline
def twice(x: int):
    double(double(x))
```
"""

from penstock.dsl.approving import approval
from penstock.dsl.branching import elsewhen, one_of, otherwise, when
from penstock.dsl.commands import Concat, ContainerSpec, IfPresent, Output
from penstock.dsl.component import Component, component
from penstock.dsl.container import ContainerComponent, container_component
from penstock.dsl.exits import on_exit
from penstock.dsl.looping import collect, each
from penstock.dsl.options import Cache, Options, Retry, TaskOptions
from penstock.dsl.pipeline import Pipeline, pipeline
from penstock.dsl.status import TaskFinalStatus

__all__ = [
    "Cache",
    "Component",
    "Concat",
    "ContainerComponent",
    "ContainerSpec",
    "IfPresent",
    "Options",
    "Output",
    "Pipeline",
    "Retry",
    "TaskFinalStatus",
    "TaskOptions",
    "approval",
    "collect",
    "component",
    "container_component",
    "each",
    "elsewhen",
    "on_exit",
    "one_of",
    "otherwise",
    "pipeline",
    "when",
]

"""`approval(…)`: a task that waits until a person says yes. It takes no core and no process, however long that is."""

from typing import Any

from penstock.dsl.commands import ContainerSpec, IfPresent, Output
from penstock.dsl.container import container_component

_PREPARE = 'python3 -c "import penstock" 2>/dev/null || python3 -m pip install --quiet penstock; exec "$@"'


@container_component(cache=False)
def approval(
    subject: str,
    answer: Output[dict[str, Any]],
    role: str = "model-validator",
    details: dict[str, Any] | None = None,
) -> ContainerSpec:
    """Wait until a person approves. The run goes on then, or fails with what the person wrote.

    ```python
    asked = approval(f"champion of taxi, auc {auc}")
    register.after(asked)("taxi", model)
    ```

    The question is in the store: the engine may be killed and started again, days may pass, another engine may take
    the run. `penstock approvals list` shows what waits, `penstock approvals approve ID` answers. `timeout` is the time
    that people have: `approval.with_options(timeout="48h")(…)` fails after two days without an answer.

    Args:
        subject: What is to be approved, in words.
        answer: The output: `by`, `note` and `at` of the answer, and the `approval` that it is to.
        role: Who is to decide.
        details: What to decide by, shown to whoever decides: figures, a verdict.
    """
    return ContainerSpec(
        image="python:3.12-slim",
        command=["sh", "-ec", _PREPARE, "approval", "python3", "-m", "penstock.client.approval"],
        args=[
            "--subject", subject, "--role", role, IfPresent("details", then=["--details", details]),
            "--answer", answer,
        ],
    )  # fmt: skip

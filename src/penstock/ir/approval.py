"""The container of an approval: a task that waits for a person. Our executors recognise the form and start nothing.

Elsewhere the container runs as it stands: it asks the endpoint of the run for an answer, again and again.
"""

from penstock.ir.spec import ContainerSpec

APPROVAL_MODULE = "penstock.client.approval"
"""What stands in the command of such a container, as a word of its own."""
ANSWER = "answer"
"""The name of its only output: who approved, when, and with which note."""


def is_approval(container: ContainerSpec) -> bool:
    """Whether a container is that of an approval."""
    return APPROVAL_MODULE in container.command

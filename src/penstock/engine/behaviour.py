"""The rules by which a run is decided, versioned: a run that an older Penstock began is finished by its rules.

Each run records the behaviour that was the newest when it was made. When a rule changes in a way that would make a
run end otherwise than it began, `BEHAVIOUR` grows, the new rule gets a name here with the first behaviour that has
it, and the place that decides asks `has_rule`. A rule's old branch goes when no store can hold a run of it any more.
"""

from penstock.engine.errors import BehaviourTooNew
from penstock.metadata.records import Run

BEHAVIOUR = 2
"""The newest rules, which new runs are made by."""

WAITS_FOR_OTHERS = 2
"""A task waits for another run that computes the same at this moment; before: both computed it."""

RETRIES_DAGS = 2
"""A retry policy on a DAG runs again what failed within it; before: it was not looked at."""


def behaviour_of(run: Run) -> int:
    """The rules that a run was made by; runs that do not say are the oldest."""
    recorded = run.options.get("behaviour", 1)
    return recorded if isinstance(recorded, int) else 1


def has_rule(run: Run, since: int) -> bool:
    """Whether a rule that came with behaviour `since` holds for a run."""
    return behaviour_of(run) >= since


def check_behaviour(run: Run) -> None:
    """Refuse a run whose rules are not known here.

    Raises:
        BehaviourTooNew: A newer Penstock made it.
    """
    if behaviour_of(run) > BEHAVIOUR:
        raise BehaviourTooNew(run=run.run_id, behaviour=behaviour_of(run), known=BEHAVIOUR)

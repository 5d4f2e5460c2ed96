"""A process of its own for the store contract: `python -m penstock.testing.store_process`.

It reads a pickled `Order` from stdin, says `ready`, waits for a line, does what was ordered, and prints the result.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO

from penstock.core import faults
from penstock.core.ids import EngineId, RunId
from penstock.metadata.errors import RunIsDriven
from penstock.metadata.records import Changes
from penstock.metadata.registry import Promotion
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import NOW, SPEC, a_run, an_execution


@dataclass(frozen=True)
class Order:
    """What a process is to do."""

    make_store: Callable[[], MetadataStore]
    action: str
    """A key of `ACTIONS`."""
    run_id: str = "r1"
    count: int = 1
    """How many transactions it commits."""
    kills: Sequence[str] = field(default=())
    """Fault points at which it dies, as `faults.arm_kills` takes them."""


def run_processes(orders: Sequence[Order], timeout: float = 60.0) -> list[tuple[int, str]]:
    """Start a process for each order, let all go at the same moment, and wait.

    Returns:
        For each order, the exit code and what it printed.
    """
    command = [sys.executable, "-m", "penstock.testing.store_process"]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in orders]
    try:
        for process, order in zip(processes, orders, strict=True):
            pickle.dump(order, _stdin(process))
            _stdin(process).flush()
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        outputs = []
        for process in processes:
            _stdin(process).write(b"go\n")
            _stdin(process).flush()
        for process in processes:
            output, _ = process.communicate(timeout=timeout)
            outputs.append((process.returncode, output.decode().strip()))
        return outputs
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def _stdin(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert process.stdin is not None
    return process.stdin


def _open(order: Order) -> str:
    order.make_store().close()
    return "opened"


def _commit(order: Order) -> str:
    """Create a run, then commit: the N-th transaction holds executions `N-a` and `N-b`."""
    store = order.make_store()
    run_id = RunId(order.run_id)
    store.create_run(a_run(run_id), SPEC)
    lease = store.acquire(run_id, EngineId(f"engine of {run_id}"), NOW, timedelta(minutes=1))
    faults.arm_kills(order.kills)
    for number in range(order.count):
        pair = [an_execution(f"{number}-{half}", run_id, order=2 * number + (half == "b")) for half in "ab"]
        store.commit(lease, Changes(executions=pair))
    store.close()
    return f"committed {order.count}"


def _acquire(order: Order) -> str:
    import os

    store = order.make_store()
    try:
        store.acquire(RunId(order.run_id), EngineId(f"process-{os.getpid()}"), NOW, timedelta(minutes=1))
    except RunIsDriven:
        return "driven"
    finally:
        store.close()
    return "acquired"


def _promote(order: Order) -> str:
    """Have `taxi@champion` at version 1, which is registered."""
    store = order.make_store()
    faults.arm_kills(order.kills)
    store.registry.move_alias(Promotion(name="taxi", alias="champion", after=1, by="ada", at=NOW), expected=None)
    store.close()
    return "promoted 1"


ACTIONS = {"open": _open, "commit": _commit, "acquire": _acquire, "promote": _promote}


def main() -> None:
    order: Order = pickle.load(sys.stdin.buffer)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.readline()
    sys.stdout.write(ACTIONS[order.action](order) + "\n")


if __name__ == "__main__":
    main()

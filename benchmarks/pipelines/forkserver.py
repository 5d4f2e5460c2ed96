"""The floor of many tasks: processes that do nothing, from a bare forkserver, so many at once."""

import multiprocessing
import sys
import time
from multiprocessing.connection import wait


def nothing() -> None:
    """What a task of the floor does."""


def run(tasks: int, at_once: int) -> float:
    """Seconds that `tasks` processes take, `at_once` of them running at any time."""
    context = multiprocessing.get_context("forkserver")
    first = context.Process(target=nothing)  # starts the server
    first.start()
    first.join()
    begin = time.perf_counter()
    running = {}
    for _ in range(tasks):
        if len(running) == at_once:
            for sentinel in wait(list(running)):
                running.pop(sentinel).join()
        process = context.Process(target=nothing)
        process.start()
        running[process.sentinel] = process
    for process in running.values():
        process.join()
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))

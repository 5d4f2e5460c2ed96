"""The floor of the chain: processes that do nothing, from a bare forkserver, one after the other."""

import multiprocessing
import sys
import time


def nothing() -> None:
    """What a task of the floor does."""


if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    first = context.Process(target=nothing)  # starts the server
    first.start()
    first.join()
    begin = time.perf_counter()
    for _ in range(int(sys.argv[1])):
        process = context.Process(target=nothing)
        process.start()
        process.join()
    print(time.perf_counter() - begin)

"""Small jobs in one thread: for many of them, threads only wait for each other, and on a busy machine for long."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Within it, linear algebra and OpenMP use one thread. Nothing where scikit-learn's `threadpoolctl` is missing."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits

"""The executors keep the contract that `penstock.testing` ships."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite("penstock.testing.executor_contract", "penstock.testing.isolation_contract")

from penstock.executors.inline import InlineExecutor  # noqa: E402
from penstock.executors.process.executor import ProcessExecutor  # noqa: E402
from penstock.testing.executor_contract import ExecutorContract  # noqa: E402
from penstock.testing.isolation_contract import IsolatedExecutorContract  # noqa: E402


class TestInlineExecutor(ExecutorContract):
    @classmethod
    def make_executor(cls, home: Path, store_url: str) -> InlineExecutor:
        return InlineExecutor(home, store_url)


class TestProcessExecutor(IsolatedExecutorContract):
    @classmethod
    def make_executor(cls, home: Path, store_url: str) -> ProcessExecutor:
        return ProcessExecutor(home, store_url, grace=0.3)

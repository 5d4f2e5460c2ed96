"""Where worker processes cannot be kept in check, nobody pretends that they are."""

import sys

import pytest

from penstock.executors.errors import SystemUnsupported
from penstock.executors.process.executor import ProcessExecutor


def test_another_system_than_linux_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SystemUnsupported, match="on Linux only, and this is darwin"):
        ProcessExecutor(tmp_path, str(tmp_path / "artifacts"))

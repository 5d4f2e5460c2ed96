"""Fault points do nothing until a test arms them, and kill where they are told to."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import penstock
from penstock.core.faults import FAULT_POINTS, arm, arm_kills, disarm, fault_point

NAME = "metadata.inside_transaction"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    disarm()
    yield
    disarm()


def test_an_unarmed_point_does_nothing() -> None:
    for name in FAULT_POINTS:
        fault_point(name)


def test_an_armed_point_acts_each_time_until_disarmed() -> None:
    calls: list[str] = []
    arm(NAME, lambda: calls.append("called"))
    fault_point(NAME)
    fault_point("engine.before_commit")
    fault_point(NAME)
    disarm()
    fault_point(NAME)
    assert calls == ["called", "called"]


def test_an_armed_point_can_fail_the_call() -> None:
    def fail() -> None:
        raise OSError("disk gone")

    arm(NAME, fail)
    with pytest.raises(OSError, match="disk gone"):
        fault_point(NAME)


def test_an_unknown_point_cannot_be_armed() -> None:
    with pytest.raises(KeyError, match="no such point"):
        arm("no such point", lambda: None)
    with pytest.raises(KeyError, match="no such point"):
        arm_kills(["no such point:2"])


@pytest.mark.parametrize(("order", "passed"), [(NAME, 0), (f"{NAME}:1", 0), (f"{NAME}:3", 2), (f"{NAME}:9", 5)])
def test_a_process_kills_itself_at_the_time_it_was_told(order: str, passed: int) -> None:
    code = (
        "import sys; from penstock.core.faults import arm_kills, fault_point\n"
        "arm_kills([sys.argv[1]])\n"
        "for number in range(5):\n"
        f"    fault_point({NAME!r}); print(number, flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", code, order], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(number) for number in range(passed)]
    assert done.returncode == (0 if passed == 5 else -signal.SIGKILL)


def test_every_point_in_the_code_is_listed_and_every_listed_one_is_in_the_code() -> None:
    source = Path(penstock.__file__).parent
    found = {
        name
        for module in source.rglob("*.py")
        for name in re.findall(r"\bfault_point\(\s*\"([^\"]+)\"", module.read_text("utf-8"))
    }
    assert found == set(FAULT_POINTS)

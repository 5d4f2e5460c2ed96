"""Options of a run that cannot be meant are refused before there is a run."""

from typing import Any

import pytest

from penstock.platform.options import RunOptions
from penstock.platform.settings import SettingInvalid


@pytest.mark.parametrize("seconds", [-1, 0, float("nan"), float("inf"), "1s", True])
def test_a_time_limit_is_a_time_that_comes(seconds: Any) -> None:
    with pytest.raises(SettingInvalid, match="`timeout` cannot be") as raised:
        RunOptions(timeout=seconds).check()
    assert raised.value.hint() == "it takes a number of seconds, more than 0"


@pytest.mark.parametrize(
    "options", [{"host_commands": "yes"}, {"cache": 1}, {"cache": None}, {"workspace": 5}, {"kfp": None}]
)
def test_what_cannot_be_read_back_is_not_recorded(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(SettingInvalid, match=f"`{name}` cannot be"):
        RunOptions(**options).check()


@pytest.mark.parametrize("seconds", [None, 1, 0.5])
def test_options_that_make_sense_come_back_as_they_were(seconds: float | None) -> None:
    options = RunOptions(timeout=seconds, workspace="w", host_commands=True)
    options.check()
    assert RunOptions.of_record(options.record()) == options

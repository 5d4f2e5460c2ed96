"""Limits of a gate, as people write them."""

import math

import pytest

from penstock.components.errors import UnknownLimit
from penstock.components.limits import Limit, read_limits, write_limits


def test_limits_are_read_as_they_were_written() -> None:
    text = write_limits({"min_auc": 0.7, "max_log_loss": 1, "min_r2": -0.5})
    assert read_limits(text) == [Limit("auc", "min", 0.7), Limit("log_loss", "max", 1.0), Limit("r2", "min", -0.5)]
    assert read_limits(write_limits({})) == []


def test_a_limit_may_be_a_value_that_is_known_only_when_the_pipeline_runs() -> None:
    assert write_limits({"min_auc": "{{$.inputs.parameters['least']}}"}) == "min_auc={{$.inputs.parameters['least']}}"


def test_a_bound_is_kept_from_its_side_and_by_no_nan() -> None:
    least, most = Limit("auc", "min", 0.7), Limit("mae", "max", 5.0)
    assert least.holds(0.7)
    assert not least.holds(0.699)
    assert most.holds(5.0)
    assert not most.holds(5.1)
    assert not least.holds(math.nan)
    assert not most.holds(math.inf)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("min_acu", "did you mean `min_auc`"), ("auc", "did you mean"), ("min_xyzzy", "one of: auc, average_precision")],
)
def test_an_unknown_limit_is_refused_with_what_is_near(name: str, hint: str) -> None:
    with pytest.raises(UnknownLimit, match=rf"knows no limit `{name}` \[CMT026\]") as caught:
        write_limits({name: 0.5})
    assert hint in (caught.value.hint() or "")


@pytest.mark.parametrize("text", ["min_auc=high", "min_auc=nan", "min_auc="])
def test_a_bound_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnknownLimit, match="CMT026"):
        read_limits(text)

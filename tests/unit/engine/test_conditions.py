"""Conditions are CEL, and cost next to nothing to begin with."""

import math
import subprocess
import sys

import pytest

from penstock.engine.conditions import holds, select
from penstock.engine.errors import ConditionFailed


def test_a_condition_holds_or_does_not() -> None:
    condition = "inputs.parameter_values['auc'] > 0.9 && inputs.parameter_values['name'] != 'old'"
    assert holds(condition, {"auc": 0.95, "name": "new"})
    assert not holds(condition, {"auc": 0.95, "name": "old"})


@pytest.mark.parametrize("expression", ["1 + 1", "inputs.parameter_values['missing'] > 1", "inputs.", "'a' > 1"])
def test_what_is_neither_true_nor_false_is_refused(expression: str) -> None:
    with pytest.raises(ConditionFailed, match="could not be evaluated"):
        holds(expression, {})


def test_what_is_no_number_is_neither_more_nor_less() -> None:
    assert not holds("inputs.parameter_values['x'] == 1.0", {"x": math.nan})
    assert holds("inputs.parameter_values['x'] > 1.0", {"x": math.inf})
    with pytest.raises(ConditionFailed, match="x is nan, which is neither more nor less"):
        holds("inputs.parameter_values['x'] > 1.0", {"x": math.nan})


def test_an_entry_of_a_value_is_selected() -> None:
    assert select('parseJson(string_value)["depth"]', {"depth": 3}) == 3
    assert select('parseJson(string_value)["depth"]', '{"depth": [1, 2]}') == [1, 2]


def test_the_library_is_loaded_without_its_command_line_and_stays_usable() -> None:
    script = (
        "import sys\n"
        "from penstock.engine.conditions import holds\n"
        "assert holds('1 < 2', {})\n"
        "assert not {'prompt_toolkit', 'typer', 'cel.cli'} & set(sys.modules)\n"
        "import cel\n"
        "assert cel.evaluate('1 + 1') == 2\n"
        "assert holds('1 < 2', {})\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


def test_an_author_may_have_loaded_the_library_before() -> None:
    script = "import cel\nfrom penstock.engine.conditions import holds\nassert holds('1 < 2', {})\n"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)

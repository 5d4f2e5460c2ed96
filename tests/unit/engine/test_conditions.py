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


def test_what_is_selected_is_exact_and_keeps_its_order() -> None:
    value = {"big": 2**70, "deep": [{"z": 1, "a": 2.0, "m": [1, 2.0]}], 'say "x"': None}
    assert select('parseJson(string_value)["big"]', value) == 2**70
    deep = select('parseJson(string_value)["deep"][0]', value)
    assert repr(deep) == "{'z': 1, 'a': 2.0, 'm': [1, 2.0]}"
    assert select(r'parseJson(string_value)["say \"x\""]', value) is None


@pytest.mark.parametrize("value", [{"b": 1}, "no JSON", [1], 3, None, "[]"])
def test_an_entry_that_is_not_there_is_said(value) -> None:
    with pytest.raises(ConditionFailed, match="has no such entry"):
        select('parseJson(string_value)["a"]', value)


def test_other_selectors_are_cel_over_the_value() -> None:
    assert select("number_value + 1.0", 2.5) == 3.5
    assert select("list_value[0]", [5]) == 5
    assert select("struct_value.a", {"a": "x"}) == "x"
    assert select("string_value", [1]) == "[1]"
    assert select("!bool_value", True) is False
    with pytest.raises(ConditionFailed, match="could not be evaluated"):
        select("number_value", "text")


VALUES = [
    "it's",
    'say "it"',
    "a' || true || 'b",
    "') || true || ('",
    "{{$.inputs.parameters['x']}}",
    "a\nb\\",
    "ü🚰\u2028",
    "",
]


@pytest.mark.parametrize("value", VALUES)
def test_no_value_can_turn_a_condition(value: str) -> None:
    parameters = {"x": value, "same": value}
    assert holds("inputs.parameter_values['x'] == inputs.parameter_values['same']", parameters)
    assert not holds("inputs.parameter_values['x'] == 'other'", parameters)
    assert holds("!(inputs.parameter_values['x'] == 'other') && inputs.parameter_values['x'] != 'b'", parameters)


def test_numbers_compare_as_numbers_and_texts_are_none() -> None:
    assert holds("inputs.parameter_values['x'] > 3", {"x": 3.5})
    assert holds("inputs.parameter_values['x'] == 3", {"x": 3.0})
    assert holds("int(inputs.parameter_values['x']) > 5", {"x": 7})
    assert holds("inputs.parameter_values['x'] == inputs.parameter_values['y']", {"x": 2**53 + 1, "y": 2**53 + 1})
    assert not holds("inputs.parameter_values['x'] == inputs.parameter_values['y']", {"x": 2**53 + 1, "y": 2**53})
    assert not holds("inputs.parameter_values['x'] == true", {"x": "true"})
    assert not holds("inputs.parameter_values['x'] == 'true'", {"x": True})
    with pytest.raises(ConditionFailed, match="wrong argument types"):
        holds("inputs.parameter_values['x'] < 'a'", {"x": 1})


def test_a_value_that_is_not_there_is_named() -> None:
    with pytest.raises(ConditionFailed, match="'x' has no value"):
        holds("inputs.parameter_values['x'] == ''", {})


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

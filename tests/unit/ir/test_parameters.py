"""Parameters: types, text from a command line, defaults."""

import math
from typing import Any

import pytest

from penstock.core.json import Json
from penstock.ir import apply_defaults, convert_parameter, parse_parameter_text
from penstock.ir.codec import from_json_obj
from penstock.ir.errors import ParameterMismatch, ParametersRejected, ParameterTextInvalid
from penstock.ir.parameters import constant_of, parameter_type, with_numbers
from penstock.ir.spec import ComponentInputs, InputParameter, OutputParameter, ValueOrRuntimeParameter


@pytest.mark.parametrize(
    ("value", "kind", "converted"),
    [
        (2.0, "NUMBER_INTEGER", 2),
        (2**70, "NUMBER_INTEGER", 2**70),
        (3, "NUMBER_DOUBLE", 3.0),
        (2.5, "NUMBER_DOUBLE", 2.5),
        (True, "BOOLEAN", True),
        ([1, 2.0], "LIST", [1, 2.0]),
        ({"a": 1}, "STRUCT", {"a": 1}),
        ({"state": "SUCCEEDED"}, "TASK_FINAL_STATUS", {"state": "SUCCEEDED"}),
        ("5", "STRING", "5"),
        (5.0, "STRING", "5"),
        (1e-7, "STRING", "0.0000001"),
        (True, "STRING", "true"),
        ([1.0, "a", None], "STRING", '[1,"a",null]'),
        ({"a": 1.5}, "STRING", '{"a":1.5}'),
        (1.0, "PARAMETER_TYPE_ENUM_UNSPECIFIED", 1.0),
        (float("nan"), "NUMBER_DOUBLE", "NaN"),
        (float("-inf"), "NUMBER_DOUBLE", "-Infinity"),
        ("Infinity", "NUMBER_DOUBLE", "Infinity"),
    ],
)
def test_a_value_becomes_what_its_type_holds(value: Json, kind: str, converted: Json) -> None:
    result = convert_parameter(value, kind, name="x")
    assert (result, type(result)) == (converted, type(converted))


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (2.5, "NUMBER_INTEGER", "takes an integer, got number 2.5"),
        (True, "NUMBER_INTEGER", "takes an integer, got boolean true"),
        ("3", "NUMBER_INTEGER", "takes an integer, got text '3'"),
        (False, "NUMBER_DOUBLE", "takes a number, got boolean false"),
        ("nan", "NUMBER_DOUBLE", "takes a number, got text 'nan'"),
        (float("inf"), "NUMBER_INTEGER", "takes an integer, got number inf"),
        (10**400, "NUMBER_DOUBLE", "takes a number, got number 1000"),
        (1, "BOOLEAN", "takes true or false, got number 1"),
        ("[1]", "LIST", "takes a list, got text '\\[1\\]'"),
        ([1], "STRUCT", "takes an object, got a list"),
        ({"a": 1}, "LIST", "takes a list, got an object"),
    ],
)
def test_a_value_of_another_type_is_refused(value: Json, kind: str, message: str) -> None:
    with pytest.raises(ParameterMismatch, match=rf"parameter 'rate' {message}.* \[IRX030\]") as caught:
        convert_parameter(value, kind, name="rate")
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3", "NUMBER_INTEGER", 3),
        (" -3 ", "NUMBER_INTEGER", -3),
        ("1e3", "NUMBER_INTEGER", 1000),
        ("2.0", "NUMBER_INTEGER", 2),
        ("0.5", "NUMBER_DOUBLE", 0.5),
        ("1", "NUMBER_DOUBLE", 1.0),
        ("nan", "NUMBER_DOUBLE", "NaN"),
        ("-inf", "NUMBER_DOUBLE", "-Infinity"),
        ("true", "BOOLEAN", True),
        ("False", "BOOLEAN", False),
        ("[1, 2.0, 123456789012345678901]", "LIST", [1, 2.0, 123456789012345678901]),
        ('{"a": [null]}', "STRUCT", {"a": [None]}),
        (" as it is ", "STRING", " as it is "),
        ("", "STRING", ""),
        ("3", "STRING", "3"),
        ("x", "PARAMETER_TYPE_ENUM_UNSPECIFIED", "x"),
    ],
)
def test_text_is_read_by_type(text: str, kind: str, value: Json) -> None:
    read = parse_parameter_text(text, kind)
    assert (read, type(read), repr(read)) == (value, type(value), repr(value))


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("3.5", "NUMBER_INTEGER", "text '3.5' is not an integer"),
        ("three", "NUMBER_INTEGER", "text 'three' is not an integer"),
        ("", "NUMBER_DOUBLE", "text '' is not a number"),
        ("yes", "BOOLEAN", "text 'yes' is not true or false"),
        ("1,2", "LIST", "text '1,2' is not a list"),
        ('{"a": 1}', "LIST", "is not a list"),
        ("{a: 1}", "STRUCT", "is not an object"),
    ],
)
def test_text_that_says_no_value_is_refused_with_an_example(text: str, kind: str, message: str) -> None:
    with pytest.raises(
        ParameterTextInvalid, match=rf"parameter 'n': .*{message} \[IRX031\]\n  hint: write it like `n="
    ):
        parse_parameter_text(text, kind, name="n")


INPUTS = from_json_obj(
    ComponentInputs,
    {
        "parameters": {
            "path": {"parameterType": "STRING"},
            "depth": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0, "isOptional": True},
            "note": {"parameterType": "STRING", "isOptional": True},
            "mode": {"parameterType": "STRING", "literals": ["fast", "slow"], "defaultValue": "fast"},
        }
    },
)


def test_defaults_fill_what_was_not_given() -> None:
    assert apply_defaults(INPUTS, {"path": "x"}) == {"path": "x", "depth": 3, "mode": "fast"}
    assert apply_defaults(INPUTS, {"path": 5, "depth": 2.0, "note": "n"}) == {
        "path": "5",
        "depth": 2,
        "note": "n",
        "mode": "fast",
    }


def test_defaults_that_old_compilers_wrote_as_text_are_read_as_numbers() -> None:
    rate = InputParameter(parameter_type="NUMBER_DOUBLE", default_value="0.3", is_optional=True)
    assert apply_defaults(ComponentInputs(parameters={"rate": rate}), {}) == {"rate": 0.3}
    with pytest.raises(ParametersRejected, match=r"parameter 'rate' takes a number, got text '0\.3'"):
        apply_defaults(ComponentInputs(parameters={"rate": rate}), {"rate": "0.3"})


def test_null_counts_as_not_given() -> None:
    assert apply_defaults(INPUTS, {"path": "x", "depth": None, "note": None}) == {
        "path": "x",
        "depth": 3,
        "mode": "fast",
    }
    with pytest.raises(ParametersRejected, match="missing parameter 'path'"):
        apply_defaults(INPUTS, {"path": None})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ParametersRejected) as caught:
        apply_defaults(INPUTS, {"dept": 4, "depth": "deep", "mode": "medium", "zzz": 1})
    assert str(caught.value) == (
        "missing parameter 'path'; unknown parameter 'dept' (did you mean 'depth'?); unknown parameter 'zzz'; "
        "parameter 'depth' takes an integer, got text 'deep'; "
        "parameter 'mode' takes one of 'fast' and 'slow', got text 'medium' [IRX032]\n"
        "  hint: the pipeline takes path: STRING, depth: NUMBER_INTEGER = 3, "
        "note: STRING (optional), mode: STRING = fast"
    )


def test_undeclared_values_are_kept_where_that_is_allowed() -> None:
    given: dict[str, Any] = {"path": "x", "pipelinechannel--a": 1.0}
    assert apply_defaults(INPUTS, given, allow_undeclared=True)["pipelinechannel--a"] == 1.0


def test_a_pipeline_without_parameters_says_so() -> None:
    with pytest.raises(ParametersRejected, match=r"unknown parameter 'a'(.|\n)*the pipeline takes no parameters"):
        apply_defaults(ComponentInputs(), {"a": 1})


def test_the_deprecated_ways_of_schema_2_0_are_understood() -> None:
    assert parameter_type(InputParameter(type="INT")) == "NUMBER_INTEGER"
    assert parameter_type(OutputParameter(type="DOUBLE", parameter_type="STRING")) == "STRING"
    assert parameter_type(InputParameter()) == "PARAMETER_TYPE_ENUM_UNSPECIFIED"
    for kind, text, value in (("intValue", "3", 3), ("doubleValue", 2, 2.0), ("stringValue", "a", "a")):
        assert constant_of(ValueOrRuntimeParameter(constant_value={kind: text})) == value
    assert constant_of(ValueOrRuntimeParameter(constant=[1])) == [1]
    assert constant_of(ValueOrRuntimeParameter(runtime_parameter="x")) is None


def test_numbers_that_json_lacks_are_numbers_again_where_a_number_is_declared() -> None:
    declared = {"rate": InputParameter(parameter_type="NUMBER_DOUBLE"), "name": InputParameter(parameter_type="STRING")}
    values: dict[str, Json] = {"rate": "-Infinity", "name": "NaN", "other": "NaN"}
    assert with_numbers(values, declared) == {"rate": -math.inf, "name": "NaN", "other": "NaN"}

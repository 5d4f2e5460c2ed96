"""Parameters: the rules of their types, their text on a command line, defaults, and what is missing or unknown."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import UNSET

from penstock.core.json import Json
from penstock.ir.codec import parse_json
from penstock.ir.errors import ParameterMismatch, ParametersRejected, ParameterTextInvalid
from penstock.ir.spec import ComponentInputs, InputParameter, OutputParameter, ValueOrRuntimeParameter
from penstock.ir.values import value_text
from penstock.ir.wording import did_you_mean, quoted_list


def parameter_type(declared: InputParameter | OutputParameter) -> str:
    """The type of a declared parameter; documents of schema 2.0 say it in the deprecated field `type`."""
    if declared.parameter_type in _TYPES:
        return declared.parameter_type
    return _OLD_TYPES.get(declared.type, "PARAMETER_TYPE_ENUM_UNSPECIFIED")


def convert_parameter(value: Json, parameter_type: str, *, name: str) -> Json:
    """A value as a parameter of `parameter_type` holds it.

    A whole float becomes an integer where the type is `NUMBER_INTEGER`, an integer a float where it is `NUMBER_DOUBLE`;
    `STRING` takes anything, as the text that Kubeflow makes of it. A boolean is not a number. JSON has no `nan` and no
    infinities: a `NUMBER_DOUBLE` holds them as `"NaN"`, `"Infinity"` and `"-Infinity"`, as protobuf's JSON does.

    Args:
        value: Not null: whether null is allowed depends on more than the type.
        parameter_type: One of the names of `ParameterType`; an unspecified type takes anything as it is.
        name: The parameter's, for the error.

    Raises:
        ParameterMismatch: The value is of another type.
    """
    rule = _TYPES.get(parameter_type)
    if rule is None:
        return value
    try:
        return rule.convert(value)
    except (ValueError, OverflowError):
        raise ParameterMismatch(name=name, expected=rule.words, value=value) from None


def convert_declared(name: str, value: Json, parameter: InputParameter) -> Json:
    """A value as a declared parameter holds it: of its type, and one of its literals if it has any.

    Raises:
        ParameterMismatch: The value is of another type, or not among the literals.
    """
    type_name = parameter_type(parameter)
    converted = convert_parameter(value, type_name, name=name)
    if parameter.literals:
        allowed = [convert_parameter(literal, type_name, name=name) for literal in parameter.literals]
        if converted not in allowed:
            raise ParameterMismatch(name=name, expected=f"one of {quoted_list(map(value_text, allowed))}", value=value)
    return converted


def default_of(name: str, parameter: InputParameter) -> Json:
    """The default of a declared parameter, of its type; null where there is none.

    Old compilers wrote the defaults of numbers as text, and Kubeflow runs such pipelines: `"0.3"` is 0.3 here.

    Raises:
        ParameterMismatch: The default is of another type.
    """
    value = parameter.default_value
    if value is UNSET or value is None:
        return None
    try:
        return convert_declared(name, value, parameter)
    except ParameterMismatch:
        if not isinstance(value, str) or parameter.literals:
            raise
        try:
            return parse_parameter_text(value, parameter_type(parameter))
        except ParameterTextInvalid:
            pass
        raise


def parse_parameter_text(text: str, parameter_type: str, *, name: str = "") -> Json:
    """The value that somebody typed: `3`, `0.5`, `true`, `[1, 2]`, `{"a": 1}`; a `STRING` is the text as it is.

    Raises:
        ParameterTextInvalid: The text is not of that type.
    """
    rule = _TYPES.get(parameter_type, _TYPES["STRING"])
    try:
        return rule.convert(rule.parse(text))
    except (ValueError, OverflowError):
        raise ParameterTextInvalid(text=text, expected=rule.words, example=rule.example, name=name) from None


def apply_defaults(
    inputs: ComponentInputs, given: Mapping[str, Json], *, allow_undeclared: bool = False
) -> dict[str, Json]:
    """The parameters of a component: those given, converted to their types, and the defaults of the others.

    An optional parameter without a default is absent from the result, and null counts as not given.

    Args:
        inputs: What the component declares.
        given: Values by name.
        allow_undeclared: Keep undeclared names as they are. The compilers of Kubeflow pass such inputs to tasks, for
            the placeholders inside constants; to a pipeline nobody does.

    Raises:
        ParametersRejected: Some are missing, unknown or of the wrong type: all of them are in the error.
    """
    declared = inputs.parameters
    values: dict[str, Json] = {}
    missing, mismatched = [], []
    for name, parameter in declared.items():
        try:
            value = given.get(name)
            fitting = default_of(name, parameter) if value is None else convert_declared(name, value, parameter)
        except ParameterMismatch as error:
            mismatched.append(error.message())
            continue
        if fitting is not None:
            values[name] = fitting
        elif not parameter.is_optional:
            missing.append(name)
    undeclared = [name for name in given if name not in declared]
    unknown = [] if allow_undeclared else [_unknown(name, declared) for name in undeclared]
    if missing or mismatched or unknown:
        raise ParametersRejected(
            missing=missing, unknown=unknown, mismatched=mismatched, declared=[*map(_signature, declared.items())]
        )
    return values | {name: given[name] for name in undeclared}


def with_numbers(
    values: Mapping[str, Json], declared: Mapping[str, InputParameter] | Mapping[str, OutputParameter]
) -> dict[str, Any]:
    """The values, those of them numbers that a `NUMBER_DOUBLE` holds as `"NaN"`, `"Infinity"` or `"-Infinity"`."""
    numbers: dict[str, Any] = dict(values)
    for name, value in values.items():
        if isinstance(value, str) and value in _NOT_FINITE and name in declared:
            numbers[name] = float(value) if parameter_type(declared[name]) == "NUMBER_DOUBLE" else value
    return numbers


def constant_of(value: ValueOrRuntimeParameter) -> Json:
    """The constant, in its present or its deprecated form; null where there is none."""
    if value.constant is not UNSET:
        return value.constant
    if not isinstance(value.constant_value, dict):
        return None
    for kind, convert in (("stringValue", str), ("intValue", int), ("doubleValue", float)):
        if kind in value.constant_value:
            return convert(value.constant_value[kind])  # type: ignore[arg-type]
    return None


def _unknown(name: str, declared: Mapping[str, InputParameter]) -> str:
    near = did_you_mean(name, declared)
    return f"{name!r} ({near})" if near else repr(name)


def _signature(item: tuple[str, InputParameter]) -> str:
    name, parameter = item
    text = f"{name}: {parameter_type(parameter)}"
    if parameter.default_value not in (UNSET, None):
        return f"{text} = {value_text(parameter.default_value)}"
    return f"{text} (optional)" if parameter.is_optional else text


# --- the rules of the types -------------------------------------------------------------------------------


class _Type(NamedTuple):
    words: str
    """What a value of it is called in an error."""
    example: str
    """How one is typed on a command line."""
    convert: Callable[[Json], Json]
    """Raises ValueError for a value of another type."""
    parse: Callable[[str], Json]
    """Raises ValueError for text that says no value at all."""


def _to_integer(value: Json) -> Json:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise ValueError


_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def _to_double(value: Json) -> Json:
    if isinstance(value, str) and value in _NOT_FINITE:
        return value
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _exactly(kind: type) -> Callable[[Json], Json]:
    def convert(value: Json) -> Json:
        if isinstance(value, kind):
            return value
        raise ValueError

    return convert


def _parse_integer(text: str) -> Json:
    try:
        return int(text)
    except ValueError:
        return float(text)  # `1e3` and `2.0` are whole as well; the conversion refuses the others


def _parse_boolean(text: str) -> Json:
    return {"true": True, "false": False}.get(text.strip().lower())


_TYPES: dict[str, _Type] = {
    "NUMBER_INTEGER": _Type("an integer", "3", _to_integer, _parse_integer),
    "NUMBER_DOUBLE": _Type("a number", "0.5", _to_double, float),
    "STRING": _Type("text", "hello", value_text, str),
    "BOOLEAN": _Type("true or false", "true", _exactly(bool), _parse_boolean),
    "LIST": _Type("a list", "[1, 2]", _exactly(list), parse_json),
    "STRUCT": _Type("an object", '{"a": 1}', _exactly(dict), parse_json),
    "TASK_FINAL_STATUS": _Type("a task's final status", "{}", _exactly(dict), parse_json),
    "TASK_CONFIG": _Type("a task's configuration", "{}", _exactly(dict), parse_json),
}

_OLD_TYPES = {"INT": "NUMBER_INTEGER", "DOUBLE": "NUMBER_DOUBLE", "STRING": "STRING"}

"""Hypothesis strategies for documents of every shape that the format has, whether or not they make sense."""

from typing import Any

from hypothesis import strategies as st

from penstock.ir.layout import Field, Shape, fields_of
from penstock.ir.spec import (
    ComponentSpec,
    ImporterSpec,
    InputParameter,
    Message,
    OutputArtifact,
    PipelineDocument,
    PipelineSpec,
    PlatformSpec,
    RetryPolicy,
    SinglePlatform,
    ValueOrRuntimeParameter,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "yes",
        "1e5",
        "2024-01-01",
        "~",
        "=",
        "<<",
        "line\nline\n",
        "\n lead",
        "trail \nx",
        "\t",
        "🚰",
        "\u2028x\n",
        "{{$}}",
        "0o7",
    ]
)
names = texts | st.sampled_from(["a", "a.b", "camelCase", "snake_case"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
unknown_fields = st.dictionaries(names.map(lambda name: f"x-{name}"), json_values, max_size=2)


def messages(cls: type[Message], *, legal: bool = False) -> st.SearchStrategy[Any]:
    """Messages of a class; `legal` ones are accepted by protobuf as well, and lose nothing there."""
    optional = {field.attribute: _value(cls, field, legal) for field in fields_of(cls)}
    if not legal:
        optional["unknown_fields"] = unknown_fields
    built = st.fixed_dictionaries({}, optional=optional)
    return built.map(lambda given: cls(**(_one_of_each(cls, given) if legal else given)))


def documents(*, legal: bool = False) -> st.SearchStrategy[PipelineDocument]:
    """Whole documents, with and without a platform specification."""
    return st.builds(
        PipelineDocument,
        pipeline=messages(PipelineSpec, legal=legal),
        platform=st.just(PlatformSpec()) | messages(PlatformSpec, legal=legal),
    )


def _value(cls: type[Message], field: Field, legal: bool) -> st.SearchStrategy[Any]:
    if legal and (cls, field.attribute) in _LEGAL:
        return _LEGAL[cls, field.attribute]
    return _of(field.shape, legal)


def _of(shape: Shape, legal: bool) -> st.SearchStrategy[Any]:
    match shape.kind:
        case "message":
            return st.deferred(lambda: messages(shape.of, legal=legal))
        case "map":
            return st.dictionaries(names, _of(shape.of, legal), max_size=2)
        case "list":
            return st.lists(_of(shape.of, legal), max_size=2)
        case "enum":
            return st.sampled_from(shape.of)
        case kind:
            return _PLAIN[kind]


_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "boolean": st.booleans(),
    "integer": st.integers(min_value=-(2**31), max_value=2**31 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: number or str(number) == "0.0"),
    "integer or text": st.integers(min_value=0, max_value=2**31) | texts.filter(bool),
    "json": json_values,
}

_doubles = json_values.filter(lambda value: _fits_doubles(value))
_durations = st.sampled_from(["0s", "5s", "1.500s", "3600s"])

_LEGAL: dict[tuple[type[Message], str], st.SearchStrategy[Any]] = {
    (InputParameter, "default_value"): _doubles,
    (InputParameter, "literals"): st.lists(_doubles, max_size=2),
    (OutputArtifact, "metadata"): st.dictionaries(names, _doubles, max_size=2),
    (ValueOrRuntimeParameter, "constant"): _doubles,
    (ValueOrRuntimeParameter, "constant_value"): st.sampled_from([{"stringValue": "x"}, {"doubleValue": 1.5}]),
    (RetryPolicy, "backoff_duration"): _durations,
    (RetryPolicy, "backoff_max_duration"): _durations,
    (ComponentSpec, "single_platform_specs"): st.just([{"platform": "kubernetes", "config": {"a": 1.0}}]),
    (ComponentSpec, "task_config_passthroughs"): st.just([{"field": "RESOURCES", "applyToTask": True}]),
    (ImporterSpec, "metadata"): st.dictionaries(names, _doubles, max_size=2),
    (SinglePlatform, "config"): st.dictionaries(names, _doubles, max_size=2),
    (SinglePlatform, "pipeline_config"): st.just({"activeDeadlineSeconds": 60, "workspace": {"size": "1Gi"}}),
}

_ONE_OF: dict[str, tuple[str, ...]] = {
    "ArtifactType": ("schema_title", "schema_uri", "instance_schema"),
    "ComponentSpec": ("dag", "executor_label"),
    "TaskSpec": ("artifact_iterator", "parameter_iterator"),
    "TaskInputParameter": (
        "task_output_parameter",
        "runtime_value",
        "component_input_parameter",
        "task_final_status",
    ),
    "TaskInputArtifact": ("task_output_artifact", "component_input_artifact"),
    "ValueOrRuntimeParameter": ("constant", "runtime_parameter", "constant_value"),
    "ParameterItems": ("raw", "input_parameter"),
    "DagOutputParameter": ("value_from_parameter", "value_from_oneof"),
}
"""What protobuf holds in one place: of these fields, at most one is set."""


def _one_of_each(cls: type[Message], given: dict[str, Any]) -> dict[str, Any]:
    group = [name for name in _ONE_OF.get(cls.__name__, ()) if name in given]
    return {name: value for name, value in given.items() if name not in group[1:]}


def _fits_doubles(value: Any) -> bool:
    match value:
        case bool():
            return True
        case int():
            return abs(value) <= 2**53
        case list():
            return all(map(_fits_doubles, value))
        case dict():
            return all(map(_fits_doubles, value.values()))
        case _:
            return True

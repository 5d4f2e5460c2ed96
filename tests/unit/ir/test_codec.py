"""Messages and JSON: exact, tolerant of protobuf's spellings, and precise about mistakes."""

import msgspec
import pytest
from msgspec import UNSET

from penstock.ir.codec import from_json, from_json_obj, to_json, to_json_obj
from penstock.ir.errors import InvalidField, MalformedDocument
from penstock.ir.spec import (
    Accelerator,
    CachingOptions,
    ComponentInputs,
    ComponentSpec,
    DagSpec,
    InputParameter,
    Message,
    PipelineSpec,
    PlatformSpec,
    ResourceSpec,
    RetryPolicy,
    SinglePlatform,
    TaskInputs,
    TaskSpec,
    TriggerPolicy,
    ValueOrRuntimeParameter,
)


def test_numbers_keep_their_type_however_deep() -> None:
    text = b'{"constant":[1,1.0,{"a":12345678901234567890123,"b":[2.5,true,null]},1e22]}'
    value = from_json(ValueOrRuntimeParameter, text)
    assert msgspec.json.encode(value.constant) == text[len('{"constant":') : -1]
    assert to_json(value) == text


def test_null_is_a_value_only_where_a_value_is_wanted() -> None:
    assert from_json(ValueOrRuntimeParameter, '{"constant": null}').constant is None
    assert from_json(ValueOrRuntimeParameter, "{}").constant is UNSET
    assert from_json(TaskSpec, '{"inputs": null, "dependentTasks": null, "retryPolicy": null}') == TaskSpec()
    assert to_json(ValueOrRuntimeParameter(constant=None)) == b'{"constant":null}'


def test_an_empty_message_that_says_something_is_kept_and_any_other_left_out() -> None:
    task = TaskSpec(caching_options=CachingOptions(), inputs=TaskInputs(parameters={}))
    assert to_json_obj(task) == {"cachingOptions": {}}
    assert to_json(task) == b'{"cachingOptions":{}}'
    assert from_json(TaskSpec, b'{"inputs":{},"cachingOptions":{}}') == task


@pytest.mark.parametrize(
    "explicit",
    [
        ResourceSpec(cpu_limit=float("0.0")),
        TriggerPolicy(strategy="TRIGGER_STRATEGY_UNSPECIFIED"),
        DagSpec(tasks={}),
        ComponentSpec(input_definitions=ComponentInputs(parameters={})),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_default_that_was_given_explicitly_is_not_written(explicit: Message) -> None:
    assert to_json(explicit) == b"{}"
    assert to_json_obj(explicit) == {}


def test_unknown_fields_stay_in_their_message() -> None:
    given = {
        "root": {
            "dag": {"tasks": {"a": {"taskInfo": {"name": "a", "icon": "★"}, "priority": 3, "later": {"x": [1.0]}}}}
        },
        "signature": "abc",
    }
    pipeline = from_json(PipelineSpec, msgspec.json.encode(given))
    assert pipeline.root.dag is not None
    assert pipeline.root.dag.tasks["a"].unknown_fields == {"priority": 3, "later": {"x": [1.0]}}
    assert to_json_obj(pipeline) == given
    assert msgspec.json.decode(to_json(pipeline)) == given


@pytest.mark.parametrize("name", ["unknownFields", "unknown_fields", "unknown fields"])
def test_a_field_named_like_ours_for_unknown_ones_is_unknown_too(name: str) -> None:
    task = from_json(TaskSpec, msgspec.json.encode({name: {"a": 1}}))
    assert task.unknown_fields == {name: {"a": 1}}
    assert msgspec.json.decode(to_json(task)) == {name: {"a": 1}}


def test_protobufs_other_spellings_are_understood() -> None:
    task = from_json_obj(
        TaskSpec,
        {
            "task_info": {"name": "a"},
            "retry_policy": {"max_retry_count": "3", "backoffFactor": 2, "backoff_duration": "5s"},
            "trigger_policy": {"strategy": 2},
            "iteratorPolicy": {"parallelismLimit": 4.0},
        },
    )
    assert task.task_info.name == "a"
    assert task.retry_policy == RetryPolicy(max_retry_count=3, backoff_factor=2.0, backoff_duration="5s")
    assert task.trigger_policy == TriggerPolicy(strategy="ALL_UPSTREAM_TASKS_COMPLETED")
    assert task.iterator_policy is not None
    assert task.iterator_policy.parallelism_limit == 4
    assert from_json_obj(InputParameter, {"type": 1}).type == "INT"
    assert from_json_obj(Accelerator, {"count": "2"}).count == "2"
    assert from_json_obj(Accelerator, {"count": 2.0}).count == 2


def test_the_keys_of_maps_are_never_renamed() -> None:
    platform = from_json_obj(
        PlatformSpec,
        {
            "platforms": {
                "kube_rnetes": {
                    "pipeline_config": {"resource_ttl": 1},
                    "deploymentSpec": {"executors": {"exec-a_b": {"secret_as_env": [{"keyToEnv": []}]}}},
                }
            }
        },
    )
    assert platform.platforms["kube_rnetes"] == SinglePlatform(
        pipeline_config={"resource_ttl": 1},
        deployment_spec=platform.platforms["kube_rnetes"].deployment_spec,
    )
    written = to_json_obj(platform)["platforms"]["kube_rnetes"]
    assert written["deploymentSpec"] == {"executors": {"exec-a_b": {"secret_as_env": [{"keyToEnv": []}]}}}
    assert written["pipelineConfig"] == {"resource_ttl": 1}


@pytest.mark.parametrize(
    ("value", "place", "got"),
    [
        (
            {"root": {"dag": {"tasks": {"a": {"componentRef": "train"}}}}},
            "root.dag.tasks.a.componentRef",
            "text 'train'",
        ),
        ({"components": {"a b": {"executorLabel": 3}}}, 'components["a b"].executorLabel', "number 3"),
        ({"root": {"dag": {"tasks": {"a": {"dependentTasks": ["b", None]}}}}}, "dependentTasks[1]", "null"),
        ({"root": {"dag": {"tasks": {"a": {"triggerPolicy": {"strategy": "SOME"}}}}}}, "strategy", "text 'SOME'"),
        ({"root": {"dag": {"tasks": {"a": {"retryPolicy": {"maxRetryCount": 1.5}}}}}}, "maxRetryCount", "number 1.5"),
        ({"root": {"dag": {"tasks": {"a": {"cachingOptions": {"enableCache": "yes"}}}}}}, "enableCache", "text 'yes'"),
        ({"root": []}, "root", "a list"),
        ({"root": {"dag": {"tasks": {1: {}}}}}, "root.dag.tasks", "the key number 1"),
        ({"pipelineInfo": {"name": "a"}, "pipeline_info": {"name": "b"}}, "pipelineInfo", "two, under two spellings"),
        ({"x": {"y": [0, float("nan")]}}, "x.y[1]", "number nan"),
        ({None: 1}, "the document", "the key null"),
        ([], "the document", "a list"),
    ],
)
def test_a_mistake_is_named_with_its_place(value: object, place: str, got: str) -> None:
    with pytest.raises(InvalidField) as caught:
        from_json_obj(PipelineSpec, value)
    assert f"{place}: expected" in str(caught.value)
    assert f"got {got} [IRX006]" in str(caught.value)


def test_a_mistake_in_json_text_is_named_with_its_place_too() -> None:
    with pytest.raises(InvalidField, match=r"root\.dag\.tasks\.a\.inputs: expected an object, got number 5"):
        from_json(PipelineSpec, '{"root":{"dag":{"tasks":{"a":{"inputs":5}}}}}')


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"constant": 1e999}', "[" * 100_000, b"\xff\xfe"])
def test_text_that_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(MalformedDocument, match="IRX003"):
        from_json(ValueOrRuntimeParameter, text)


def test_a_value_that_is_nested_without_end_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InvalidField, match="a deeper document"):
        from_json_obj(ValueOrRuntimeParameter, {"constant": endless})

"""The official protobuf as judge of what `penstock.ir` reads and writes."""

from typing import Any

from penstock.ir.codec import to_json_obj
from penstock.ir.spec import PipelineDocument


def judged(document: PipelineDocument, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What protobuf makes of the two specifications that we write: its own JSON of them."""
    from google.protobuf.json_format import MessageToDict

    pipeline, platform = official(to_json_obj(document.pipeline), to_json_obj(document.platform))
    return MessageToDict(pipeline, **options), MessageToDict(platform, **options)


def official(pipeline: dict[str, Any], platform: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """The official messages, parsed from JSON. Fields that protobuf does not know are left out."""
    from google.protobuf.json_format import ParseDict
    from kfp.pipeline_spec import pipeline_spec_pb2

    return (
        ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec(), ignore_unknown_fields=True),
        ParseDict(platform or {}, pipeline_spec_pb2.PlatformSpec(), ignore_unknown_fields=True),
    )


def with_doubles(value: Any) -> Any:
    """The value with every number as a double, which is all that protobuf's `Value` can hold."""
    match value:
        case bool():
            return value
        case int():
            return float(value)
        case list():
            return [with_doubles(item) for item in value]
        case dict():
            return {key: with_doubles(item) for key, item in value.items()}
        case _:
            return value

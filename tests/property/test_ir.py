"""What is read is what was written, whatever a document holds."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.core.json import Json
from penstock.ir import canonical_json, parse_canonical, resolve_command, write_yaml
from penstock.ir.codec import from_json, from_json_obj, to_json, to_json_obj
from penstock.ir.parameters import convert_parameter, parse_parameter_text
from penstock.ir.runtime import ExecutorInput, TaskInputValues
from penstock.ir.spec import PipelineDocument, PipelineSpec, PlatformSpec
from penstock.ir.values import json_text, value_text
from penstock.ir.yaml_text import parse_yaml
from support.ir_documents import documents, json_values, texts
from support.ir_judge import judged, official, with_doubles

thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
imports_kfp = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def exactly(document: PipelineDocument) -> bytes:
    """Tells `1` from `1.0` and from `True`, which `==` does not."""
    return msgspec.json.encode([to_json_obj(document.pipeline), to_json_obj(document.platform)])


@thorough
@given(documents())
def test_a_document_comes_back_from_plain_values_as_it_was(document: PipelineDocument) -> None:
    again = PipelineDocument(
        pipeline=from_json_obj(PipelineSpec, to_json_obj(document.pipeline)),
        platform=from_json_obj(PlatformSpec, to_json_obj(document.platform)),
    )
    assert again == document
    assert exactly(again) == exactly(document)


@thorough
@given(documents())
def test_a_document_comes_back_from_its_canonical_form_as_it_was(document: PipelineDocument) -> None:
    text = canonical_json(document)
    again = parse_canonical(text)
    assert again == document
    assert canonical_json(again) == text


@thorough
@given(documents())
def test_a_document_comes_back_from_yaml_as_it_was(document: PipelineDocument) -> None:
    written = [to_json_obj(document.pipeline)]
    if document.platform != PlatformSpec():
        written.append(to_json_obj(document.platform))
    assert msgspec.json.encode(parse_yaml(write_yaml(document))) == msgspec.json.encode(written)


@thorough
@given(documents())
def test_the_fast_writer_and_reader_say_what_the_patient_ones_say(document: PipelineDocument) -> None:
    patient = msgspec.json.encode(to_json_obj(document.pipeline), order="sorted")
    assert to_json(document.pipeline) == patient
    assert from_json(PipelineSpec, patient) == from_json_obj(PipelineSpec, msgspec.json.decode(patient))


@imports_kfp
@thorough
@given(documents(legal=True))
def test_protobuf_understands_what_is_written_as_it_was_meant(document: PipelineDocument) -> None:
    pipeline, platform = judged(document)
    assert with_doubles(pipeline) == with_doubles(to_json_obj(document.pipeline))
    assert with_doubles(platform) == with_doubles(to_json_obj(document.platform))


@imports_kfp
@thorough
@given(documents(legal=True), st.booleans(), st.booleans())
def test_every_spelling_of_protobuf_is_understood(document: PipelineDocument, snake: bool, numbers: bool) -> None:
    pipeline, _ = judged(document, preserving_proto_field_name=snake, use_integers_for_enums=numbers)
    read = from_json_obj(PipelineSpec, pipeline)
    assert official(to_json_obj(read)) == official(to_json_obj(document.pipeline))


# --- values and placeholders ------------------------------------------------------------------------------


@thorough
@given(st.dictionaries(st.sampled_from("abc"), texts, min_size=3))
def test_what_replaces_a_placeholder_is_never_looked_at_again(values: dict[str, str]) -> None:
    values["a"] += "{{$.inputs.parameters['b']}}{{$}}"
    given_input = ExecutorInput(inputs=TaskInputValues(parameter_values=dict(values)))
    element = "-".join(f"{{{{$.inputs.parameters['{name}']}}}}" for name in "abc")
    assert resolve_command([element], given_input, {}) == ["-".join(values[name] for name in "abc")]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_on_a_command_line_reads_back_the_same_and_has_no_exponent(number: float) -> None:
    text = value_text(number)
    assert float(text) == number
    assert not set(text) & set("eE")


@given(json_values)
def test_values_as_json_text_keep_their_meaning(value: Json) -> None:
    assert with_doubles(msgspec.json.decode(json_text(value))) == with_doubles(value)


@given(json_values)
def test_converting_a_value_twice_changes_nothing_more(value: Json) -> None:
    text = convert_parameter(value, "STRING", name="x")
    assert convert_parameter(text, "STRING", name="x") == text


@given(st.integers() | st.lists(st.integers()) | st.dictionaries(texts, st.integers() | st.booleans()))
def test_a_typed_value_is_read_as_it_is_shown(value: Json) -> None:
    kind = {int: "NUMBER_INTEGER", list: "LIST", dict: "STRUCT"}[type(value)]
    assert parse_parameter_text(value_text(value), kind) == value

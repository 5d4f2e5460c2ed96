"""Placeholders in texts, command lines and constants."""

import json
from typing import Any

import pytest

from penstock.ir import executor_input_json, resolve_command, resolve_constant, resolve_text
from penstock.ir.errors import MalformedPlaceholder, UnresolvedPlaceholder
from penstock.ir.placeholders import artifact_path, placeholders_in
from penstock.ir.runtime import (
    ArtifactList,
    ExecutorInput,
    OutputFile,
    RuntimeArtifact,
    TaskInputValues,
    TaskOutputPlaces,
)
from penstock.ir.spec import ArtifactType

ROWS = RuntimeArtifact(
    name="rows",
    uri="s3://bucket/rows.csv",
    type=ArtifactType(schema_title="system.Dataset", schema_version="0.0.1"),
    metadata={"size": 3.0, "note": 'it\'s "quoted"', "_kfp_workspace": False},
)
GIVEN = ExecutorInput(
    inputs=TaskInputValues(
        parameter_values={
            "text": "it's {{$.inputs.parameters['whole']}}",
            "whole": 5.0,
            "small": 0.00001,
            "big": 1e22,
            "flag": True,
            "list": [1, 2.0, 2.5, {"a": None}],
            "struct": {"k": "ü", "n": 1.0},
            "nothing": None,
        },
        artifacts={"rows": ArtifactList(artifacts=[ROWS]), "none": ArtifactList()},
    ),
    outputs=TaskOutputPlaces(
        parameters={"score": OutputFile(output_file="/task/score")},
        artifacts={"model": ArtifactList(artifacts=[RuntimeArtifact(name="model", uri="/task/model")])},
        output_file="/task/executor_output.json",
    ),
)
RUN = {"pipeline_job_name": "Nightly {{$}}", "pipeline_root": "gs://root", "workspace_path": "/ws"}


def parameter(name: str) -> str:
    return f"{{{{$.inputs.parameters['{name}']}}}}"


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        (f"<{parameter('text')}>", "<it's {{$.inputs.parameters['whole']}}>"),
        (f"{parameter('whole')} {parameter('small')}", "5 0.00001"),
        (parameter("big"), "10000000000000000000000"),
        (parameter("flag"), "true"),
        (parameter("list"), '[1,2,2.5,{"a":null}]'),
        (parameter("struct"), '{"k":"ü","n":1}'),
        ('{{$.inputs.parameters["flag"]}}', "true"),
        ("{{$.inputs.artifacts['rows'].uri}}", "s3://bucket/rows.csv"),
        ("{{$.inputs.artifacts['rows'].path}}", "/s3/bucket/rows.csv"),
        ("{{$.inputs.artifacts['rows'].metadata['size']}}", "3"),
        ("{{$.inputs.artifacts['rows'].metadata['note']}}", 'it\'s "quoted"'),
        ("{{$.outputs.artifacts['model'].path}}|{{$.outputs.artifacts['model'].uri}}", "/task/model|/task/model"),
        ("{{$.outputs.artifacts['model'].metadata}}", "{}"),
        ("{{$.outputs.parameters['score'].output_file}}", "/task/score"),
        ("{{$.outputs.output_file}} {{$.outputMetadataUri}}", "/task/executor_output.json /task/executor_output.json"),
        ("{{$.pipeline_job_name}} in {{$.pipeline_root}}", "Nightly {{$}} in gs://root"),
        ("{{$.workspace_path}}/a", "/ws/a"),
        ("{{$.inputs.artifacts['none']}}", "[]"),
    ],
)
def test_every_placeholder_is_replaced_once(text: str, resolved: str) -> None:
    assert resolve_text(text, GIVEN, RUN) == resolved


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "{{ $.x }}",
        "{{$x}}",
        "{{$.unknown}}",
        "{{$.inputs.parameters[x]}}",
        "{{$.inputs.parameters['flag']}",
        "{{$.inputs.artifacts['rows'].colour}}",
        "{{$.json_escape}}",
        "${{$",
    ],
)
def test_what_only_looks_like_a_placeholder_stays(text: str) -> None:
    assert resolve_text(text, GIVEN, RUN) == text


def test_the_whole_executor_input_is_json_with_whole_numbers_as_integers() -> None:
    (text,) = resolve_command(["{{$}}"], GIVEN, RUN)
    assert text == executor_input_json(GIVEN)
    said: dict[str, Any] = json.loads(text)
    values = said["inputs"]["parameterValues"]
    assert (values["whole"], type(values["whole"])) == (5, int)
    assert [type(item) for item in values["list"]] == [int, int, float, dict]
    assert said["inputs"]["artifacts"]["rows"]["artifacts"][0]["type"]["schemaTitle"] == "system.Dataset"
    assert said["outputs"]["outputFile"] == "/task/executor_output.json"
    assert said["outputs"]["parameters"] == {"score": {"outputFile": "/task/score"}}


def test_a_list_of_artifacts_is_json() -> None:
    (artifact,) = json.loads(resolve_text("{{$.inputs.artifacts['rows']}}", GIVEN, RUN))
    assert artifact["uri"] == "s3://bucket/rows.csv"
    assert artifact["metadata"]["size"] == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (parameter("other"), "given no such parameter"),
        (parameter("nothing"), "given no such parameter"),
        ("{{$.inputs.artifacts['other'].uri}}", "no such artifact"),
        ("{{$.inputs.artifacts['none'].uri}}", "the list of artifacts is empty"),
        ("{{$.inputs.artifacts['rows'].metadata['colour']}}", "its metadata has no 'colour'"),
        ("{{$.outputs.parameters['other'].output_file}}", "no such output parameter"),
        ("{{$.pipeline_job_uuid}}", "this run has no such value"),
    ],
)
def test_a_placeholder_for_nothing_is_an_error_but_not_in_a_program(text: str, reason: str) -> None:
    with pytest.raises(UnresolvedPlaceholder, match=rf"cannot resolve .*{reason} \[IRX040\]"):
        resolve_command(["echo", text], GIVEN, RUN)
    program = f"print('''{text}''')\n"
    assert resolve_command([program], GIVEN, RUN) == [program]


# --- Concat and IfPresent ---------------------------------------------------------------------------------


def structure(**content: Any) -> str:
    return json.dumps(content)


def if_present(name: str, then: Any, **otherwise: Any) -> dict[str, Any]:
    return {"IfPresent": {"InputName": name, "Then": then, **otherwise}}


@pytest.mark.parametrize(
    ("content", "elements"),
    [
        (
            {"Concat": ["a=", parameter("whole"), ";", "{{$.inputs.artifacts['rows'].uri}}"]},
            ["a=5;s3://bucket/rows.csv"],
        ),
        ({"Concat": []}, [""]),
        ({"Concat": ["x", {"Concat": [parameter("flag"), "y"]}]}, ["xtruey"]),
        ({"Concat": ["x", if_present("nothing", "y")]}, ["x"]),
        ({"Concat": ["x", if_present("flag", ["a", "b"])]}, ["xab"]),
        (if_present("flag", ["--flag", parameter("flag")]), ["--flag", "true"]),
        (if_present("flag", "yes"), ["yes"]),
        (if_present("rows", "yes", Else="no"), ["yes"]),
        (if_present("none", "yes", Else="no"), ["no"]),
        (if_present("nothing", ["--n", parameter("nothing")], Else=["--no", "n"]), ["--no", "n"]),
        (if_present("absent", ["--n"], Else=None), []),
        (if_present("absent", ["--n"]), []),
        (if_present("flag", ["--n", {"Concat": ["a", "b"]}, if_present("whole", ["c", "d"])]), ["--n", "ab", "c", "d"]),
    ],
)
def test_structures_are_built_out(content: dict[str, Any], elements: list[str]) -> None:
    assert resolve_command(["run", structure(**content), "end"], GIVEN, RUN) == ["run", *elements, "end"]


@pytest.mark.parametrize(
    "content",
    [
        {"Concat": "ab"},
        {"Concat": [1]},
        {"Concat": [["a"]]},
        {"IfPresent": {"Then": "a"}},
        {"IfPresent": {"InputName": "flag"}},
        {"IfPresent": {"InputName": "flag", "Then": 3}},
        {"IfPresent": {"InputName": "flag", "Then": "a", "Otherwise": "b"}},
    ],
)
def test_a_structure_that_is_built_wrongly_is_an_error(content: dict[str, Any]) -> None:
    with pytest.raises(MalformedPlaceholder, match=r"malformed placeholder .* cannot use .* \[IRX041\]"):
        resolve_command([structure(**content)], GIVEN, RUN)


@pytest.mark.parametrize("element", ['{"a": 1}', '{"Concat": [', '{"Concat": ["a"], "b": 1}', '{"ConcatAll": []}'])
def test_other_json_is_an_ordinary_element(element: str) -> None:
    assert resolve_command([element], GIVEN, RUN) == [element]


# --- constants --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constant", "resolved"),
    [
        ("Hello {{$.inputs.parameters['who']}}, {{$.inputs.parameters['n']}}", "Hello {{$.pipeline_root}}, 2"),
        ("{{$.inputs.parameters['n']}}", 2.0),
        ("{{$.inputs.parameters['list']}}", [1, {"a": True}]),
        ("{{$.pipeline_job_name}}", "Nightly {{$}}"),
        ("job {{$.pipeline_job_name}}", "job Nightly {{$}}"),
        ("{{$.workspace_path}}/{{$.inputs.parameters['n']}}", "/ws/2"),
        (["{{$.inputs.parameters['n']}}", {"a": "<{{$.inputs.parameters['n']}}>"}], [2.0, {"a": "<2>"}]),
        ("{{$}} {{$.outputs.output_file}} {{$.inputs.artifacts['rows'].uri}}",) * 2,
        (3, 3),
        (None, None),
    ],
)
def test_constants_are_resolved_with_their_types(constant: Any, resolved: Any) -> None:
    known = {"who": "{{$.pipeline_root}}", "n": 2.0, "list": [1, {"a": True}]}
    assert resolve_constant(constant, known, RUN) == resolved


def test_keys_of_a_constant_are_resolved_as_text() -> None:
    constant = {"{{$.inputs.parameters['n']}} rows": {"{{$.inputs.parameters['n']}}": 1, "plain": 2}}
    assert resolve_constant(constant, {"n": 3.0}, RUN) == {"3 rows": {"3": 1, "plain": 2}}


def test_a_constant_keeps_what_names_nothing_that_it_could_mean() -> None:
    text = "{{$.inputs.parameters['mine']}} {{$.inputs.parameters['a']}}"
    assert resolve_constant(text, {"a": 1}, {}, known=["a"]) == "{{$.inputs.parameters['mine']}} 1"
    with pytest.raises(UnresolvedPlaceholder, match="given no such parameter"):
        resolve_constant(text, {}, {}, known=["a"])


def test_a_constant_that_names_nothing_is_an_error() -> None:
    with pytest.raises(UnresolvedPlaceholder, match="given no such parameter"):
        resolve_constant("a {{$.inputs.parameters['n']}}", {}, RUN)


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/data/a b.csv", "/data/a b.csv"),
        ("file:///data/a.csv", "/data/a.csv"),
        ("gs://b/a.csv", "/gcs/b/a.csv"),
        ("s3://b/a.csv", "/s3/b/a.csv"),
        ("minio://b/a.csv", "/minio/b/a.csv"),
        ("oci://reg/model:1", "/oci/reg_model:1/models"),
    ],
)
def test_an_artifacts_path_follows_its_uri(uri: str, path: str) -> None:
    assert artifact_path(RuntimeArtifact(uri=uri)) == path


def test_an_artifacts_path_may_be_its_own_or_in_the_workspace() -> None:
    assert artifact_path(RuntimeArtifact(uri="s3://b/a", custom_path="/mnt/a")) == "/mnt/a"
    in_workspace = RuntimeArtifact(uri="s3://b/a", metadata={"_kfp_workspace": True})
    assert artifact_path(in_workspace, "/ws") == "/ws/.artifacts/s3/b/a"


def test_text_can_be_escaped_to_stand_in_json() -> None:
    given = ExecutorInput(inputs=TaskInputValues(parameter_values={"x": 'say "ü"\n\\', "n": [1, 2.0], "q": '"'}))

    def resolved(text: str) -> str:
        return resolve_text(text, given, {"pipeline_job_name": '"job"'})

    assert resolved("{{$.inputs.parameters['x'].json_escape[0]}}") == 'say "ü"\n\\'
    assert json.loads(resolved('{"a": "{{$.inputs.parameters[\'x\'].json_escape[1]}}"}')) == {"a": 'say "ü"\n\\'}
    assert resolved("{{$.inputs.parameters['q'].json_escape[2]}}") == '\\\\\\"'
    whole = json.loads(json.loads('"' + resolved("{{$.json_escape[1]}}") + '"'))
    assert whole["inputs"]["parameterValues"]["n"] == [1, 2]
    assert resolved("{{$.pipeline_job_name.json_escape[1]}}") == '\\"job\\"'
    constant = resolve_constant("{{$.inputs.parameters['n'].json_escape[1]}}", {"n": ["x"]}, {})
    assert constant == '[\\"x\\"]'


def test_placeholders_are_taken_apart() -> None:
    first, second, third = placeholders_in("{{$}} {{$.inputs.artifacts['a b'].metadata['k']}} {{$.pipeline_root}}")
    assert first.whole
    assert second[1:] == ("inputs", "artifacts", "a b", "metadata", "k", 0)
    assert (third.side, third.name, third.whole) == ("", "pipeline_root", False)

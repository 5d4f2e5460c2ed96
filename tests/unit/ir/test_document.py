"""Pipeline files: every form is read, and what is none is refused with a reason."""

import pickle
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from penstock.core.errors import UserError
from penstock.ir import PlatformSpec, canonical_json, digest, read_document, write_yaml
from penstock.ir.errors import (
    InvalidField,
    MalformedDocument,
    NotAPipeline,
    PipelineFileMissing,
    PipelineFileUnreadable,
    UnsupportedSchema,
)

PLATFORM: dict[str, Any] = {
    "platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-load": {"activeDeadlineSeconds": 60}}}}}
}


def test_every_form_of_a_pipeline_is_read_as_the_same(small: dict[str, Any], tmp_path: Path) -> None:
    as_json = msgspec.json.encode(small)
    file = tmp_path / "a pipeline ✓.json"
    file.write_bytes(b"\xef\xbb\xbf" + as_json)
    document = read_document(as_json)
    assert document.pipeline.pipeline_info.name == "small"
    for source in (
        file,
        as_json.decode(),
        msgspec.json.encode({"pipeline_spec": small}),
        msgspec.json.encode({"displayName": "job", "pipelineSpec": small, "runtimeConfig": {}}),
        yaml.safe_dump(small),
        yaml.safe_dump({"pipelineSpec": small}),
        "# a comment\n" + yaml.safe_dump(small) + "---\n",
        "{pipelineInfo: {name: small}, " + as_json.decode()[len('{"pipelineInfo":{"name":"small"},') :],
        canonical_json(document),
        write_yaml(document),
    ):
        assert read_document(source) == document


def test_the_platform_specification_comes_along(small: dict[str, Any]) -> None:
    document = read_document(yaml.safe_dump_all([small, PLATFORM]))
    executors = document.platform.platforms["kubernetes"].deployment_spec.executors
    assert executors == {"exec-load": {"activeDeadlineSeconds": 60}}
    for source in (
        yaml.safe_dump_all([PLATFORM, small]),
        msgspec.json.encode({"pipeline_spec": small, "platform_spec": PLATFORM}),
        canonical_json(document),
        write_yaml(document),
    ):
        assert read_document(source) == document
    assert write_yaml(document).count("---") == 1
    assert digest(document) != digest(read_document(msgspec.json.encode(small)))


def test_equal_documents_have_one_digest_however_they_were_written(small: dict[str, Any]) -> None:
    first = read_document(msgspec.json.encode(small))
    small["root"]["dag"]["tasks"]["load"]["taskInfo"] = {}
    small["components"] = dict(reversed(small["components"].items()))
    second = read_document(msgspec.json.encode({"pipeline_spec": small, "platform_spec": {"platforms": {}}}))
    assert first == second
    assert second.platform == PlatformSpec()
    assert digest(first) == digest(second)
    assert digest(first).startswith("sha256:")


def test_a_missing_file_is_a_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(PipelineFileMissing, match=r"no pipeline file '.*none\.yaml' \[IRX001\]") as caught:
        read_document(tmp_path / "none.yaml")
    assert isinstance(caught.value, FileNotFoundError)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(PipelineFileUnreadable, match=r"it is a folder \[IRX002\]"):
        read_document(tmp_path)
    binary = tmp_path / "model.bin"
    binary.write_bytes(b"\x80\x03cnumpy")
    with pytest.raises(PipelineFileUnreadable, match=r"model\.bin': it is not UTF-8 \(byte 0\)"):
        read_document(binary)
    binary.write_bytes(b"")
    with pytest.raises(PipelineFileUnreadable, match="Not a directory"):
        read_document(binary / "inside.yaml")


@pytest.mark.parametrize("text", ["", "  \n\n", "---\n", "# only a comment\n"])
def test_an_empty_file_is_said_to_be_empty(text: str, tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text(text)
    with pytest.raises(MalformedDocument, match=r"empty\.yaml: not a YAML or JSON document: it is empty \[IRX003\]"):
        read_document(file)


def test_a_mistake_in_the_text_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("root:\n  dag: [\n")
    with pytest.raises(
        MalformedDocument, match=r"broken\.yaml:3:1: not a YAML or JSON document: did not find expected"
    ):
        read_document(file)
    with pytest.raises(MalformedDocument, match=r"JSON is malformed: .*\(byte 9\)"):
        read_document('{"root": }, [')


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("taxi.yaml", "expected a mapping, got text 'taxi.yaml'", "pass its `Path`"),
        ("- a\n- b", "expected a mapping, got a list", "what|that `penstock compile`"),
        ("3", "expected a mapping, got number 3", "`penstock compile`"),
        ("a: 1", "it has no `root` and no `schemaVersion`", "`penstock compile`"),
        ("schemaVersion: 2.1.0", "it has no `root` \\[", "`penstock compile`"),
        ("root: {dag: {tasks: {}}}\nroots: 1", "it has no `schemaVersion`", "`penstock compile`"),
        ("name: x\nimplementation: {container: {}}", "it has no `root`", "Kubeflow component of version 1"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {}", "it has no `root`", "version 2 of `kfp`"),
        ("platforms: {}", "it has no `root`", "platform specification alone"),
        ("on: push\njobs: {1: 2}", "it has no `root` and no `schemaVersion`", "`penstock compile`"),
        ("a: 1\n---\nb: 2", "2 YAML documents", "`penstock compile`"),
        ("a: 1\n---\nb: 2\n---\nplatforms: {}", "3 YAML documents", "`penstock compile`"),
    ],
)
def test_what_is_no_pipeline_is_refused_with_a_hint(text: str, message: str, hint: str) -> None:
    with pytest.raises(NotAPipeline, match=rf"not a compiled pipeline: {message}(.|\n)*hint: (.|\n)*({hint})"):
        read_document(text, name="x.yaml")


@pytest.mark.parametrize("version", ["1.0.0", "3.0.0", "latest"])
def test_another_schema_version_is_refused(small: dict[str, Any], version: str) -> None:
    small["schemaVersion"] = version
    with pytest.raises(UnsupportedSchema, match=rf"x\.yaml: schema version '{version}' is not supported \[IRX005\]"):
        read_document(yaml.safe_dump(small), name="x.yaml")


def test_a_wrong_field_has_its_place_and_its_file(small: dict[str, Any], tmp_path: Path) -> None:
    small["root"]["dag"]["tasks"]["train"]["componentRef"] = "comp-train"
    for ending, text in (("yaml", yaml.safe_dump(small)), ("json", msgspec.json.encode(small).decode())):
        file = tmp_path / f"wrong.{ending}"
        file.write_text(text)
        with pytest.raises(InvalidField, match=rf"wrong\.{ending}: root\.dag\.tasks\.train\.componentRef: expected an"):
            read_document(file)


def test_errors_survive_pickling(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_document("a: [", name="x.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))

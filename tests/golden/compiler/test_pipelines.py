"""Pipelines and the documents that they become; Kubeflow's own tools are the judge of those."""

import re
from pathlib import Path

import msgspec
import pytest

from penstock.compiler import compile_pipeline, find_target
from penstock.ir.codec import to_json_obj
from penstock.ir.document import read_document, write_yaml
from penstock.ir.spec import PipelineDocument
from support.author import fresh_imports
from support.goldens import assert_golden
from support.ir_judge import judged, official, with_doubles

FOLDER = Path(__file__).parent / "pipelines"
FILES = sorted(FOLDER.glob("*.py"))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
imports_kfp = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def compiled(file: Path) -> PipelineDocument:
    with fresh_imports():
        found = find_target(f"{file.name}:{file.stem}", file.parent)
        return compile_pipeline(found.pipeline, project_root=file.parent).document


@each_file
def test_the_document_is_what_it_was(file: Path) -> None:
    assert_golden(file.with_suffix(".yaml"), without_machine(write_yaml(compiled(file))))


@each_file
def test_what_is_written_can_be_read_and_is_sound(file: Path) -> None:
    document = compiled(file)
    assert read_document(write_yaml(document)) == document


@imports_kfp
@each_file
def test_protobuf_keeps_all_of_it(file: Path) -> None:
    document = compiled(file)
    pipeline, platform = judged(document)
    assert with_doubles(pipeline) == with_doubles(to_json_obj(document.pipeline))
    assert platform == with_doubles(to_json_obj(document.platform))


@imports_kfp
@each_file
def test_the_sdk_loads_it(file: Path) -> None:
    from kfp.components import load_component_from_text

    document = compiled(file)
    loaded = load_component_from_text(write_yaml(document))
    assert loaded.pipeline_spec == official(to_json_obj(document.pipeline))[0]


@each_file
def test_compiling_twice_gives_the_same_bytes(file: Path) -> None:
    assert msgspec.json.encode(to_json_obj(compiled(file).pipeline)) == msgspec.json.encode(
        to_json_obj(compiled(file).pipeline)
    )


def without_machine(text: str) -> str:
    """The text without what depends on the machine: versions, and the package's bytes."""
    text = re.sub(r"(--package\n +- )\S+", r"\1<package>", text)
    text = re.sub(r"python:3\.\d+-slim", "python:<version>-slim", text)
    text = re.sub(r'"python":"3\.\d+"', '"python":"<version>"', text)
    return re.sub(r"penstock(==|-)[\w.+]+", r"penstock\1<version>", text)

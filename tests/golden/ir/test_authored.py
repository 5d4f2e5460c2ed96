"""Pipelines that the `kfp` SDK compiled: what we read of them, what we write, and that Kubeflow understands it."""

import json
from pathlib import Path

import pytest
import yaml

from penstock.ir import PipelineDocument, canonical_json, digest, parse_canonical, read_document, write_yaml
from penstock.ir.codec import to_json_obj
from support.ir_judge import judged, official, with_doubles

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
imports_kfp = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@each_file
def test_nothing_is_lost_or_added_by_reading(file: Path) -> None:
    document = read_document(file)
    pipeline, *platform = yaml.safe_load_all(file.read_text(encoding="utf-8"))
    assert to_json_obj(document.pipeline) == pipeline
    assert to_json_obj(document.platform) == (platform[0] if platform else {})


@each_file
def test_what_is_written_is_read_as_the_same(file: Path) -> None:
    document = read_document(file)
    assert read_document(write_yaml(document)) == document
    assert read_document(canonical_json(document)) == document
    assert parse_canonical(canonical_json(document)) == document


@imports_kfp
@each_file
def test_protobuf_reads_what_is_written_as_it_reads_the_file(file: Path) -> None:
    document = read_document(file)
    assert official(to_json_obj(document.pipeline), to_json_obj(document.platform)) == official(
        *yaml.safe_load_all(file.read_text(encoding="utf-8"))
    )
    assert with_doubles(judged(document)[0]) == with_doubles(to_json_obj(document.pipeline))


@imports_kfp
@each_file
def test_the_sdk_loads_what_is_written(file: Path) -> None:
    from kfp.components import load_component_from_text

    document = read_document(file)
    loaded = load_component_from_text(write_yaml(document))
    assert loaded.pipeline_spec == official(to_json_obj(document.pipeline))[0]


def test_the_canonical_form_never_changes() -> None:
    """Stores name pipelines by this digest: a change here would make every pipeline look new."""
    expected = json.loads((FOLDER / "digests.json").read_text(encoding="utf-8"))
    assert {file.stem: digest(read_document(file)) for file in FILES} == expected


def test_yaml_is_written_for_people() -> None:
    """Order is the author's, programs are blocks, what looks like a number or a date is quoted."""
    document = read_document(FOLDER / "sequence.yaml")
    assert write_yaml(document) == (FOLDER / "sequence.written").read_text(encoding="utf-8")


def test_every_part_of_the_format_appears() -> None:
    """The files are worth something only if they hold what pipelines are made of."""
    text = "".join(file.read_text(encoding="utf-8") for file in FILES)
    parts = (
        *("triggerPolicy", "parameterIterator", "iteratorPolicy", "valueFromOneof", "artifactSelectors"),
        *("taskFinalStatus", "ALL_UPSTREAM_TASKS_COMPLETED", "retryPolicy", "cachingOptions", "importer"),
        *("resourceCpuLimit", "accelerator", "isArtifactList", "IfPresent", "Concat", "parameterExpressionSelector"),
        *("pipelineConfig", "displayName", "dependentTasks", "env:", "metadata"),
    )
    assert [part for part in parts if part not in text] == []


def test_a_document_is_a_value() -> None:
    documents: list[PipelineDocument] = [read_document(file) for file in FILES]
    assert documents == [read_document(file) for file in FILES]
    assert len({digest(document) for document in documents}) == len(documents)

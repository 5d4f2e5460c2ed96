"""Pipeline files: YAML and JSON in every form that is met, one canonical form for storage and digests."""

import dataclasses
import errno
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec
from msgspec import field

from penstock.core.ids import Digest
from penstock.ir.codec import from_json, from_json_obj, to_json, to_json_obj
from penstock.ir.errors import (
    InvalidField,
    MalformedDocument,
    NotAPipeline,
    PipelineFileMissing,
    PipelineFileUnreadable,
    UnsupportedSchema,
)
from penstock.ir.forms import Part, parts_of
from penstock.ir.spec import ComponentSpec, Message, PipelineDocument, PipelineSpec, PlatformSpec
from penstock.ir.validate import check
from penstock.ir.yaml_text import write_yaml_documents

M = TypeVar("M", bound=Message)


def read_document(source: str | bytes | Path, *, name: str = "") -> PipelineDocument:
    """Read a compiled pipeline, and check that it hangs together.

    Understood are: YAML of one document, or of two, the second being the platform specification; the same as JSON;
    `{"pipeline_spec": …, "platform_spec": …}`, as Kubeflow's API has it; a Vertex AI pipeline job, with the
    specification in `pipelineSpec` (its `runtimeConfig` is not read).

    Args:
        source: A file's `Path`, or the text itself.
        name: What to call the source in errors; a file's path by default.

    Raises:
        PipelineFileMissing: There is no such file.
        PipelineFileUnreadable: It is a folder, or may not be read, or is not UTF-8.
        MalformedDocument: It is neither YAML nor JSON.
        NotAPipeline: It is, but of something else.
        UnsupportedSchema: It is not of schema version 2.
        InvalidField: A field holds what it cannot hold.
        InvalidPipeline: Its parts do not fit together; every problem is in the error.
    """
    name = name or (str(source) if isinstance(source, Path) else "")
    text = _text(source, name)
    try:
        document = _document(text)
        check(document, source=name)
    except (MalformedDocument, NotAPipeline, UnsupportedSchema, InvalidField) as error:
        raise dataclasses.replace(error, source=name) from None
    return document


def write_yaml(document: PipelineDocument) -> str:
    """The document as YAML for people: order kept, text of several lines as blocks, two documents if need be."""
    documents = [to_json_obj(document.pipeline)]
    if document.platform != PlatformSpec():
        documents.append(to_json_obj(document.platform))
    return write_yaml_documents(documents)


class _Canonical(Message, frozen=True, kw_only=True):
    """The canonical form, which is also that of Kubeflow's API, so that `read_document` reads it as well."""

    pipeline: PipelineSpec = field(default=PipelineSpec(), name="pipeline_spec")
    platform: PlatformSpec = field(default=PlatformSpec(), name="platform_spec")


def canonical_json(document: PipelineDocument) -> bytes:
    """The document as JSON with sorted keys and nothing superfluous: equal documents give equal bytes."""
    if document.platform == PlatformSpec():
        return to_json(_Canonical(pipeline=document.pipeline))
    return to_json(_Canonical(pipeline=document.pipeline, platform=document.platform))


def parse_canonical(text: bytes) -> PipelineDocument:
    """Read what `canonical_json` wrote, fast and without checking it again.

    Tasks and parameters come in the order of the alphabet, which is that of the text.
    """
    canonical = from_json(_Canonical, text)
    return PipelineDocument(pipeline=canonical.pipeline, platform=canonical.platform)


def digest(document: PipelineDocument) -> Digest:
    """The digest of the canonical form."""
    return Digest(f"sha256:{hashlib.sha256(canonical_json(document)).hexdigest()}")


# --- reading ----------------------------------------------------------------------------------------------


def _text(source: str | bytes | Path, name: str) -> str:
    try:
        data = _bytes(source) if isinstance(source, Path) else source
        return data if isinstance(data, str) else data.decode("utf-8-sig")
    except FileNotFoundError:
        raise PipelineFileMissing(path=name) from None
    except IsADirectoryError:
        raise PipelineFileUnreadable(path=name, reason="it is a folder") from None
    except UnicodeDecodeError as error:
        raise PipelineFileUnreadable(path=name, reason=f"it is not UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise PipelineFileUnreadable(path=name, reason=error.strerror or str(error)) from None


def _bytes(file: Path) -> bytes:
    if file.exists() and not file.is_file() and not file.is_dir():  # a device may have no end
        raise OSError(errno.EINVAL, "it is neither a file nor a folder")
    return file.read_bytes()


def _document(text: str) -> PipelineDocument:
    """What the text says, of the right form but not checked further."""
    pipeline, platform = parts_of(text)
    if isinstance(pipeline, dict) and not {"root", "schemaVersion", "schema_version"} & pipeline.keys():
        _refuse(["root", "schemaVersion"], pipeline.keys())  # before it is said what is wrong inside it
    specification = _read(PipelineSpec, pipeline)
    missing = [] if specification.root != ComponentSpec() else ["root"]
    missing += [] if specification.schema_version else ["schemaVersion"]
    if missing:
        _refuse(missing, specification.unknown_fields.keys())
    if not specification.schema_version.startswith("2."):
        raise UnsupportedSchema(version=specification.schema_version)
    return PipelineDocument(
        pipeline=specification, platform=PlatformSpec() if platform is None else _read(PlatformSpec, platform)
    )


def _read(cls: type[M], part: Part) -> M:
    if isinstance(part, msgspec.Raw):
        return from_json(cls, bytes(part))
    return from_json(cls, part) if isinstance(part, str) else from_json_obj(cls, part)


def _refuse(missing: list[str], keys: Collection[str]) -> NoReturn:
    """Raise the error that this is no pipeline, with advice from the `keys` that it has instead."""
    reason = f"it has no {' and no '.join(f'`{name}`' for name in missing)}"
    raise NotAPipeline(reason=reason, advice=_advice(set(keys)))


def _advice(keys: set[str]) -> str:
    if "implementation" in keys:
        return "this is a Kubeflow component of version 1: place it in a pipeline, and compile that"
    if {"apiVersion", "spec"} <= keys:
        return "this is a Kubernetes manifest, or a Kubeflow pipeline of version 1: compile it with version 2 of `kfp`"
    if "platforms" in keys:
        return "this is the platform specification alone: it belongs behind its pipeline, as the second document"
    return ""

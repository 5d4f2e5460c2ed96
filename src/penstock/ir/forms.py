"""The forms in which a pipeline file comes: where in its text the pipeline's and the platform's specification are."""

from typing import Any, TypeAlias

import msgspec

from penstock.ir.errors import MalformedDocument, NotAPipeline
from penstock.ir.wording import describe
from penstock.ir.yaml_text import parse_yaml

Part: TypeAlias = str | msgspec.Raw | dict[str, Any]
"""One specification: JSON text that was not decoded yet, or plain values."""


def parts_of(text: str) -> tuple[Part, Part | None]:
    """The pipeline's and the platform's specification within the text."""
    if not text.strip():
        raise MalformedDocument(reason="it is empty")
    if text.lstrip().startswith("{"):
        try:
            top = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        except RecursionError:
            raise MalformedDocument(reason="it is nested too deeply") from None
        except (msgspec.DecodeError, UnicodeError) as error:
            return _yaml_parts(text, unless=MalformedDocument(reason=str(error)))
        return _inner(top) or (text, None)
    return _yaml_parts(text)


def _yaml_parts(text: str, unless: MalformedDocument | None = None) -> tuple[Part, Part | None]:
    try:
        documents = parse_yaml(text)
    except MalformedDocument:
        if unless is None:
            raise
        raise unless from None
    if not documents:
        raise MalformedDocument(reason="it is empty")
    for document in documents:
        if not isinstance(document, dict):
            raise NotAPipeline(reason=f"expected a mapping, got {describe(document)}", advice=_advice(document))
    if len(documents) == 1:
        return _inner(documents[0]) or (documents[0], None)
    documents.sort(key=lambda document: "platforms" in document)
    if len(documents) > 2 or "platforms" not in documents[1]:
        raise NotAPipeline(reason=f"{len(documents)} YAML documents, of which at most one may be a pipeline")
    return documents[0], documents[1]


def _inner(top: dict[str, Any]) -> tuple[Part, Part | None] | None:
    """The parts, where the top of the text is a wrapping around them."""
    for pipeline, platform in (("pipeline_spec", "platform_spec"), ("pipelineSpec", "platformSpec")):
        if pipeline in top:
            return top[pipeline], top.get(platform)
    return None


def _advice(value: Any) -> str:
    return "to read a file of that name, pass its `Path`" if isinstance(value, str) and "\n" not in value else ""

"""Text, pages and Markdown: files in UTF-8."""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import Any, TypeVar

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError
from penstock.data.naming import type_name
from penstock.data.values import HTML, Markdown, Text

S = TypeVar("S", bound=str)


class _Document(Converter[S]):
    def save(self, value: S, target: Path) -> dict[str, Json]:
        """Write the text in UTF-8, line ends as they are."""
        try:
            target.write_bytes(value.encode())
        except UnicodeEncodeError as error:
            raise ConversionError(what=type_name(type(value)), action="stored", reason=str(error)) from error
        return {"format": self.suffix[1:], "characters": len(value)}

    def load(self, source: Path, annotation: type[S], metadata: dict[str, Json]) -> S:
        """Read the whole text."""
        try:
            return annotation(source.read_bytes().decode())
        except UnicodeDecodeError as error:
            raise ConversionError(what=type_name(annotation), action="loaded", reason=str(error)) from error


class TextConverter(_Document[Text]):
    """`Text`."""

    type_names = ("penstock.data.values.Text",)
    kind = "text"
    schema_title = "system.Artifact"
    suffix = ".txt"


class HtmlConverter(_Document[HTML]):
    """`HTML`."""

    type_names = ("penstock.data.values.HTML",)
    kind = "html"
    schema_title = "system.HTML"
    suffix = ".html"


class MarkdownConverter(_Document[Markdown]):
    """`Markdown`."""

    type_names = ("penstock.data.values.Markdown",)
    kind = "markdown"
    schema_title = "system.Markdown"
    suffix = ".md"


CONVERTERS: list[Converter[Any]] = [TextConverter(), HtmlConverter(), MarkdownConverter()]

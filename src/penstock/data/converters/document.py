"""Documents."""

from typing import Any

from penstock.data.converter import Converter


class TextConverter(Converter[Any]):
    type_names = ("penstock.data.values.Text",)
    kind = "text"
    schema_title = "system.Artifact"
    suffix = ".txt"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class HtmlConverter(Converter[Any]):
    type_names = ("penstock.data.values.HTML",)
    kind = "html"
    schema_title = "system.HTML"
    suffix = ".html"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class MarkdownConverter(Converter[Any]):
    type_names = ("penstock.data.values.Markdown",)
    kind = "markdown"
    schema_title = "system.Markdown"
    suffix = ".md"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [TextConverter(), HtmlConverter(), MarkdownConverter()]

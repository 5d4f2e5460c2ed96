"""Bytes."""

from typing import Any

from penstock.data.converter import Converter


class BytesConverter(Converter[Any]):
    type_names = ("builtins.bytes",)
    kind = "file"
    schema_title = "system.Artifact"
    suffix = ".bin"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [BytesConverter()]

"""Bytes, as they are. (`Path` and `Artifact` need no converter: the file is the value.)"""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError


class BytesConverter(Converter[bytes]):
    """`bytes`."""

    type_names = ("builtins.bytes",)
    kind = "file"
    schema_title = "system.Artifact"
    suffix = ".bin"

    def save(self, value: bytes, target: Path) -> dict[str, Json]:
        """Write the bytes."""
        target.write_bytes(value)
        return {"format": "binary"}

    def load(self, source: Path, annotation: type[bytes], metadata: dict[str, Json]) -> bytes:
        """Read the whole file."""
        if source.is_dir():
            raise ConversionError(
                what="bytes", action="loaded", reason="the artifact is a folder", advice="take it as `Path`"
            )
        return source.read_bytes()


CONVERTERS: list[Converter[Any]] = [BytesConverter()]

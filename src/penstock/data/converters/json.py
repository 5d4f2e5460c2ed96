"""JSON values, pydantic models and msgspec structs: `.json` files, numbers exact.

What a model holds as `nan` or an infinity is written as `"NaN"` or `"Infinity"`, which both libraries read back.
"""

# ruff: noqa: ARG002 - the interface has the arguments

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError, WrongType
from penstock.data.naming import type_name
from penstock.data.parameters import plain_json
from penstock.data.values import JSON

if TYPE_CHECKING:
    from msgspec import Struct
    from pydantic import BaseModel


class JsonConverter(Converter[JSON]):
    """`JSON`."""

    type_names = ("penstock.data.values.JSON",)
    kind = "json"
    schema_title = "system.Artifact"
    suffix = ".json"

    def save(self, value: JSON, target: Path) -> dict[str, Json]:
        """Write the value, if JSON can hold all of it."""
        try:
            plain = plain_json(value.value, "JSON")
        except WrongType as error:
            reason = f"at {error.at or 'the top'} it has a `{error.got}`" + (
                f": {error.reason}" if error.reason else ""
            )
            raise ConversionError(what="JSON", action="stored", reason=reason) from None
        write_json(plain, target)
        return {"format": "json"}

    def load(self, source: Path, annotation: type[JSON], metadata: dict[str, Json]) -> JSON:
        """Read the value."""
        return JSON(read_json(source, "JSON"))


class PydanticConverter(Converter["BaseModel"]):
    """pydantic models. They are checked again when loaded, so that a model with other fields is noticed."""

    type_names = ("pydantic.main.BaseModel",)
    kind = "json"
    schema_title = "system.Artifact"
    imports = ("pydantic",)
    suffix = ".json"

    def save(self, value: "BaseModel", target: Path) -> dict[str, Json]:
        """Write what the model holds, under its fields' aliases."""
        from pydantic_core import PydanticSerializationError

        try:
            held = value.model_dump(mode="json", by_alias=True, round_trip=True)
        except PydanticSerializationError as error:
            raise ConversionError(what=type_name(type(value)), action="stored", reason=str(error)) from error
        write_json(_finite(held), target)
        return {"format": "json", "model": type_name(type(value))}

    def load(self, source: Path, annotation: type["BaseModel"], metadata: dict[str, Json]) -> "BaseModel":
        """Read and validate."""
        from pydantic import ValidationError

        try:
            return annotation.model_validate_json(source.read_bytes())
        except ValidationError as error:
            reason = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'it'}: {item['msg']}" for item in error.errors())
            advice = f"it was stored from a `{metadata['model']}`" if "model" in metadata else ""
            raise ConversionError(what=type_name(annotation), action="loaded", reason=reason, advice=advice) from error


class StructConverter(Converter["Struct"]):
    """`msgspec.Struct` classes, such as `TableSchema`. They are checked again when loaded."""

    type_names = ("msgspec.Struct",)
    kind = "json"
    schema_title = "system.Artifact"
    suffix = ".json"
    imports = ("msgspec.json",)

    def save(self, value: "Struct", target: Path) -> dict[str, Json]:
        """Write the fields under their encoded names."""
        import msgspec

        try:
            held = msgspec.to_builtins(value, str_keys=True)
        except TypeError as error:
            raise ConversionError(what=type_name(type(value)), action="stored", reason=str(error)) from error
        write_json(_finite(held), target)
        return {"format": "json", "model": type_name(type(value))}

    def load(self, source: Path, annotation: type["Struct"], metadata: dict[str, Json]) -> "Struct":
        """Read and validate."""
        import msgspec

        try:
            return msgspec.convert(read_json(source, type_name(annotation)), annotation, strict=False, str_keys=True)
        except msgspec.ValidationError as error:
            raise ConversionError(what=type_name(annotation), action="loaded", reason=str(error)) from error


def write_json(value: Any, target: Path) -> None:
    """Write plain JSON in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    target.write_bytes(text.encode())


def read_json(source: Path, what: str) -> Any:
    """Read a JSON file for a value of the type called `what`."""
    try:
        return json.loads(source.read_bytes())
    except ValueError as error:
        raise ConversionError(what=what, action="loaded", reason=f"the artifact is no JSON: {error}") from error


def _finite(value: Any) -> Any:
    """The same with `"NaN"`, `"Infinity"` and `"-Infinity"` for floats that JSON has not."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


CONVERTERS: list[Converter[Any]] = [JsonConverter(), PydanticConverter(), StructConverter()]

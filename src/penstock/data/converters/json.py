"""JSON."""

from typing import Any

from penstock.data.converter import Converter


class JsonConverter(Converter[Any]):
    type_names = ("penstock.data.values.JSON",)
    kind = "json"
    schema_title = "system.Artifact"
    suffix = ".json"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class PydanticConverter(Converter[Any]):
    type_names = ("pydantic.main.BaseModel",)
    kind = "json"
    schema_title = "system.Artifact"
    suffix = ".json"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [JsonConverter(), PydanticConverter()]

"""NumPy."""

from typing import Any

from penstock.data.converter import Converter


class NumpyArray(Converter[Any]):
    type_names = ("numpy.ndarray",)
    kind = "array"
    schema_title = "system.Artifact"
    suffix = ".npy"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [NumpyArray()]

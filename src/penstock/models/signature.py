"""What a model takes and gives: columns with MLflow's types, or one array."""

import json
from typing import Any

from msgspec import Struct

TYPES = ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")
"""MLflow's types of columns."""
NUMBERS = frozenset({"integer", "long", "float", "double"})


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of the raw rows, or of the answer."""

    name: str
    type: str
    """One of `TYPES`, as MLflow calls them."""
    required: bool = True
    """False if values were missing in the data that the model was trained on."""
    dtype: str = ""
    """What pandas called it there."""
    missing: str = ""
    """How a missing text was written there: `none` or `nan`, which scikit-learn tells apart."""


class Array(Struct, frozen=True, kw_only=True):
    """One array without named columns."""

    dtype: str
    shape: tuple[int, ...]
    """-1 for the rows."""


class Signature(Struct, frozen=True, kw_only=True):
    """What the model takes, as raw rows, and what it gives."""

    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    array: Array | None = None
    """What it takes instead of named columns."""

    def __bool__(self) -> bool:
        return bool(self.inputs or self.array)

    def to_mlflow(self) -> dict[str, Any]:
        """As MLflow keeps it in `MLmodel`."""
        inputs = [_column(column) for column in self.inputs]
        if self.array:
            tensor = {"dtype": self.array.dtype, "shape": list(self.array.shape)}
            inputs = [{"type": "tensor", "tensor-spec": tensor}]
        outputs = [_column(column) for column in self.outputs]
        return {
            "inputs": json.dumps(inputs, ensure_ascii=False),
            "outputs": json.dumps(outputs, ensure_ascii=False) if outputs else None,
            "params": None,
        }

    @staticmethod
    def from_mlflow(found: Any) -> "Signature":
        """From MLflow's; what this system has no words for (nested types, several arrays) is left out.

        Raises:
            ValueError: It is not what MLflow writes.
        """
        if not isinstance(found, dict):
            raise ValueError("the signature is no mapping")
        inputs, outputs = (_specs(found.get(side)) for side in ("inputs", "outputs"))
        arrays = [spec["tensor-spec"] for spec in inputs if spec.get("type") == "tensor"]
        if len(arrays) == 1 == len(inputs) and "name" not in inputs[0]:
            shape = tuple(int(size) for size in arrays[0]["shape"])
            return Signature(array=Array(dtype=str(arrays[0]["dtype"]), shape=shape), outputs=_columns(outputs))
        return Signature(inputs=_columns(inputs), outputs=_columns(outputs))


def _column(column: Column) -> dict[str, Any]:
    return {"type": column.type, "name": column.name, "required": column.required}


def _specs(text: Any) -> list[dict[str, Any]]:
    if text is None:
        return []
    found = json.loads(text) if isinstance(text, str) else text
    if not isinstance(found, list) or not all(isinstance(spec, dict) for spec in found):
        raise ValueError("the signature names no list of columns")
    return found


def _columns(specs: list[dict[str, Any]]) -> tuple[Column, ...]:
    known = [spec for spec in specs if spec.get("type") in TYPES and isinstance(spec.get("name"), str)]
    if len(known) < len(specs):
        return ()
    return tuple(
        Column(name=spec["name"], type=spec["type"], required=spec.get("required", True) is not False) for spec in known
    )

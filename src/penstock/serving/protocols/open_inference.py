"""The Open Inference Protocol, version 2: tensors by name, as KServe and Triton speak it.

A model that takes named columns takes one tensor a column, of shape `[rows]` or `[rows, 1]`.
"""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from penstock.models.signature import Column
from penstock.serving.refusals import NotJson, Problem, UnfitRows
from penstock.serving.rows import kind_of
from penstock.serving.running import Answer
from penstock.serving.served import Served

DATATYPES = {
    "double": "FP64",
    "float": "FP32",
    "long": "INT64",
    "integer": "INT32",
    "boolean": "BOOL",
    "string": "BYTES",
    "datetime": "BYTES",
}
_NUMBERS = ("FP64", "FP32", "FP16", "BF16", "INT64", "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8")
_KNOWN = (*_NUMBERS, "BOOL", "BYTES")


class _Tensor(Struct, kw_only=True):
    name: str
    shape: list[int]
    datatype: str
    data: list[Any] | UnsetType = UNSET
    parameters: dict[str, Any] = field(default_factory=dict)


class _Request(Struct, kw_only=True):
    inputs: list[_Tensor]
    id: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)


class OpenInferenceProtocol:
    """`POST /v2/models/{name}/infer`."""

    content_types: tuple[str, ...] = ("application/json", "application/octet-stream")

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(_Request)
        self._encode = msgspec.json.Encoder().encode

    def read(self, body: bytes, content_type: str, served: Served) -> list[Any]:  # noqa: ARG002 - JSON is all it takes
        """See `PredictionProtocol.read`."""
        try:
            request = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise UnfitRows(problems=[Problem(expected="a request of version 2", got=str(error))]) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NotJson(reason=str(error) if body else "it is empty") from None
        return served.reader.convert(_rows(request.inputs, served.signature.inputs))

    def write(self, answer: Answer, served: Served, request: str) -> bytes:
        """See `PredictionProtocol.write`."""
        count = len(answer.predictions)
        outputs = [_output("predictions", [count], answer.predictions)]
        if answer.probabilities is not None:
            flat = [value for row in answer.probabilities for value in row]
            outputs.append(_output("probabilities", [count, len(served.classes or [])], flat))
        return self._encode(
            {"model_name": served.name, "model_version": served.version, "id": request, "outputs": outputs}
        )


def metadata_of(served: Served) -> dict[str, Any]:
    """What `GET /v2/models/{name}` says."""
    inputs = [{"name": c.name, "datatype": DATATYPES[c.type], "shape": [-1, 1]} for c in served.signature.inputs]
    outputs = [{"name": "predictions", "datatype": _label_type(served), "shape": [-1]}]
    if served.classes is not None:
        outputs.append({"name": "probabilities", "datatype": "FP32", "shape": [-1, len(served.classes)]})
    return {
        "name": served.name,
        "versions": [served.version],
        "platform": "penstock",
        "inputs": inputs,
        "outputs": outputs,
    }


def _label_type(served: Served) -> str:
    if served.classes is None:
        return "FP32"
    return "BYTES" if any(isinstance(one, str) for one in served.classes) else "INT64"


def _output(name: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    first = next(iter(data), 0.0)
    datatype = "BYTES" if isinstance(first, str) else "INT64" if isinstance(first, int) else "FP32"
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


def _rows(tensors: list[_Tensor], columns: tuple[Column, ...]) -> list[Any]:
    count = tensors[0].shape[0] if tensors and tensors[0].shape else 0
    values = {tensor.name: _values(tensor, count) for tensor in tensors}
    if len(values) < len(tensors):
        raise UnfitRows(problems=[Problem(field="inputs", expected="each name once", got="one of them twice")])
    integers = {column.name for column in columns if column.type in ("integer", "long")}
    for name in integers & values.keys():  # a tensor of floats may hold them, exactly
        values[name] = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values[name]]
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _values(tensor: _Tensor, count: int) -> list[Any]:
    if tensor.datatype not in _KNOWN:
        got = f"{tensor.datatype[:20]!r}"
        raise UnfitRows(problems=[Problem(field=tensor.name, expected="a datatype of version 2", got=got)])
    if tensor.shape not in ([count], [count, 1]):
        expected = f"the shape [{count}] or [{count}, 1], one value a row"
        raise UnfitRows(problems=[Problem(field=tensor.name, expected=expected, got=str(tensor.shape))])
    if tensor.data is UNSET:
        raise UnfitRows(problems=[Problem(field=tensor.name, expected="`data` as JSON", got="nothing")])
    flat = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in tensor.data]
    if len(flat) != count:
        raise UnfitRows(problems=[Problem(field=tensor.name, expected=f"{count} values", got=str(len(flat)))])
    nested = next((number for number, value in enumerate(flat) if isinstance(value, list | dict)), None)
    if nested is not None:
        problem = Problem(row=nested, field=tensor.name, expected="a value", got=kind_of(flat[nested]))
        raise UnfitRows(problems=[problem])
    return flat

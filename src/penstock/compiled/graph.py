"""The graph under construction: nodes, constants, and what must be refused. The emitters write into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from penstock.compiled.columns import MISSING, RawColumn

Type = Literal["double", "int64", "string", "bool", "float", "time"]
ML = "ai.onnx.ml"
CONTRIB = "com.microsoft"
"""Operators of ONNX Runtime's own; every build of it has the one used here."""
OPSETS = {"": 21, ML: 4}
IR_VERSION = 10
RESERVED = ("penstock:", "estimator/")
"""How the tensors inside a graph are called, so that no raw column may be."""


class CannotCompile(Exception):
    """Something in the pipeline cannot be expressed; becomes `NotCompiled` with this reason."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A tensor of shape `[rows, width]` among the features."""

    tensor: str
    type: Type
    width: int = 1
    raw: RawColumn | None = None
    """The raw column that it still is; gone once it was transformed."""
    missing: str = "nan"


@dataclass(frozen=True)
class Block:
    """What scikit-learn passes from one step to the next: parts side by side, in order."""

    parts: tuple[Part, ...]

    @property
    def width(self) -> int:
        return sum(part.width for part in self.parts)

    @property
    def textual(self) -> bool:
        """Whether all of it is text."""
        return all(part.type == "string" for part in self.parts)


class Graph:
    """Collects what an emitter adds. Every tensor gets a name of its own, which no raw column can have."""

    def __init__(self, prefix: str = "") -> None:
        """`prefix` tells the names in the body of a loop from those around it."""
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.refusals: list[str] = []
        self.approximate: list[str] = []
        """Transformers whose last bits may differ from NumPy's: logarithms, powers, …"""
        self._count = 0

    def name(self) -> str:
        self._count += 1
        return f"{self.prefix or 'penstock:'}{self._count}"

    def add(self, operation: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """One node with one output, whose name is returned."""
        from onnx import helper

        output = self.name()
        self.nodes.append(helper.make_node(operation, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, value: Any, dtype: Any = np.float64) -> str:
        """A tensor that does not change; texts need `dtype=object`."""
        from onnx import numpy_helper

        name = self.name()
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def cast(self, tensor: str, to: Type) -> str:
        from onnx import TensorProto

        return self.add("Cast", tensor, to=getattr(TensorProto, to.upper()))

    def scalar(self, value: int) -> str:
        """An int64 without dimensions."""
        return self.constant(value, np.int64)

    def equal_to(self, tensor: str, value: int) -> str:
        """Where integers are `value`."""
        return self.add("Equal", tensor, self.constant([value], np.int64))

    def at_least(self, tensor: str, value: int) -> str:
        """Where integers are not less than `value`."""
        return self.add("GreaterOrEqual", tensor, self.constant([value], np.int64))

    def row_max(self, tensor: str) -> str:
        """The largest of each row, `[rows, 1]`."""
        return self.add("ReduceMax", tensor, self.constant([1], np.int64), keepdims=1)

    def scatter_add(self, places: str, values: str, width: int | str, dtype: Any = np.float64) -> str:
        """A matrix `[rows, width]` of zeros, to which `values` are added in the columns `places` of their rows."""
        from onnx import numpy_helper

        rows = self.add("Shape", places, start=0, end=1)
        wide = self.scalar(width) if isinstance(width, int) else width
        across = self.add("Reshape", wide, self.constant([1], np.int64))
        zero = numpy_helper.from_array(np.zeros(1, dtype=dtype))
        zeros = self.add("ConstantOfShape", self.add("Concat", rows, across, axis=0), value=zero)
        return self.add("ScatterElements", zeros, places, values, axis=1, reduction="add")

    def loop(self, body: "Graph", *, start: str, state: str, next_state: str, again: str) -> str:
        """Repeats `body` on a text tensor, which it knows as `state`, as long as `again` holds."""
        from onnx import TensorProto, helper

        inside = helper.make_graph(
            [*body.nodes, helper.make_node("Identity", [again], [f"{again}:out"])],
            f"{body.prefix}body",
            [
                helper.make_tensor_value_info(f"{body.prefix}count", TensorProto.INT64, []),
                helper.make_tensor_value_info(f"{body.prefix}going", TensorProto.BOOL, []),
                helper.make_tensor_value_info(state, TensorProto.STRING, [None, None]),
            ],
            [
                helper.make_tensor_value_info(f"{again}:out", TensorProto.BOOL, []),
                helper.make_tensor_value_info(next_state, TensorProto.STRING, [None, None]),
            ],
            body.constants,
        )
        return self.add("Loop", "", self.constant(True, bool), start, body=inside)

    def scan(self, body: "Graph", *, state: tuple[str, str, str], inputs: dict[str, str]) -> str:
        """Goes through tensors row by row. `state` is its name inside, its start, and its next value inside."""
        from onnx import TensorProto, helper

        name, start, following = state
        kinds = {"penstock:full": TensorProto.BOOL}
        known = [helper.make_tensor_value_info(n, kinds.get(n, TensorProto.INT64), [None]) for n in (name, *inputs)]
        inside = helper.make_graph(
            body.nodes,
            f"{body.prefix}body",
            known,
            [helper.make_tensor_value_info(following, TensorProto.INT64, [None])],
            body.constants,
        )
        return self.add("Scan", start, *inputs.values(), body=inside, num_scan_inputs=len(inputs))

    def columns(self, block: Block) -> list[Part]:
        """Each feature as a part of its own."""
        single = []
        for part in block.parts:
            if part.width == 1:
                single.append(part)
                continue
            for index in range(part.width):
                picked = self.add("Gather", part.tensor, self.constant([index], np.int64), axis=1)
                single.append(Part(tensor=picked, type=part.type, missing=part.missing))
        return single

    def pick(self, block: Block, indices: Sequence[int]) -> Block:
        """Some features of a block, in the order asked for."""
        starts = np.cumsum([0] + [part.width for part in block.parts])
        if all(part.width == 1 for part in block.parts):
            return Block(tuple(block.parts[index] for index in indices))
        if list(indices) == list(range(block.width)):
            return block
        if len(block.parts) == 1:
            part = block.parts[0]
            picked = self.add("Gather", part.tensor, self.constant(list(indices), np.int64), axis=1)
            return Block((Part(tensor=picked, type=part.type, width=len(indices), missing=part.missing),))
        chosen: list[Part] = []
        for index in indices:
            at = int(np.searchsorted(starts, index, side="right")) - 1
            chosen.extend(self.pick(Block((block.parts[at],)), [int(index - starts[at])]).parts)
        return Block(tuple(chosen))

    def matrix(self, block: Block, *, to: Type = "double") -> str:
        """The whole block as one tensor of numbers, `[rows, width]`; of texts with `to="string"`."""
        if to != "string" and any(part.type == "string" for part in block.parts):
            named = next((part.raw.name for part in block.parts if part.type == "string" and part.raw), "one of them")
            raise CannotCompile(f"it takes numbers, but gets a column of texts ({named})")
        if any(part.type == "time" for part in block.parts):
            raise CannotCompile("it takes numbers, but gets a column of dates; make parts of them by `DateParts`")
        if not block.parts:
            raise CannotCompile("no feature is left")
        tensors = [part.tensor if part.type == to else self.cast(part.tensor, to) for part in block.parts]
        return tensors[0] if len(tensors) == 1 else self.add("Concat", *tensors, axis=1)

    def is_missing(self, part: Part) -> str:
        """Where a text is missing."""
        return self.add("Equal", part.tensor, self.constant([[MISSING]], object))

    def refuse(self, condition: str) -> None:
        """Rows where any column of this tensor of truth values holds are refused, as the original raises."""
        self.refusals.append(self.cast(condition, "int64"))

    def refused(self) -> str:
        """One truth value a row: whether anything in it is refused. Something must have been able to be."""
        joined = self.refusals[0] if len(self.refusals) == 1 else self.add("Concat", *self.refusals, axis=1)
        worst = self.add("ReduceMax", joined, self.constant([1], np.int64), keepdims=0)
        return self.cast(worst, "bool")


def numbers(tensor: str, width: int) -> Block:
    """A block of one matrix of float64."""
    return Block((Part(tensor=tensor, type="double", width=width),))

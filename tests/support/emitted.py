"""One transformer as a graph of its own, to be asked again and again."""

from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from penstock.compiled.columns import describe, feed, raw_columns
from penstock.compiled.emitters import emit
from penstock.compiled.graph import CONTRIB, OPSETS, Block, Graph, Part


class Emitted:
    """What an emitter writes for a fitted transformer of these raw columns."""

    def __init__(self, transformer: Any, sample: Any) -> None:
        self.columns = describe(raw_columns(sample))
        graph = Graph()
        raw = tuple(Part(tensor=c.name, type=c.kind, raw=c, missing=c.missing) for c in self.columns)
        matrix = graph.matrix(emit(transformer, Block(raw), graph))
        outputs = [matrix] if not graph.refusals else [matrix, graph.refused()]
        kinds = {"double": TensorProto.DOUBLE, "string": TensorProto.STRING}
        inputs = [
            helper.make_tensor_value_info(c.name, kinds.get(c.kind, TensorProto.INT64), [None, 1]) for c in self.columns
        ]
        ends = [helper.make_empty_tensor_value_info(name) for name in outputs]
        model = helper.make_model(
            helper.make_graph(graph.nodes, "transformer", inputs, ends, graph.constants),
            opset_imports=[helper.make_opsetid(*each) for each in {**OPSETS, CONTRIB: 1}.items()],
            ir_version=10,
        )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options)

    def __call__(self, rows: Any) -> tuple[Any, Any]:
        """The matrix for these rows, and which of them are refused."""
        matrix, *refused = self.session.run(None, feed(raw_columns(rows), self.columns))
        return matrix, refused[0] if refused else np.zeros(len(matrix), dtype=bool)

"""From a fitted pipeline to a graph that was proven to do the same, or to the reason why there is none."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.compiled.columns import RawColumn, describe, raw_columns
from penstock.compiled.errors import UnusableSample, WrongPipeline
from penstock.compiled.model import METADATA, OUTPUTS, CompiledModel, require_packages
from penstock.compiled.parity import ParityReport, check_parity, frame_of, quietly

if TYPE_CHECKING:
    from penstock.compiled.graph import Block, Graph


@dataclass(frozen=True, kw_only=True)
class NotCompiled:
    """The pipeline stays as it is, and why."""

    reason: str
    parity: ParityReport | None = None
    """The figures, where a graph was made that does something else."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"not compiled: {self.reason}"


def compile_model(pipeline: Any, sample: Any, *, tolerance: float = 1e-5) -> CompiledModel | NotCompiled:
    """Make one ONNX graph of a fitted pipeline, from raw rows to predictions, and prove that it does the same.

    The preprocessing is written in float64, int64 and text; its result is cast to float32, which the estimator should
    have been trained on (see `to_float32`). The graph is accepted only if it passes `check_parity` on the sample and on
    hard rows made from it.

    Args:
        pipeline: A fitted `sklearn.pipeline.Pipeline` whose last step is the estimator; or an estimator alone.
        sample: Raw rows as the pipeline takes them, a few hundred at best: they say what is number and what is text,
            and they are what parity is proven on.
        tolerance: How far a score may be off, relative to its size where that is above 1.

    Returns:
        The compiled model, or `NotCompiled`, which says why and is false.

    Raises:
        WrongPipeline: It is no fitted pipeline.
        UnusableSample: The rows have no names, are none, or hold what is neither number nor text.
        NoOnnx: The extra `penstock[onnx]` is not installed.
    """
    require_packages()
    steps, estimator = _split(pipeline)
    columns = raw_columns(sample)
    described = describe(columns, only=_expected(pipeline, columns))
    frame = frame_of(columns, described)
    try:
        matrix = quietly(_features, steps, frame)
        several = np.ndim(quietly(pipeline.predict, frame.head(1))) > 1
    except (AttributeError, TypeError, ValueError) as error:
        raise UnusableSample(reason=f"the pipeline itself fails on it: {type(error).__name__}: {error}") from error
    from penstock.compiled.graph import CannotCompile

    if several:
        return NotCompiled(reason="it predicts several values a row")
    try:
        made = _build(steps, estimator, described, matrix)
    except CannotCompile as error:
        return NotCompiled(reason=str(error))
    report = check_parity(pipeline, made, sample, tolerance=tolerance)
    if not report.passed:
        return NotCompiled(reason=report.verdict(), parity=report)
    return _on_record(made, parity=report.figures())


def _split(pipeline: Any) -> tuple[list[Any], Any]:
    """The steps before the estimator, and the estimator."""
    got = type(pipeline).__name__
    if not hasattr(pipeline, "predict"):
        raise WrongPipeline(got=got, reason="it has no `predict`")
    from sklearn.exceptions import NotFittedError
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    steps, estimator = ([], pipeline)
    if isinstance(pipeline, Pipeline):
        steps, estimator = [step for _, step in pipeline.steps[:-1]], pipeline.steps[-1][1]
    try:
        check_is_fitted(estimator)
    except (NotFittedError, TypeError) as error:
        raise WrongPipeline(got=got, reason="it is not fitted") from error
    return steps, estimator


def _expected(pipeline: Any, columns: Any) -> Sequence[str]:
    """The raw columns in the order that the pipeline was fitted with; those of the sample, if it knows no names."""
    names = getattr(pipeline, "feature_names_in_", None)
    if names is None:
        return list(columns)
    if missing := [str(name) for name in names if name not in columns]:
        raise UnusableSample(reason=f"it lacks the column {missing[0]!r}")
    return [str(name) for name in names]


def _features(steps: list[Any], frame: Any) -> Any:
    """What reaches the estimator for some rows of the sample."""
    matrix = frame.head(50)
    for step in steps:
        matrix = matrix if step in (None, "passthrough") else step.transform(matrix)
    return matrix


def _build(steps: list[Any], estimator: Any, columns: tuple[RawColumn, ...], matrix: Any) -> CompiledModel:
    from penstock.compiled.emitters import emit
    from penstock.compiled.estimators import convert_estimator
    from penstock.compiled.graph import RESERVED, Block, CannotCompile, Graph, Part

    for column in columns:
        if column.name in OUTPUTS or column.name.startswith(RESERVED):
            raise CannotCompile(f"a raw column is called {column.name!r}, like a part of the graph; rename it")
    graph = Graph()
    raw = (Part(tensor=c.name, type=c.kind, raw=c, missing=c.missing) for c in columns)
    block = Block(tuple(raw))
    for step in steps:
        block = emit(step, block, graph)
    if block.width != matrix.shape[1]:
        raise CannotCompile(f"the graph has {block.width} features where the pipeline has {matrix.shape[1]}")
    dtypes = {str(dtype) for dtype in getattr(matrix, "dtypes", [])} or {str(matrix.dtype)}
    convert = partial(convert_estimator, float32=dtypes == {"float32"})
    converted, meant = quietly(convert, estimator, block.width)
    return _assemble(graph, block, columns, estimator, converted, meant)


def _assemble(
    graph: "Graph",
    block: "Block",
    columns: tuple[RawColumn, ...],
    estimator: Any,
    converted: Any,
    meant: dict[str, str],
) -> CompiledModel:
    from onnx import TensorProto, helper

    from penstock.compiled.estimators import FEATURES, PREFIX
    from penstock.compiled.graph import CONTRIB, IR_VERSION, OPSETS

    features = graph.matrix(block, to="float")
    _refuse_what_the_estimator_refuses(estimator, features, graph)
    refused = graph.refused()
    graph.nodes.append(helper.make_node("Identity", [features], [PREFIX + FEATURES]))
    ends = {**meant, "refused": refused}
    if hasattr(estimator, "classes_"):
        classes = np.asarray(estimator.classes_)
        textual = classes.dtype.kind in "OUT"
        ends["classes"] = graph.constant(classes, object if textual else np.int64)
    else:
        ends["predictions"] = graph.add("Reshape", meant["predictions"], graph.constant([-1], np.int64))
        graph.nodes, last = graph.nodes[:-1], graph.nodes[-1]
        converted.graph.node.append(last)
    nodes = [*graph.nodes, *converted.graph.node]
    nodes += [helper.make_node("Identity", [tensor], [name]) for name, tensor in ends.items()]
    types = {"double": TensorProto.DOUBLE, "string": TensorProto.STRING}
    onnx_graph = helper.make_graph(
        nodes,
        "penstock",
        [helper.make_tensor_value_info(c.name, types.get(c.kind, TensorProto.INT64), [None, 1]) for c in columns],
        [_output(name, estimator) for name in ends],
        [*graph.constants, *converted.graph.initializer],
    )
    opsets = {**{entry.domain: entry.version for entry in converted.opset_import}, **OPSETS}
    if contrib := sorted({node.op_type for node in nodes if node.domain == CONTRIB}):
        opsets[CONTRIB] = 1
    model = helper.make_model(
        onnx_graph,
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in opsets.items()],
        ir_version=IR_VERSION,
        producer_name="penstock",
    )
    recorded = {
        "columns": [asdict(column) for column in columns],
        "approximate": sorted(set(graph.approximate)),
        "estimator": type(estimator).__name__,
        "features": block.width,
        "operators": contrib,
    }
    helper.set_model_props(model, {METADATA: json.dumps(recorded)})
    return CompiledModel(model.SerializeToString())


def _refuse_what_the_estimator_refuses(estimator: Any, features: str, graph: "Graph") -> None:
    name = type(estimator).__name__
    nan = graph.add("IsNaN", features)
    allowed = graph.constant([[not estimator.__sklearn_tags__().input_tags.allow_nan]], bool)
    graph.refuse(graph.add("And", nan, allowed))
    if not name.startswith(("HistGradientBoosting", "LGBM", "XGB")):
        graph.refuse(graph.add("IsInf", features))


def _output(name: str, estimator: Any) -> Any:
    from onnx import TensorProto, helper

    classes = np.asarray(getattr(estimator, "classes_", []))
    label = TensorProto.STRING if classes.dtype.kind in "OUT" else TensorProto.INT64
    shapes: dict[str, tuple[int, list[Any]]] = {
        "predictions": (label if len(classes) else TensorProto.FLOAT, [None]),
        "probabilities": (TensorProto.FLOAT, [None, None]),
        "scores": (TensorProto.FLOAT, [None, None]),
        "classes": (label, [len(classes)]),
        "refused": (TensorProto.BOOL, [None]),
    }
    return helper.make_tensor_value_info(name, *shapes[name])


def _on_record(model: CompiledModel, **facts: Any) -> CompiledModel:
    """The same model with more written into its graph."""
    import onnx

    proto = onnx.load_from_string(model.graph)
    recorded = {**model.about, **facts}
    onnx.helper.set_model_props(proto, {METADATA: json.dumps(recorded)})
    return replace(model, graph=proto.SerializeToString())

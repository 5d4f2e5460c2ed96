"""Typed values: what annotations stand for, and how values become artifacts' bytes and come back."""

from penstock.data.converter import Converter
from penstock.data.registry import converter_for, register
from penstock.data.schema import ColumnSchema, TableSchema, infer_schema
from penstock.data.transfer import Saved, load_value, save_value
from penstock.data.trusted import trust
from penstock.data.types import ArtifactUse, ParameterUse, classify, compatible, decode_parameter, encode_parameter
from penstock.data.validation import Anomaly, validate
from penstock.data.values import HTML, JSON, Artifact, ClassificationMetrics, Markdown, Metrics, Text

__all__ = [
    "HTML",
    "JSON",
    "Anomaly",
    "Artifact",
    "ArtifactUse",
    "ClassificationMetrics",
    "ColumnSchema",
    "Converter",
    "Markdown",
    "Metrics",
    "ParameterUse",
    "Saved",
    "TableSchema",
    "Text",
    "classify",
    "compatible",
    "converter_for",
    "decode_parameter",
    "encode_parameter",
    "infer_schema",
    "load_value",
    "register",
    "save_value",
    "trust",
    "validate",
]

"""Typed values: what annotations stand for, and how values become artifacts' bytes and come back."""

from penstock.data.converter import Converter
from penstock.data.registry import converter_for, register
from penstock.data.types import ArtifactUse, ParameterUse, classify, compatible, decode_parameter, encode_parameter
from penstock.data.values import HTML, JSON, Artifact, ClassificationMetrics, Markdown, Metrics, Text

__all__ = [
    "HTML",
    "JSON",
    "Artifact",
    "ArtifactUse",
    "ClassificationMetrics",
    "Converter",
    "Markdown",
    "Metrics",
    "ParameterUse",
    "Text",
    "classify",
    "compatible",
    "converter_for",
    "decode_parameter",
    "encode_parameter",
    "register",
]

"""The pipeline as data: Kubeflow Pipelines v2 IR as frozen typed values, read and written exactly."""

from penstock.ir.commands import resolve_command
from penstock.ir.document import canonical_json, digest, parse_canonical, read_document, write_yaml
from penstock.ir.graph import upstream_tasks
from penstock.ir.parameters import apply_defaults, convert_parameter, parse_parameter_text
from penstock.ir.placeholders import executor_input_json, resolve_constant, resolve_text
from penstock.ir.problems import InvalidPipeline, Problem
from penstock.ir.resources import Resources, parse_duration, parse_resources
from penstock.ir.spec import PipelineDocument, PipelineSpec, PlatformSpec
from penstock.ir.validate import check, validate

__all__ = [
    "InvalidPipeline",
    "PipelineDocument",
    "PipelineSpec",
    "PlatformSpec",
    "Problem",
    "Resources",
    "apply_defaults",
    "canonical_json",
    "check",
    "convert_parameter",
    "digest",
    "executor_input_json",
    "parse_canonical",
    "parse_duration",
    "parse_parameter_text",
    "parse_resources",
    "read_document",
    "resolve_command",
    "resolve_constant",
    "resolve_text",
    "upstream_tasks",
    "validate",
    "write_yaml",
]

"""Inputs and outputs as the IR declares them."""

from msgspec import UNSET

from penstock.compiler.types.flows import ParameterFlow
from penstock.compiler.types.interfaces import FinalStatus, Input, Interface
from penstock.data.types import ArtifactUse, ParameterUse
from penstock.ir.spec import (
    ArtifactType,
    ComponentInputs,
    ComponentOutputs,
    InputArtifact,
    InputParameter,
    OutputArtifact,
    OutputParameter,
    ParameterType,
)

SCHEMA_VERSION = "0.0.1"
"""Of the artifact types `system.…`, as every Kubeflow pipeline has it."""


def artifact_type(title: str) -> ArtifactType:
    return ArtifactType(schema_title=title, schema_version=SCHEMA_VERSION)


def input_artifact(use: ArtifactUse, *, optional: bool) -> InputArtifact:
    return InputArtifact(
        artifact_type=artifact_type(use.schema_title), is_artifact_list=use.is_list, is_optional=optional
    )


def output_artifact(use: ArtifactUse) -> OutputArtifact:
    return OutputArtifact(artifact_type=artifact_type(use.schema_title), is_artifact_list=use.is_list)


def input_parameter(flow: ParameterFlow, otherwise: ParameterType) -> InputParameter:
    return InputParameter(parameter_type=flow.parameter_type or otherwise, is_optional=flow.optional)


def output_parameter(flow: ParameterFlow) -> OutputParameter:
    return OutputParameter(parameter_type=flow.parameter_type or "STRUCT")


def component_inputs(interface: Interface) -> ComponentInputs:
    """The declared inputs of a component, or of a pipeline that is nested."""
    inputs = interface.inputs.values()
    return ComponentInputs(
        parameters={one.name: _parameter(one) for one in inputs if not isinstance(one.use, ArtifactUse)},
        artifacts={
            one.name: input_artifact(one.use, optional=one.optional or one.use.optional)
            for one in inputs
            if isinstance(one.use, ArtifactUse)
        },
    )


def component_outputs(interface: Interface) -> ComponentOutputs:
    """The declared outputs of a component."""
    uses = interface.outputs.items()
    return ComponentOutputs(
        parameters={
            name: OutputParameter(parameter_type=use.parameter_type)
            for name, use in uses
            if isinstance(use, ParameterUse)
        },
        artifacts={name: output_artifact(use) for name, use in uses if isinstance(use, ArtifactUse)},
    )


def _parameter(declared: Input) -> InputParameter:
    if isinstance(declared.use, FinalStatus):
        return InputParameter(parameter_type="TASK_FINAL_STATUS", is_optional=True)
    assert isinstance(declared.use, ParameterUse)
    return InputParameter(
        parameter_type=declared.use.parameter_type,
        default_value=declared.default,
        is_optional=declared.optional or declared.use.optional,
        literals=declared.use.literals,
    )


def path_parameter(declared: Input) -> InputParameter:
    """A pipeline's input artifact, as the place where a run finds it."""
    return InputParameter(
        parameter_type="STRING", default_value=declared.default, is_optional=declared.default is not UNSET
    )

"""The components and executors of a document: each is put there once, however many tasks use it."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from penstock.compiler.lowering.declarations import artifact_type, component_inputs, component_outputs
from penstock.compiler.lowering.policies import kubernetes_settings
from penstock.compiler.types.interfaces import Interface, Interfaces
from penstock.dsl.graph import Definition, Task
from penstock.dsl.naming import fit_name
from penstock.dsl.options import Options
from penstock.ir.spec import (
    ComponentInputs,
    ComponentOutputs,
    ComponentSpec,
    ContainerSpec,
    DeploymentSpec,
    ExecutorSpec,
    ImporterSpec,
    InputParameter,
    OutputArtifact,
    PlatformDeployment,
    PlatformSpec,
    SinglePlatform,
    ValueOrRuntimeParameter,
)

ContainerOf = Callable[[Definition, Options], ContainerSpec]


class Library:
    """Collects components while tasks are lowered."""

    def __init__(self, interfaces: Interfaces, container_of: ContainerOf) -> None:
        self.components: dict[str, ComponentSpec] = {}
        self._interfaces = interfaces
        self._container_of = container_of
        self._executors: dict[str, ExecutorSpec] = {}
        self._platform: dict[str, dict[str, Any]] = {}
        self._names: dict[Any, str] = {}

    def component_of(self, task: Task) -> str:
        """The name of the component that a task of an author's component uses."""
        key = (id(task.definition.origin), task.definition.name, *_container_options(task.options))
        if key not in self._names:
            name = self._names[key] = self._free_name(fit_name(task.definition.name))
            self._add(name, task, self._interfaces.of_component(task.definition))
        return f"comp-{self._names[key]}"

    def importer_of(self, schema_title: str, constant: str | None) -> str:
        """The name of the component that takes in an artifact from elsewhere.

        Args:
            schema_title: The artifact's type.
            constant: Where it is; None if a parameter says so.
        """
        key = ("importer", schema_title, constant)
        if key not in self._names:
            name = self._names[key] = self._free_name("importer")
            uri = ValueOrRuntimeParameter(
                constant=UNSET if constant is None else constant, runtime_parameter="uri" if constant is None else ""
            )
            schema = artifact_type(schema_title)
            self._executors[f"exec-{name}"] = ExecutorSpec(importer=ImporterSpec(artifact_uri=uri, type_schema=schema))
            self.components[f"comp-{name}"] = ComponentSpec(
                input_definitions=ComponentInputs(parameters={"uri": InputParameter(parameter_type="STRING")}),
                output_definitions=ComponentOutputs(artifacts={"artifact": OutputArtifact(artifact_type=schema)}),
                executor_label=f"exec-{name}",
            )
        return f"comp-{self._names[key]}"

    def reserve(self, base: str) -> str:
        """A name for a component that is to come: `comp-` and `base`, or `base-2` and so on."""
        name = f"comp-{self._free_name(base)}"
        self.components[name] = ComponentSpec()  # keeps its place in the order
        return name

    def deployment(self) -> DeploymentSpec:
        return DeploymentSpec(executors=self._executors)

    def platform(self) -> PlatformSpec:
        """What the executors ask of Kubernetes; empty if nothing."""
        if not self._platform:
            return PlatformSpec()
        deployment = PlatformDeployment(executors=self._platform)
        return PlatformSpec(platforms={"kubernetes": SinglePlatform(deployment_spec=deployment)})

    def _add(self, name: str, task: Task, interface: Interface) -> None:
        label = f"exec-{name}"
        self._executors[label] = ExecutorSpec(container=self._container_of(task.definition, task.options))
        asked = kubernetes_settings(task.options)
        if asked:
            self._platform[label] = asked
        self.components[f"comp-{name}"] = ComponentSpec(
            input_definitions=component_inputs(interface),
            output_definitions=component_outputs(interface),
            executor_label=label,
        )

    def _free_name(self, base: str) -> str:
        name, number = base, 1
        while f"comp-{name}" in self.components:
            number += 1
            name = f"{base}-{number}"
        return name


def _container_options(options: Options) -> tuple[Any, ...]:
    """The options that are part of the executor; the others belong to the task."""
    caching = options.caching
    return (
        options.cpu,
        options.memory,
        options.gpu,
        options.timeout_seconds,
        tuple(sorted(options.env.items())),
        tuple(sorted(options.secrets.items())),
        options.image,
        tuple(options.requirements),
        caching.version if caching else None,
        caching.fresh_seconds if caching else None,
    )

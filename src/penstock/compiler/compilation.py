"""Compiling: from a pipeline function to the document that engines run."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.compiler.checks.graph import GraphCheck
from penstock.compiler.checks.reporting import Findings
from penstock.compiler.code.project import Project
from penstock.compiler.code.reading import CodeReader
from penstock.compiler.commands import CommandLines
from penstock.compiler.containers import container_of
from penstock.compiler.errors import CompilationFailed
from penstock.compiler.lowering.graphs import Lowering
from penstock.compiler.lowering.library import Library
from penstock.compiler.types.interfaces import Interfaces, is_one_value
from penstock.compiler.version import penstock_version
from penstock.dsl.container import ContainerComponent
from penstock.dsl.diagnostics import Diagnostic
from penstock.dsl.graph import Definition, Graph, Task
from penstock.dsl.naming import fit_name
from penstock.dsl.options import Options
from penstock.dsl.pipeline import Pipeline
from penstock.dsl.tracing import trace_pipeline
from penstock.ir.spec import ContainerSpec, PipelineDocument, PipelineInfo, PipelineSpec

SCHEMA_VERSION = "2.1.0"
"""Of the IR."""


@dataclass(frozen=True, kw_only=True)
class Compilation:
    """A compiled pipeline, and what it was compiled from."""

    document: PipelineDocument
    sources: list[Path]
    """The author's modules that were read: while they are as they were, the document would be the same."""


def compile_pipeline(pipeline: Pipeline[Any, Any], *, project_root: Path) -> Compilation:
    """Compile a pipeline.

    Args:
        pipeline: What `@pipeline` made.
        project_root: The folder that files are named relative to, in the keys of caches and in messages.

    Raises:
        CompilationFailed: The pipeline has mistakes; all that could be found are in it.
    """
    compiler = _Compiler(pipeline, Project(project_root))
    document = compiler.run()
    return Compilation(document=document, sources=compiler.sources())


class _Compiler:
    def __init__(self, pipeline: Pipeline[Any, Any], project: Project) -> None:
        self.pipeline = pipeline
        self.project = project
        self.interfaces = Interfaces()
        self.code = CodeReader(project=project)
        self.commands = CommandLines()

    def run(self) -> PipelineDocument:
        graph = trace_pipeline(self.pipeline, is_one_value)
        graphs = graphs_within(graph)
        self._fail_with([*graph.diagnostics, *self._problems(graphs)])
        library = Library(self.interfaces, self._container)
        lowering = Lowering(self.interfaces, library)
        top = lowering.root(graph)
        self._fail_with(lowering.problems)
        name = fit_name(self.pipeline.name, "pipeline")
        info = PipelineInfo(
            name=name,
            display_name=self.pipeline.name if self.pipeline.name != name else "",
            description=self.pipeline.description,
        )
        spec = PipelineSpec(
            pipeline_info=info,
            root=top.spec(),
            components=library.components,
            deployment_spec=library.deployment(),
            schema_version=SCHEMA_VERSION,
            sdk_version=f"penstock-{penstock_version()}",
        )
        return PipelineDocument(pipeline=spec, platform=library.platform())

    def sources(self) -> list[Path]:
        """The author's files that were read, or loaded by what was read."""
        read = {module.path.resolve() for module in self.project.read() if module.path is not None}
        return sorted(read.union(self.project.loaded()))

    def _problems(self, graphs: list[Graph]) -> list[Diagnostic]:
        findings = Findings()
        definitions: list[Diagnostic] = []
        for graph in graphs:
            definitions += graph.pipeline.problems
            definitions += self.interfaces.of_pipeline(graph.pipeline).problems
            for task in graph.tasks():
                if task.graph is None:
                    definitions += task.definition.problems
                    definitions += self.interfaces.of_component(task.definition).problems
                    self._check_code(task)
                else:
                    definitions += task.definition.problems[len(task.definition.origin.problems) :]
            GraphCheck(graph, self.interfaces, findings).run()
        return [*definitions, *findings.found, *self.code.problems, *self.commands.problems]

    def _check_code(self, task: Task) -> None:
        if isinstance(task.definition, ContainerComponent):
            self.commands.read(task.definition, self.interfaces.of_component(task.definition))
        else:
            self.code.check_installed(task.definition, task.options)

    def _fail_with(self, problems: Iterable[Diagnostic]) -> None:
        found = sorted(dict.fromkeys(problems), key=lambda one: (one.place, one.code, one.message))
        if found:
            raise CompilationFailed(diagnostics=found)

    def _container(self, definition: Definition, options: Options) -> ContainerSpec:
        if isinstance(definition, ContainerComponent):
            return self.commands.container(definition, self.interfaces.of_component(definition), options)
        code = self.code.of(definition)
        assert code is not None
        return container_of(code.manifest(options), code.package, options, penstock_version())


def graphs_within(graph: Graph) -> list[Graph]:
    """A graph and all that are nested in it, each once, outer ones first."""
    found: dict[int, Graph] = {id(graph): graph}
    waiting = [graph]
    for one in waiting:
        for task in one.tasks():
            if task.graph is not None and id(task.graph) not in found:
                found[id(task.graph)] = task.graph
                waiting.append(task.graph)
    return waiting

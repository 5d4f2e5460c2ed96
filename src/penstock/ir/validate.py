"""Whether a document hangs together: every reference leads somewhere, nothing waits for itself, values fit their types.

Everything that can be seen without running is reported, all at once. A document that passes can still fail
at run time, by the values that its tasks produce.
"""

from collections.abc import Iterator

from penstock.ir.commands import texts_in
from penstock.ir.errors import ParameterMismatch
from penstock.ir.graph import find_cycles
from penstock.ir.parameters import default_of
from penstock.ir.placeholders import Placeholder, placeholders_in
from penstock.ir.problems import Code, InvalidPipeline, Problem, unknown_name
from penstock.ir.spec import ComponentSpec, ContainerSpec, ExecutorSpec, PipelineDocument, PipelineSpec
from penstock.ir.wiring import check_dag
from penstock.ir.wording import join


def validate(document: PipelineDocument) -> list[Problem]:
    """Everything that is wrong with a pipeline, in the order of the document; an empty list if nothing is."""
    pipeline = document.pipeline
    problems: list[Problem] = []
    if pipeline.root.dag is None:
        problems.append(Problem(Code.WRONG_BODY, "root", "the root has no DAG", "put the tasks in `root.dag.tasks`"))
    else:
        problems += check_dag("root", pipeline.root, pipeline)
    problems += _check_defaults("root", pipeline.root)
    for name, component in pipeline.components.items():
        problems += _check_component(join("components", name), component, pipeline)
    problems += _check_nesting(pipeline)
    for label, executor in pipeline.deployment_spec.executors.items():
        problems += _check_executor(join("deploymentSpec.executors", label), executor)
    return problems


def check(document: PipelineDocument, *, source: str = "") -> None:
    """Do nothing for a pipeline that hangs together.

    Raises:
        InvalidPipeline: It does not; every problem is in the error.
    """
    problems = validate(document)
    if problems:
        raise InvalidPipeline(problems=problems, source=source)


def _check_component(place: str, component: ComponentSpec, pipeline: PipelineSpec) -> Iterator[Problem]:
    yield from _check_defaults(place, component)
    label, executors = component.executor_label, pipeline.deployment_spec.executors
    if (component.dag is None) == (not label):
        text = "it has neither a DAG nor an executor" if component.dag is None else "it has both a DAG and an executor"
        yield Problem(Code.WRONG_BODY, place, text, "a component is one or the other: `dag` or `executorLabel`")
    if component.dag is not None:
        yield from check_dag(place, component, pipeline)
    if label and label not in executors:
        yield unknown_name(Code.NO_EXECUTOR, f"{place}.executorLabel", "executor", label, executors)
    elif label and (container := executors[label].container) is not None:
        yield from _check_placeholders(join("deploymentSpec.executors", label), container, component)


def _check_defaults(place: str, component: ComponentSpec) -> Iterator[Problem]:
    for name, parameter in component.input_definitions.parameters.items():
        try:
            default_of(name, parameter)
        except ParameterMismatch as error:
            where = join(f"{place}.inputDefinitions.parameters", name)
            yield Problem(Code.WRONG_VALUE, f"{where}.defaultValue", error.message(), error.hint())


def _check_executor(place: str, executor: ExecutorSpec) -> Iterator[Problem]:
    forms = (executor.container, executor.importer, executor.resolver, executor.custom_job)
    known = sum(form is not None for form in forms)
    if known > 1 or (known == 0 and not executor.unknown_fields):
        text = "it has more than one form" if known else "it has no form"
        yield Problem(Code.WRONG_BODY, place, text, "an executor is one thing: `container` or `importer`")
    if executor.container is not None and not executor.container.image:
        yield Problem(Code.WRONG_BODY, f"{place}.container", "it has no image", "name a container image in `image`")


def _check_nesting(pipeline: PipelineSpec) -> Iterator[Problem]:
    inside = {
        name: {task.component_ref.name for task in component.dag.tasks.values()}
        for name, component in pipeline.components.items()
        if component.dag is not None
    }
    for cycle in find_cycles(inside):
        place = join("components", cycle[-1])
        way = " → ".join(reversed(cycle))
        yield Problem(
            Code.COMPONENT_CYCLE, place, f"it contains itself: {way}", "a pipeline cannot be nested in itself"
        )


def _check_placeholders(place: str, container: ContainerSpec, component: ComponentSpec) -> Iterator[Problem]:
    for where, elements in (("command", container.command), ("args", container.args)):
        for index, element in enumerate(elements):
            if "{{$" not in element:
                continue
            for text in texts_in(element):
                if "\n" in text:
                    continue  # a program or a template, in which it may be somebody else's
                for placeholder in placeholders_in(text):
                    yield from _check_placeholder(f"{place}.container.{where}[{index}]", placeholder, component)


def _check_placeholder(place: str, placeholder: Placeholder, component: ComponentSpec) -> Iterator[Problem]:
    if not placeholder.side or placeholder.name.startswith("pipelinechannel--"):
        return
    definitions = component.input_definitions if placeholder.side == "inputs" else component.output_definitions
    known = definitions.artifacts if placeholder.kind == "artifacts" else definitions.parameters
    if placeholder.name not in known:
        what = f"{placeholder.side[:-1]} {placeholder.kind[:-1]}"
        yield unknown_name(Code.WRONG_PLACEHOLDER, place, what, placeholder.name, known)

"""Whether a pipeline hangs together: every problem has its code, its place and a hint, and all come at once."""

from typing import Any

import msgspec
import pytest

from penstock.ir import InvalidPipeline, read_document, validate
from penstock.ir.codec import from_json_obj
from penstock.ir.problems import Code, Problem
from penstock.ir.spec import PipelineDocument, PipelineSpec


def problems_of(pipeline: dict[str, Any]) -> list[Problem]:
    return validate(PipelineDocument(pipeline=from_json_obj(PipelineSpec, pipeline)))


def spoil(pipeline: dict[str, Any], place: str, value: Any) -> None:
    """Set the value at `place`, e.g. `root/dag/tasks`; None takes it away."""
    *path, last = place.split("/")
    for key in path:
        pipeline = pipeline.setdefault(key, {})
    if value is None:
        del pipeline[last]
    else:
        pipeline[last] = value


def test_a_pipeline_in_order_has_no_problem(small: dict[str, Any]) -> None:
    assert problems_of(small) == []


TRAIN = "root/dag/tasks/train"
ROWS = f"{TRAIN}/inputs/artifacts/rows"
DEPTH = f"{TRAIN}/inputs/parameters/depth"
EACH = "root/dag/tasks/each"
LOOP = f"{EACH}/parameterIterator"
SIZE = "root/dag/tasks/load/inputs/parameters/size"
OUTPUTS = "root/dag/outputs/parameters"
DEFAULT = "root/inputDefinitions/parameters/size/defaultValue"
INNER = "components/comp-each/dag/tasks"
LOAD = "deploymentSpec/executors/exec-load"
CONCAT = '{"Concat": ["a", "{{$.outputs.artifacts[\'x\'].uri}}"]}'


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


def selected(task: str, output: str) -> dict[str, Any]:
    return {"valueFromParameter": {"producerSubtask": task, "outputParameterKey": output}}


@pytest.mark.parametrize(
    ("edit", "value", "place", "message"),
    [
        (f"{TRAIN}/componentRef/name", "comp-trian", "train.componentRef: error[IRX011]", "no component 'comp-trian'"),
        (f"{TRAIN}/componentRef", {}, "train.componentRef: error[IRX011]", "no component ''"),
        ("components/comp-load/executorLabel", "exec", "comp-load.executorLabel: error[IRX012]", "no executor 'exec'"),
        (f"{TRAIN}/dependentTasks", ["lod"], "train.dependentTasks[0]: error[IRX013]", "no task 'lod'"),
        (f"{ROWS}/taskOutputArtifact/producerTask", "x", "rows.taskOutputArtifact: error[IRX013]", "no task 'x'"),
        (
            DEPTH,
            {"taskFinalStatus": {"producerTask": "x"}},
            "taskFinalStatus.producerTask: error[IRX013]",
            "no task 'x'",
        ),
        (f"{OUTPUTS}/score", selected("x", "score"), "outputs.parameters.score: error[IRX013]", "no task 'x'"),
        ("root/dag/tasks/load/dependentTasks", ["train"], "error[IRX014]", "load → train → "),
        (f"{TRAIN}/dependentTasks", ["train"], "root.dag.tasks.train: error[IRX014]", "train → train"),
        (
            f"{INNER}/again",
            {"componentRef": {"name": "comp-each"}},
            "comp-each: error[IRX015]",
            "comp-each → comp-each",
        ),
        (
            f"{ROWS}/taskOutputArtifact/outputArtifactKey",
            "row",
            "error[IRX016]",
            "output artifact of task 'load' 'row'",
        ),
        (
            f"{OUTPUTS}/score",
            selected("train", "scroe"),
            "score: error[IRX016]",
            "output parameter of task 'train' 'scroe'",
        ),
        (f"{SIZE}/componentInputParameter", "sizes", "componentInputParameter: error[IRX017]", "component 'sizes'"),
        (ROWS, {"componentInputArtifact": "rows"}, "rows.componentInputArtifact: error[IRX017]", "component 'rows'"),
        (DEPTH, {"runtimeValue": {"runtimeParameter": "d"}}, "runtimeParameter: error[IRX017]", "component 'd'"),
        (DEPTH, None, "root.dag.tasks.train: error[IRX018]", "parameter 'depth' is required"),
        (ROWS, None, "root.dag.tasks.train: error[IRX018]", "artifact 'rows' is required"),
        (DEPTH, {}, "inputs.parameters.depth: error[IRX019]", "no source"),
        (ROWS, {}, "inputs.artifacts.rows: error[IRX019]", "no source"),
        (DEPTH, {"runtimeValue": {}}, "depth.runtimeValue: error[IRX019]", "no value"),
        (f"{DEPTH}/componentInputParameter", "size", "parameters.depth: error[IRX019]", "more than one source"),
        ("components/comp-load/executorLabel", None, "components.comp-load: error[IRX020]", "neither a DAG nor"),
        ("components/comp-each/executorLabel", "exec-load", "comp-each: error[IRX020]", "both a DAG and"),
        ("root/dag", None, "root: error[IRX020]", "no DAG"),
        (LOAD, {}, "deploymentSpec.executors.exec-load: error[IRX020]", "no form"),
        (f"{LOAD}/importer", {}, "deploymentSpec.executors.exec-load: error[IRX020]", "more than one form"),
        (f"{LOAD}/container/image", None, "exec-load.container: error[IRX020]", "no image"),
        (f"{LOOP}/items/raw", "[1, 2", "parameterIterator.items.raw: error[IRX021]", "no JSON list"),
        (
            f"{LOOP}/items",
            {"inputParameter": "xs"},
            "parameterIterator.items: error[IRX021]",
            "input of this task 'xs'",
        ),
        (f"{EACH}/componentRef/name", "comp-load", "tasks.each: error[IRX021]", "has no DAG"),
        (
            f"{EACH}/artifactIterator",
            {"itemInput": "x"},
            "tasks.each: error[IRX021]",
            "over parameters and over artifacts",
        ),
        (f"{LOOP}/itemInput", "itm", "parameterIterator.itemInput: error[IRX021]", "the loop's body 'itm'"),
        ("root/dag/outputs", None, "root.dag.outputs.parameters: error[IRX022]", "'score' is declared"),
        (f"{OUTPUTS}/score", {}, "outputs.parameters.score: error[IRX022]", "selects nothing"),
        (DEFAULT, "three", "size.defaultValue: error[IRX023]", "takes an integer, got text 'three'"),
        (DEPTH, constant(2.5), "parameters.depth.runtimeValue: error[IRX023]", "takes an integer, got number 2.5"),
        (
            DEPTH,
            constant("{{$.inputs.parameters['pipelinechannel--d']}}"),
            "depth.runtimeValue: error[IRX024]",
            "input parameter",
        ),
        (f"{LOAD}/container/args", ["-{{$.inputs.parameters['s']}}"], "args[0]: error[IRX024]", "input parameter 's'"),
        (f"{LOAD}/container/command", ["sh", CONCAT], "command[1]: error[IRX024]", "output artifact 'x'"),
        ("root/dag/tasks/", {}, 'root.dag.tasks[""]: error[IRX025]', "has no name"),
        ("root/dag/tasks/train.fit", {}, 'tasks["train.fit"]: error[IRX025]', "inside of task 'train'"),
        ("root/dag/tasks/each[0]", {}, 'tasks["each[0]"]: error[IRX025]', "inside of task 'each'"),
    ],
)
def test_a_problem_has_its_place_code_and_words(
    small: dict[str, Any], edit: str, value: Any, place: str, message: str
) -> None:
    spoil(small, edit, value)
    shown = [str(problem) for problem in problems_of(small)]
    (found,) = [problem for problem in shown if place in problem and message in problem]
    assert "\n  hint: " in found


def test_a_program_may_hold_placeholders_that_are_not_its_own(small: dict[str, Any]) -> None:
    program = "import x\nprint(\"{{$.inputs.parameters['else']}}\")\n"
    spoil(small, "deploymentSpec/executors/exec-load/container/command", ["python", "-c", program])
    assert problems_of(small) == []


def test_a_task_may_be_given_what_its_component_does_not_declare(small: dict[str, Any]) -> None:
    """Kubeflow's compiler passes inputs that only placeholders in constants and resources use."""
    spoil(small, f"{TRAIN}/inputs/parameters/cpu_limit", {"componentInputParameter": "size"})
    spoil(small, f"{DEPTH}/runtimeValue/constant", "{{$.inputs.parameters['cpu_limit']}}")
    assert problems_of(small) == []


def test_a_misspelt_input_is_recognised(small: dict[str, Any]) -> None:
    spoil(small, f"{TRAIN}/inputs/parameters/dept", {"runtimeValue": {"constant": 3}})
    spoil(small, DEPTH, None)
    (problem,) = problems_of(small)
    assert problem.hint == "did you mean 'dept'?"


def test_every_problem_is_reported_at_once_and_every_cycle(small: dict[str, Any]) -> None:
    tasks = small["root"]["dag"]["tasks"]
    for first, second in (("a", "b"), ("c", "d")):
        for name, other in ((first, second), (second, first)):
            tasks[name] = {
                "componentRef": {"name": "comp-load"},
                "inputs": {"parameters": {"size": {"runtimeValue": {"constant": 1}}}},
                "dependentTasks": [other],
            }
    spoil(small, f"{TRAIN}/componentRef/name", "comp-trian")
    spoil(small, "components/comp-load/executorLabel", "exec-lod")
    with pytest.raises(InvalidPipeline) as caught:
        read_document(msgspec.json.encode(small), name="small.json")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [Code.NO_COMPONENT, Code.TASK_CYCLE, Code.TASK_CYCLE, Code.NO_EXECUTOR]
    first, second, third, *_ = str(caught.value).splitlines()
    assert first == "small.json has 4 problems [IRX010]"
    assert second == "root.dag.tasks.train.componentRef: error[IRX011]: there is no component 'comp-trian'"
    assert third == "  hint: did you mean 'comp-train'?"


def test_a_long_chain_is_no_recursion(small: dict[str, Any]) -> None:
    tasks = small["root"]["dag"]["tasks"]
    for number in range(3000):
        tasks[f"t{number}"] = {
            "componentRef": {"name": "comp-load"},
            "inputs": {"parameters": {"size": {"runtimeValue": {"constant": 1}}}},
            "dependentTasks": [f"t{number - 1}"] if number else [],
        }
    assert problems_of(small) == []
    tasks["t0"]["dependentTasks"] = ["t2999"]
    assert [problem.code for problem in problems_of(small)] == [Code.TASK_CYCLE]

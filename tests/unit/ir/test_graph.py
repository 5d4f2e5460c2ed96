"""The order among tasks."""

from penstock.ir import upstream_tasks
from penstock.ir.codec import from_json_obj
from penstock.ir.graph import find_cycles
from penstock.ir.spec import TaskSpec


def test_what_a_task_waits_for_is_what_it_names_and_what_it_takes() -> None:
    task = from_json_obj(
        TaskSpec,
        {
            "dependentTasks": ["b", "a"],
            "inputs": {
                "parameters": {
                    "x": {"taskOutputParameter": {"producerTask": "c", "outputParameterKey": "o"}},
                    "s": {"taskFinalStatus": {"producerTask": "d"}},
                    "k": {"runtimeValue": {"constant": 1}},
                    "p": {"componentInputParameter": "p"},
                },
                "artifacts": {
                    "rows": {"taskOutputArtifact": {"producerTask": "a", "outputArtifactKey": "o"}},
                    "more": {"taskOutputArtifact": {"producerTask": "e", "outputArtifactKey": "o"}},
                },
            },
        },
    )
    assert upstream_tasks(task) == ["b", "a", "c", "d", "e"]


def test_cycles_that_share_no_task_are_all_found() -> None:
    graph = {"a": ["b"], "b": ["a"], "c": ["c"], "d": ["a", "e"], "e": []}
    found = [set(cycle) for cycle in find_cycles(graph)]
    assert sorted(map(sorted, found)) == [["a", "b"], ["c"]]
    assert find_cycles({"a": ["b"], "b": []}) == []

"""What Kubeflow's format says of values, branches, loops and failures: small documents, each about one rule."""

import pytest
from msgspec import structs

from penstock.core.ids import ArtifactId, TaskPath
from penstock.engine.plan import Plan
from penstock.ir.spec import (
    ArtifactItems,
    ArtifactIterator,
    ComponentInputs,
    ComponentOutputs,
    DagOutputArtifact,
    DagOutputParameter,
    DagOutputs,
    InputArtifact,
    InputParameter,
    OutputArtifact,
    ParameterSelector,
    ParameterSelectors,
    TaskInputArtifact,
    TaskInputParameter,
    TaskInputs,
    TaskOutputArtifact,
)
from penstock.ir.spec import ArtifactSelector as Chosen
from penstock.metadata.records import Artifact, State
from support.pipelines import (
    COMPLETED,
    constant,
    dag,
    document,
    leaf,
    outer,
    output_of,
    over,
    parameters,
    status_of,
    task,
)
from support.simulation import BEGIN, Simulation, failure

ECHO = leaf("echo", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER?")


def selects(**names: tuple[str, str]) -> DagOutputs:
    """`total=("task", "Output")`"""
    chosen = {
        name: DagOutputParameter(
            value_from_parameter=ParameterSelector(producer_subtask=producer, output_parameter_key=key)
        )
        for name, (producer, key) in names.items()
    }
    return DagOutputs(parameters=chosen)


def echo(execution):
    return {"Output": execution.inputs.parameters.get("n", 0)}


def seen(run: Simulation, path: str):
    return run.stored[TaskPath(path)].inputs.parameters


# --- values -------------------------------------------------------------------------------------------------


def test_integers_stay_integers_in_lists_and_objects_however_large():
    value = {"big": 2**70, "list": [1, 2.0, [3]], "text": "it's {{$}} \n ü"}
    root = dag({"a": task("make"), "b": task("use", inputs={"x": output_of("a")})})
    components = {"make": leaf("make", outputs={"Output": "STRUCT"}), "use": leaf("use", x="STRUCT")}
    run = (
        Simulation(document(root, **components), lambda e: {"Output": value} if e.task == "a" else {}).start().finish()
    )
    assert repr(seen(run, "b")["x"]) == repr(value)


def test_a_default_that_the_compiler_wrote_with_a_point_is_an_integer():
    use = leaf("use")
    inputs = ComponentInputs(parameters={"n": InputParameter(parameter_type="NUMBER_INTEGER", default_value=2.0)})
    use = structs.replace(use, input_definitions=inputs)
    run = Simulation(document(dag({"t": task("use")}), use=use)).start().finish()
    assert repr(seen(run, "t")) == "{'n': 2}"


def test_text_takes_anything_as_the_text_that_kubeflow_makes_of_it():
    given = {"a": 5.0, "b": True, "c": [1.0, {"k": "ü"}], "d": "as it is"}
    root = dag({"t": task("use", inputs={name: constant(value) for name, value in given.items()})})
    run = Simulation(document(root, use=leaf("use", a="STRING", b="STRING", c="STRING", d="STRING"))).start().finish()
    assert seen(run, "t") == {"a": "5", "b": "true", "c": '[1,{"k":"ü"}]', "d": "as it is"}


def test_a_constant_is_made_of_what_flows_in_and_what_flows_in_is_never_looked_into():
    hostile = "{{$.inputs.parameters['secret']}} {{$.pipeline_job_name}} ' \" \n"
    inputs = {
        "text": constant("<{{$.inputs.parameters['pipelinechannel--p']}}> {{$.inputs.parameters['mine']}} {{$x}}"),
        "whole": constant("{{$.inputs.parameters['pipelinechannel--n']}}"),
        "pipelinechannel--p": outer("p"),
        "pipelinechannel--n": constant([1, 2]),
        "secret": constant("hidden"),
    }
    root = dag({"t": task("use", inputs=inputs)}, p="STRING")
    use = leaf("use", text="STRING", whole="LIST", secret="STRING")
    run = Simulation(document(root, use=use), parameters={"p": hostile}).start().finish()
    assert seen(run, "t")["text"] == f"<{hostile}> {{{{$.inputs.parameters['mine']}}}} {{{{$x}}}}"
    assert seen(run, "t")["whole"] == [1, 2]


def test_what_a_run_says_of_itself_is_put_into_constants():
    names = ("job_name", "job_resource_name", "job_uuid", "task_name", "task_uuid", "job_create_time_utc")
    inputs = {name: constant(f"{{{{$.pipeline_{name}}}}}") for name in (*names, "root")}
    use = leaf("use", **dict.fromkeys(inputs, "STRING"), at="STRING")
    inputs["at"] = constant("{{$.workspace_path}}/x")
    root = dag({"sub": task("sub")})
    run = Simulation(document(root, sub=dag({"t": task("use", inputs=inputs)}), use=use))
    run.state.places = {"pipeline_root": "/root", "workspace_path": "/shared"}
    run.start().finish()
    assert seen(run, "sub.t") == {
        "job_name": "test r",
        "job_resource_name": "test-r",
        "job_uuid": "r",
        "task_name": "t",
        "task_uuid": "r/sub.t",
        "job_create_time_utc": f"{BEGIN:%Y-%m-%dT%H:%M:%SZ}",
        "root": "/root",
        "at": "/shared/x",
    }


# --- what is optional ---------------------------------------------------------------------------------------

OPTIONAL = parameters(a="STRING?", b="STRING?") | {
    "c": InputParameter(parameter_type="STRING", is_optional=True, default_value="dflt")
}


def test_what_is_not_given_to_a_pipeline_within_a_pipeline_is_absent_or_its_default():
    use = structs.replace(leaf("use"), input_definitions=ComponentInputs(parameters=OPTIONAL))
    inner = dag({"t": task("use", inputs={name: outer(name) for name in "abc"})})
    inner = structs.replace(inner, input_definitions=ComponentInputs(parameters=OPTIONAL))
    root = dag(
        {
            "none": task("inner"),
            "null": task("inner", inputs={"a": outer("p"), "b": constant("B")}),
            "all": task("inner", inputs={"a": constant(""), "b": constant("B"), "c": constant("C")}),
        },
        p="STRING?",
    )
    run = Simulation(document(root, inner=inner, use=use)).start().finish()
    assert seen(run, "none.t") == {"c": "dflt"}
    assert seen(run, "null.t") == {"b": "B", "c": "dflt"}
    assert seen(run, "all.t") == {"a": "", "b": "B", "c": "C"}


def test_null_for_what_is_not_optional_fails_the_task_and_names_it():
    root = dag({"t": task("use", inputs={"x": outer("p")})}, p="STRING?")
    run = Simulation(document(root, use=leaf("use", x="STRING"))).start().finish()
    assert run.stored_run.error.code == "ENG001"
    assert "'x'" in run.stored_run.error.message


def test_a_task_configuration_is_the_platforms_affair():
    run = Simulation(document(dag({"t": task("use")}), use=leaf("use", config="TASK_CONFIG"))).start().finish()
    assert run.run_state is State.SUCCEEDED


# --- failures -----------------------------------------------------------------------------------------------


def ignoring(default):
    """`bad` fails; `use` takes its output and runs all the same."""
    declared = InputParameter(parameter_type="STRING", is_optional=True, default_value=default)
    use = structs.replace(leaf("use"), input_definitions=ComponentInputs(parameters={"x": declared}))
    root = dag(
        {
            "bad": task("make"),
            "use": task("use", inputs={"x": output_of("bad")}, strategy=COMPLETED),
            "next": task("work", after=["use"]),
        }
    )
    return document(root, make=leaf("make", outputs={"Output": "STRING"}), use=use, work=leaf("work"))


@pytest.mark.parametrize(("default", "given"), [("fallback", {"x": "fallback"}), (None, {})])
def test_who_ignores_a_failure_gets_the_default_and_the_run_has_failed_all_the_same(default, given):
    pipeline = ignoring(default)
    run = Simulation(pipeline, lambda e: failure() if e.task == "bad" else {}).start().finish()
    assert run.states() == {"bad": "FAILED", "use": "SUCCEEDED", "next": "SUCCEEDED"}
    assert seen(run, "use") == given
    assert run.run_state is State.FAILED


def test_who_ignores_a_failure_runs_after_what_was_skipped_too():
    root = dag({"no": task("work", condition="false"), "all": task("work", after=["no"], strategy=COMPLETED)})
    run = Simulation(document(root, work=leaf("work"))).start().finish()
    assert run.states() == {"no": "SKIPPED", "all": "SUCCEEDED"}


@pytest.mark.parametrize(
    ("end", "state", "error"),
    [("succeed", "COMPLETE", {}), ("fail", "FAILED", {"code": 9, "message": "'t' failed: boom"})],
)
def test_an_exit_task_is_told_how_it_ended_in_the_words_of_kubeflow(end, state, error):
    root = dag(
        {
            "exit-handler-1": task("body"),
            "notify": task(
                "notify", after=["exit-handler-1"], strategy=COMPLETED, inputs={"s": status_of("exit-handler-1")}
            ),
        }
    )
    components = {
        "body": dag({"t": task("work")}),
        "work": leaf("work"),
        "notify": leaf("notify", s="TASK_FINAL_STATUS"),
    }
    behave = (lambda e: failure() if e.task == "t" else {}) if end == "fail" else (lambda e: {})
    run = Simulation(document(root, **components), behave).start().finish()
    assert seen(run, "notify")["s"] == {
        "state": state,
        "pipelineTaskName": "exit-handler-1",
        "pipelineJobResourceName": "test-r",
        "error": error,
    }


def test_a_pipeline_as_exit_task_hands_the_status_on():
    inner = dag({"look": task("look", inputs={"status": outer("s")})}, s="TASK_FINAL_STATUS")
    root = dag(
        {
            "body": task("work"),
            "notify": task("inner", after=["body"], strategy=COMPLETED, inputs={"s": status_of("body")}),
        }
    )
    run = (
        Simulation(document(root, inner=inner, look=leaf("look", status="STRUCT"), work=leaf("work"))).start().finish()
    )
    assert seen(run, "notify.look")["status"]["state"] == "COMPLETE"


def test_the_status_of_what_came_from_the_cache_says_so():
    root = dag(
        {
            "t": task("work", cache=True),
            "notify": task("notify", after=["t"], strategy=COMPLETED, inputs={"s": status_of("t")}),
        }
    )
    pipeline = document(root, work=leaf("work"), notify=leaf("notify", s="TASK_FINAL_STATUS"))
    first = Simulation(pipeline).start().finish()
    again = Simulation(pipeline, known=first.known).start().finish()
    assert seen(first, "notify")["s"]["state"] == "COMPLETE"
    assert seen(again, "notify")["s"]["state"] == "CACHED"


# --- branches -----------------------------------------------------------------------------------------------


def branches(condition: str, *, otherwise: bool = True):
    """`one` if the condition holds, else `two`; their value is that of the pipeline."""
    one_of = DagOutputParameter(
        value_from_oneof=ParameterSelectors(
            parameter_selectors=[
                ParameterSelector(producer_subtask="one", output_parameter_key="Output"),
                ParameterSelector(producer_subtask="two", output_parameter_key="Output"),
            ]
        )
    )
    given = {"x": outer("p")}
    root = dag(
        {
            "one": task("echo", inputs=given | {"n": constant(1)}, condition=condition),
            "two": task(
                "echo", inputs=given | {"n": constant(2)}, condition=f"!({condition})" if otherwise else "false"
            ),
        },
        outputs={"n": "NUMBER_INTEGER"},
        selects=DagOutputs(parameters={"n": one_of}),
        p="STRING",
    )
    return document(root, echo=ECHO)


QUOTED = "inputs.parameter_values['x'] == 'yes'"


@pytest.mark.parametrize(("given", "value"), [("yes", 1), ("it's", 2), ("yes' || '1' == '1", 2), ("{{$}}", 2)])
def test_the_branch_that_was_taken_gives_the_value_and_no_value_chooses_by_itself(given, value):
    run = Simulation(branches(QUOTED), echo, parameters={"p": given}).start().finish()
    assert run.outputs() == {"n": value}


def test_a_condition_that_cannot_be_evaluated_fails_the_run_and_is_not_false():
    run = Simulation(branches("inputs.parameter_values['x'] > 3"), echo, parameters={"p": "text"}).start().finish()
    assert run.states() == {"one": "FAILED", "two": "FAILED"}
    assert run.stored_run.error.code == "ENG002"
    assert run.calls == []


def test_a_value_that_no_branch_gives_fails_the_pipeline_that_promised_it():
    run = Simulation(branches("false", otherwise=False), echo, parameters={"p": ""}).start().finish()
    assert (run.run_state, run.stored_run.error.code) == (State.FAILED, "ENG008")


def test_what_comes_of_a_skipped_branch_is_skipped():
    body = dag({"t": task("echo")}, outputs={"n": "NUMBER_INTEGER"}, selects=selects(n=("t", "Output")))
    root = dag({"c": task("body", condition="false"), "use": task("echo", inputs={"n": output_of("c", "n")})})
    run = Simulation(document(root, body=body, echo=ECHO), echo).start().finish()
    assert run.states() == {"c": "SKIPPED", "use": "SKIPPED"}
    assert run.run_state is State.SUCCEEDED


# --- loops --------------------------------------------------------------------------------------------------


def test_loops_go_over_parts_of_the_items_of_loops_and_keep_what_those_are():
    """Kubeflow's compiler declares the parts as text, or the list as what is in it; types are told apart at the end."""

    def part(source: str, key: str) -> TaskInputParameter:
        return TaskInputParameter(
            component_input_parameter=source, parameter_expression_selector=f'parseJson(string_value)["{key}"]'
        )

    leaf_ = leaf("echo", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER", d="STRUCT", s="STRING")
    inputs = {
        "n": part("x-loop-item-subvar-inner-loop-item", "q"),
        "d": outer("x-loop-item-subvar-inner-loop-item"),
        "s": part("x-loop-item-subvar-inner-loop-item", "q"),
    }
    inner = dag(
        {"t": task("echo", inputs=inputs)},
        **{"x-loop-item-subvar-inner-loop-item": "STRING", "items": "NUMBER_INTEGER"},
    )
    each_inner = over(parameter="items", item="x-loop-item-subvar-inner-loop-item")
    body = dag(
        {"in": task("inner", inputs={"items": part("x-loop-item", "inner")}, each=each_inner)},
        **{"x-loop-item": "STRUCT"},
    )
    root = dag(
        {"out": task("body", each=over(parameter="xs", item="x-loop-item"), inputs={"xs": outer("xs")})}, xs="LIST"
    )
    xs = [{"inner": [{"q": 1}, {"q": 2**60}]}, {"inner": []}, {"inner": [{"q": 3}]}]
    run = Simulation(document(root, body=body, inner=inner, echo=leaf_), echo, parameters={"xs": xs}).start().finish()
    assert run.run_state is State.SUCCEEDED
    assert seen(run, "out[0].in[1].t") == {"n": 2**60, "d": {"q": 2**60}, "s": str(2**60)}
    assert sorted(run.calls) == ["out[0].in[0].t", "out[0].in[1].t", "out[2].in[0].t"]


def test_the_items_of_a_list_in_the_document_may_hold_what_flows_in():
    raw = "[\"{{$.inputs.parameters['pipelinechannel--p']}}\", \"<{{$.inputs.parameters['pipelinechannel--p']}}>\", 3]"
    body = dag({"t": task("use", inputs={"x": outer("item")})}, item="STRING")
    loop = task("body", each=over(raw), inputs={"pipelinechannel--p": outer("p")})
    hostile = '", "more'
    run = Simulation(
        document(dag({"each": loop}, p="STRING"), body=body, use=leaf("use", x="STRING")), parameters={"p": hostile}
    )
    run.start().finish()
    assert [seen(run, f"each[{index}].t")["x"] for index in range(3)] == [hostile, f"<{hostile}>", "3"]


def test_the_body_of_a_loop_may_go_over_the_same_list_again():
    inner = dag({"t": task("echo", inputs={"n": outer("item")})}, item="NUMBER_INTEGER")
    body = dag(
        {"in": task("inner", each=over(parameter="xs"), inputs={"xs": outer("xs")})}, item="NUMBER_INTEGER", xs="LIST"
    )
    root = dag({"out": task("body", each=over(parameter="xs"), inputs={"xs": outer("xs")})}, xs="LIST")
    run = (
        Simulation(document(root, body=body, inner=inner, echo=ECHO), echo, parameters={"xs": [1, 2]}).start().finish()
    )
    assert len(run.calls) == 4
    lonely = Simulation(document(dag({"out": root.dag.tasks["out"]}, xs="LIST"), body=dag({}, item="LIST?", xs="LIST")))
    lonely.stored_run = structs.replace(lonely.stored_run, parameters={"xs": [1]})
    lonely.state.run = lonely.stored_run
    assert seen(lonely.start(), "out[0]") == {"item": 1}


@pytest.mark.parametrize("value", [None, 3, "no list", '{"a": 1}', True])
def test_what_is_no_list_is_not_gone_over(value):
    root = dag({"each": task("body", each=over(parameter="xs"), inputs={"xs": outer("xs")})}, xs="STRING?")
    body = dag({}, item="STRING", xs="STRING?")
    run = Simulation(document(root, body=body), parameters={"xs": value}).start().finish()
    assert (run.run_state, run.stored_run.error.code) == (State.FAILED, "ENG003")


def collecting(depth: int, condition: str = ""):
    """`depth` loops within each other, with a branch around each inner one; what the innermost gives is collected."""
    components = {"echo": ECHO}
    inner = dag(
        {"t": task("echo", inputs={"n": outer("item")}, condition=condition)},
        outputs={"all": "LIST"},
        selects=selects(all=("t", "Output")),
        item="NUMBER_INTEGER",
    )
    for level in range(depth):
        components[f"body{level}"] = inner
        loop = task(f"body{level}", each=over("[1, 2]"))
        branch = dag({"loop": loop}, outputs={"all": "LIST"}, selects=selects(all=("loop", "all")))
        components[f"branch{level}"] = branch
        inner = dag(
            {"branch": task(f"branch{level}", condition="true")},
            outputs={"all": "LIST"},
            selects=selects(all=("branch", "all")),
            item="NUMBER_INTEGER?",
        )
    return document(inner, **components)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_what_loops_within_loops_give_is_one_flat_list_in_order(depth):
    run = Simulation(collecting(depth), echo).start().finish()
    assert run.outputs() == {"all": [1, 2] * 2 ** (depth - 1)}


def test_lists_that_tasks_give_are_not_joined():
    body = dag(
        {"t": task("make")}, outputs={"all": "LIST"}, selects=selects(all=("t", "Output")), item="NUMBER_INTEGER"
    )
    root = dag(
        {"each": task("body", each=over("[1, 2]"))}, outputs={"all": "LIST"}, selects=selects(all=("each", "all"))
    )
    run = Simulation(
        document(root, body=body, make=leaf("make", outputs={"Output": "LIST"})), lambda e: {"Output": [7]}
    )
    assert run.start().finish().outputs() == {"all": [[7], [7]]}


def test_iterations_that_were_skipped_give_nothing_and_no_iterations_an_empty_list():
    some = Simulation(collecting(2, "inputs.parameter_values['n'] == 2"), echo).start().finish()
    assert some.outputs() == {"all": [2, 2]}
    none = Simulation(collecting(2, "false"), echo).start().finish()
    assert none.outputs() == {"all": []}


# --- artifacts ----------------------------------------------------------------------------------------------


def taking(component: str, **sources: TaskInputArtifact):
    return structs.replace(task(component), inputs=TaskInputs(artifacts=sources))


def given_artifacts(name: str, *, many: bool = False, optional: bool = False) -> ComponentInputs:
    return ComponentInputs(artifacts={name: InputArtifact(is_artifact_list=many, is_optional=optional)})


def test_a_loop_over_artifacts_gives_each_iteration_one_of_them_and_collects_them_again():
    use = structs.replace(leaf("use"), input_definitions=given_artifacts("x"))
    body = dag({"t": taking("use", x=TaskInputArtifact(component_input_artifact="one"))})
    body = structs.replace(
        body,
        input_definitions=ComponentInputs(
            artifacts={"xs": InputArtifact(is_artifact_list=True), "one": InputArtifact()}
        ),
        output_definitions=ComponentOutputs(artifacts={"kept": OutputArtifact(is_artifact_list=True)}),
    )
    loop = structs.replace(
        taking("body", xs=TaskInputArtifact(component_input_artifact="xs")),
        artifact_iterator=ArtifactIterator(items=ArtifactItems(input_artifact="xs"), item_input="one"),
    )
    root = structs.replace(dag({"each": loop}), input_definitions=given_artifacts("xs", many=True))
    run = Simulation(document(root, body=body, use=use))
    found = [
        Artifact(artifact_id=ArtifactId(name), name="xs", type="system.Dataset", uri=name, created_at=BEGIN)
        for name in "abc"
    ]
    from penstock.engine.events import Start

    run.tell(Start(artifacts={"xs": found}))
    run.finish()
    taken = [run.stored[TaskPath(f"each[{index}].t")].inputs.artifacts for index in range(3)]
    assert taken == [{"x": ["a"]}, {"x": ["b"]}, {"x": ["c"]}]
    assert run.stored[TaskPath("each")].outputs.artifacts == {"kept": []}


@pytest.mark.parametrize("first", [True, False])
def test_one_of_several_artifacts_is_that_of_the_branch_that_was_taken(first):
    """The branches are importers here: they give artifacts without any code."""
    from penstock.ir.spec import ComponentSpec, ExecutorSpec, ImporterSpec, ValueOrRuntimeParameter

    get = ComponentSpec(
        executor_label="exec-get",
        input_definitions=ComponentInputs(parameters={"uri": InputParameter(parameter_type="STRING")}),
        output_definitions=ComponentOutputs(artifacts={"artifact": OutputArtifact()}),
    )
    chosen = [Chosen(producer_subtask=name, output_artifact_key="artifact") for name in ("one", "two")]
    body = structs.replace(
        dag(
            {
                "one": task("get", inputs={"uri": constant("1")}, condition="true" if first else "false"),
                "two": task("get", inputs={"uri": constant("2")}, condition="false" if first else "true"),
            },
            selects=DagOutputs(artifacts={"it": DagOutputArtifact(artifact_selectors=chosen)}),
        ),
        output_definitions=ComponentOutputs(artifacts={"it": OutputArtifact()}),
    )
    use = structs.replace(leaf("use"), input_definitions=given_artifacts("x"))
    source = TaskInputArtifact(task_output_artifact=TaskOutputArtifact(producer_task="b", output_artifact_key="it"))
    pipeline = document(dag({"b": task("body"), "use": taking("use", x=source)}), body=body, get=get, use=use)
    spec = ExecutorSpec(importer=ImporterSpec(artifact_uri=ValueOrRuntimeParameter(runtime_parameter="uri")))
    deployment = structs.replace(
        pipeline.pipeline.deployment_spec, executors=pipeline.pipeline.deployment_spec.executors | {"exec-get": spec}
    )
    pipeline = structs.replace(pipeline, pipeline=structs.replace(pipeline.pipeline, deployment_spec=deployment))
    run = Simulation(pipeline).start().finish()
    assert run.stored[TaskPath("use")].inputs.artifacts == {"x": ["at 1" if first else "at 2"]}


def test_an_optional_artifact_that_nothing_gives_is_absent():
    use = structs.replace(leaf("use"), input_definitions=given_artifacts("x", optional=True))
    inner = structs.replace(
        dag({"t": taking("use", x=TaskInputArtifact(component_input_artifact="x"))}),
        input_definitions=given_artifacts("x", optional=True),
    )
    run = Simulation(document(dag({"sub": task("inner")}), inner=inner, use=use)).start().finish()
    assert run.stored[TaskPath("sub.t")].inputs.artifacts == {}
    assert run.run_state is State.SUCCEEDED


# --- the workspace ------------------------------------------------------------------------------------------


def test_who_uses_the_workspace_is_found_and_what_depends_on_it_is_not_taken_from_the_cache():
    in_command = document(dag({"t": task("work", cache=True)}), work=leaf("work"))
    executors = in_command.pipeline.deployment_spec.executors
    container = executors["exec-work"].container
    changed = structs.replace(container, args=["cat {{$.workspace_path}}/x"])
    executors["exec-work"] = structs.replace(executors["exec-work"], container=changed)
    plan = Plan(in_command)
    assert (plan.uses_workspace, plan.is_volatile("work")) == (True, True)
    known: dict = {}
    for _ in range(2):
        run = Simulation(in_command, known=known).start().finish()
        assert run.calls == ["t"]
    given = {"p": constant("{{$.workspace_path}}/x")}
    in_constant = document(dag({"t": task("use", inputs=given, cache=True)}), use=leaf("use", p="STRING"))
    for _ in range(2):
        run = Simulation(in_constant, known=known)
        run.state.places = {"workspace_path": "/mine"}
        assert run.start().finish().calls == ["t"]
    assert (Plan(in_constant).uses_workspace, Plan(in_constant).is_volatile("use")) == (True, False)
    neither = Plan(document(dag({"t": task("work")}), work=leaf("work")))
    assert (neither.uses_workspace, neither.is_volatile("work")) == (False, False)

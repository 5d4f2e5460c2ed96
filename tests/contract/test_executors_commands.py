"""Container components as plain commands of this host, as `--host-commands` runs them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts.opening import open_artifact_store
from penstock.engine.executor import Canceled
from penstock.executors.container.executor import ContainerExecutor
from penstock.executors.process.executor import ProcessExecutor
from penstock.executors.process.forms.command import HostCommand
from penstock.executors.routing import Routing
from penstock.ir.runtime import RuntimeArtifact
from penstock.ir.spec import (
    ComponentOutputs,
    ComponentSpec,
    ContainerSpec,
    EnvVar,
    OutputParameter,
    ParameterType,
)
from penstock.testing.attempts import Attempts, artifacts_of, failure_of, values_of, wait_until_gone


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessExecutor]:
    folder = tmp_path_factory.mktemp('it\'s a "home" 😀')
    executor = ProcessExecutor(folder / "home", str(folder / "artifacts"), grace=30)
    yield executor
    executor.close()


@pytest.fixture(scope="module")
def store_url(process: ProcessExecutor) -> str:
    return process._forms[0]._artifacts  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def containers(process: ProcessExecutor, store_url: str, tmp_path: Path) -> ContainerExecutor:
    return ContainerExecutor(process, tmp_path, store_url, engine="none")


@pytest.fixture
def attempts(process: ProcessExecutor, containers: ContainerExecutor, store_url: str, tmp_path: Path) -> Attempts:
    host = HostCommand(store_url, tmp_path / "cache")
    return Attempts(Routing(process, lambda: containers, host), tmp_path)


def command(*line: str, args: tuple[str, ...] = (), env: dict[str, str] | None = None) -> ContainerSpec:
    variables = [EnvVar(name=name, value=value) for name, value in (env or {}).items()]
    return ContainerSpec(image="no/such:image", command=list(line), args=list(args), env=variables)


def giving(**types: ParameterType) -> ComponentSpec:
    parameters = {name: OutputParameter(parameter_type=kind) for name, kind in types.items()}
    return ComponentSpec(output_definitions=ComponentOutputs(parameters=parameters))


def place(output: str) -> str:
    return f"{{{{$.outputs.parameters['{output}'].output_file}}}}"


# --- what a command is given --------------------------------------------------------------------------------


def test_a_command_gets_its_parameters_and_writes_its_results_each_to_a_file(attempts: Attempts) -> None:
    script = 'printf "%s" "$(($1 * 2))" > "$2"; printf "%s" "[$1, 2.5]" > "$3"; printf " true\\n" > "$4"'
    line = command(
        "sh", "-c", script, "x", args=("{{$.inputs.parameters['n']}}", place("n"), place("list"), place("ok"))
    )
    outcome = attempts.run(
        line,
        inputs={"n": 21},
        outputs=["n", "list", "ok"],
        component=giving(n="NUMBER_INTEGER", list="LIST", ok="BOOLEAN"),
    )
    assert values_of(outcome) == {"n": 42, "list": [21, 2.5], "ok": True}


@pytest.mark.parametrize("text", ["two words", "'\"`$(touch hacked)`;\n{{$}}", "-rf", "", "😀"])
def test_a_value_is_one_argument_whatever_is_in_it(attempts: Attempts, tmp_path: Path, text: str) -> None:
    line = command("sh", "-c", 'printf "%s" "$#/$1" > "$0"', args=(place("out"), "{{$.inputs.parameters['text']}}"))
    outcome = attempts.run(line, inputs={"text": text}, outputs=["out"], component=giving(out="STRING"))
    assert values_of(outcome) == {"out": f"1/{text}"}
    assert not (tmp_path / "hacked").exists()


def test_parts_that_depend_on_an_input_are_there_if_it_is(attempts: Attempts) -> None:
    structure = json.dumps({"IfPresent": {"InputName": "who", "Then": ["--who", "{{$.inputs.parameters['who']}}"]}})
    joined = json.dumps({"Concat": ["a=", "{{$.inputs.parameters['a']}}"]})
    line = command("sh", "-c", 'out=$0; printf "%s|" "$@" > "$out"', args=(place("out"), joined, structure))
    given = {"a": 1, "who": "me"}
    outcome = attempts.run(line, inputs=given, outputs=["out"], component=giving(out="STRING"))
    assert values_of(outcome) == {"out": "a=1|--who|me|"}
    outcome = attempts.run(line, inputs={"a": 1}, outputs=["out"], component=giving(out="STRING"))
    assert values_of(outcome) == {"out": "a=1|"}


def test_variables_may_hold_placeholders_and_are_added_to_ours(attempts: Attempts) -> None:
    line = command(
        "sh", "-c", 'printf "%s" "$WHO $HOME" > "$0"', place("out"), env={"WHO": "<{{$.inputs.parameters['who']}}>"}
    )
    outcome = attempts.run(line, inputs={"who": "me"}, outputs=["out"], component=giving(out="STRING"))
    assert values_of(outcome) == {"out": f"<me> {os.environ['HOME']}"}


def test_a_command_is_told_where_it_runs(attempts: Attempts) -> None:
    line = command("sh", "-c", 'printf "%s" "$PENSTOCK_TASK $MINE" > "$0"', place("out"), env={"MINE": "own"})
    surroundings = {"PENSTOCK_TASK": "a[1].b", "MINE": "given"}
    outcome = attempts.run(line, outputs=["out"], component=giving(out="STRING"), surroundings=surroundings)
    assert values_of(outcome) == {"out": "a[1].b own"}


def test_a_command_works_in_the_folder_of_the_run(attempts: Attempts, tmp_path: Path) -> None:
    outcome = attempts.run(command("sh", "-c", 'pwd > "$0"', place("out")), outputs=["out"])
    assert values_of(outcome) == {"out": f"{tmp_path}\n"}


def test_an_artifact_is_read_and_another_written_by_path(attempts: Attempts, store_url: str, tmp_path: Path) -> None:
    store = open_artifact_store(store_url)
    (tmp_path / "in.csv").write_text("a,1\nb,2\n")
    stored = store.put_copy(tmp_path / "in.csv", "in.csv")
    rows = RuntimeArtifact(name="rows", uri=stored.uri, digest=stored.digest, size=stored.size)
    script = 'awk -F, "{ s += \\$2 } END { print s }" "$0" > "$1"'
    line = command("sh", "-c", script, "{{$.inputs.artifacts['rows'].path}}", "{{$.outputs.artifacts['sum'].path}}")
    outcome = attempts.run(line, artifacts={"rows": [rows]}, saved=["sum"])
    (made,) = artifacts_of(outcome)["sum"]
    assert store.path(made.uri).read_text() == "3\n"
    assert made.digest


def test_the_log_shows_the_command_and_what_it_printed(attempts: Attempts) -> None:
    order = attempts.start(command("sh", "-c", "echo out; echo err >&2", "it's $HOME"))
    attempts.wait(order)
    assert order.log.read_text() == "$ sh -c 'echo out; echo err >&2' 'it'\"'\"'s $HOME'\nout\nerr\n"


def test_the_log_shows_a_script_on_one_line(attempts: Attempts) -> None:
    order = attempts.start(command("echo", "it's\n\t\\ \x01", "naïve 漢字"))
    attempts.wait(order)
    first = order.log.read_text().splitlines()[0]
    assert first == r"$ echo $'it\'s\n\t\\ \U00000001' 'naïve 漢字'"


def test_what_the_shells_of_most_images_understand_is_understood(attempts: Attempts) -> None:
    script = 'set -o pipefail; [[ "$1" == a* ]] && printf "%s" "$BASH_VERSION" > "$0"'
    outcome = attempts.run(command("sh", "-ec", script, place("out"), "abc"), outputs=["out"])
    assert values_of(outcome)["out"]


# --- how a command fails ------------------------------------------------------------------------------------


def test_an_exit_code_fails_the_task_with_the_last_lines_of_its_log(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("sh", "-c", "echo fine; echo 'no table: rows' >&2; exit 3")))
    assert (failure.kind, failure.code) == ("task", "EXE021")
    assert failure.message == "the command `sh` ended with exit code 3"
    assert failure.traceback == "fine\nno table: rows"


def test_a_program_that_is_not_there_is_refused_before_anything_runs(attempts: Attempts) -> None:
    refused = attempts.executor.refuse(command("no-such-program", "x"))
    assert refused is not None
    assert (
        refused.message
        == "the command `no-such-program` cannot be run on the host: there is no such program on this host"
    )
    assert refused.hint == "install it here, or run the component in its image, 'no/such:image', with Docker or Podman"
    assert attempts.executor.refuse(command("sh", "-c", "no-such-program")) is None


def test_a_program_that_shows_only_in_the_task_not_to_be_there_fails_that(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("{{$.inputs.parameters['what']}}"), inputs={"what": "no-such-program"}))
    assert (failure.kind, failure.code) == ("user", "EXE022")
    failure = failure_of(attempts.run(command("./no-such-program")))
    assert (failure.kind, failure.code) == ("user", "EXE022")


def test_a_script_that_calls_what_is_not_there_fails_with_a_hint(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("sh", "-c", "no-such-program")))
    assert failure.code == "EXE021"
    assert failure.hint == "127 mostly means that a program which it calls is not there; its log says which"


def test_an_argument_that_no_program_can_be_given_is_an_error_of_the_user(attempts: Attempts) -> None:
    line = command("echo", "{{$.inputs.parameters['text']}}")
    failure = failure_of(attempts.run(line, inputs={"text": "a\0b"}))
    assert (failure.code, failure.message) == (
        "EXE022",
        "the command `echo` cannot be run on the host: embedded null byte",
    )
    failure = failure_of(attempts.run(line, inputs={"text": "x" * 3_000_000}))
    assert failure.message == "the command `echo` cannot be run on the host: Argument list too long"


def test_a_signal_fails_the_task(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("sh", "-c", "kill -9 $$")))
    assert failure.message == "the command `sh` was killed by signal 9 (SIGKILL, Killed)"


def test_an_output_that_was_not_written_fails_the_task(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("true"), outputs=["out"], component=giving(out="STRING")))
    assert failure.code == "LAU020"


def test_a_component_without_a_command_is_refused(attempts: Attempts) -> None:
    refused = attempts.executor.refuse(ContainerSpec(image="alpine", args=["x"]))
    assert refused is not None
    assert (refused.code, refused.message) == (
        "EXE023",
        "the component names no command: it runs whatever image 'alpine' runs by default",
    )


# --- how a command is ended ---------------------------------------------------------------------------------


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_canceled_command_is_asked_first_and_all_that_it_started_is_gone(attempts: Attempts, pipe: Path) -> None:
    script = 'trap "echo asked; exit 0" TERM; sleep 1000 & echo "$$ $!" > "$0"; wait'
    order = attempts.start(command("sh", "-c", script, str(pipe)))
    pids = [int(pid) for pid in pipe.read_text().split()]
    attempts.executor.cancel(order.key)
    assert isinstance(attempts.wait(order), Canceled)
    assert order.log.read_text().endswith("asked\n")
    for pid in pids:
        wait_until_gone(pid)


def test_a_command_that_does_not_listen_is_killed_by_force(attempts: Attempts, pipe: Path) -> None:
    order = attempts.start(command("sh", "-c", 'trap "" TERM; echo $$ > "$0"; sleep 1000', str(pipe)))
    pid = int(pipe.read_text())
    attempts.executor.cancel(order.key, force=True)
    assert isinstance(attempts.wait(order), Canceled)
    wait_until_gone(pid)


def test_a_command_has_the_time_and_the_memory_that_its_limits_say(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("sleep", "1000"), timeout=0.2))
    assert failure.code == "EXE002"
    hungry = command("awk", 'BEGIN { s = "x"; while (1) s = s s }')
    failure = failure_of(attempts.run(hungry, memory=100_000_000))
    assert failure.code in ("EXE001", "EXE021")


def test_a_command_that_leaves_a_process_behind_does_not_keep_the_task_from_ending(
    attempts: Attempts, pipe: Path
) -> None:
    order = attempts.start(command("sh", "-c", 'setsid sleep 1000 & echo $! > "$0"', str(pipe)))
    pid = int(pipe.read_text())
    assert values_of(attempts.wait(order)) == {}
    wait_until_gone(pid)


# --- when it is not allowed ---------------------------------------------------------------------------------


def test_without_permission_and_without_an_engine_it_is_refused(
    process: ProcessExecutor, containers: ContainerExecutor, tmp_path: Path
) -> None:
    executor = Routing(process, lambda: containers)
    refused = executor.refuse(command("echo", "hello world"))
    assert refused is not None
    assert (refused.code, refused.kind) == ("EXE020", "user")
    assert "`penstock run --host-commands`" in refused.hint
    assert refused.message == (
        "image 'no/such:image' needs a container engine, and the setting `container_engine` is `none`:"
        " echo 'hello world'"
    )
    failure = failure_of(Attempts(executor, tmp_path).run(command("touch", str(tmp_path / "touched"))))
    assert failure.code == "EXE020"
    assert not (tmp_path / "touched").exists()

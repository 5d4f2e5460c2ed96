"""Container components in an engine: a fake one, which runs commands right here, and the real one where it works."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts.opening import open_artifact_store
from penstock.engine.executor import Canceled, Grants, Mount, WorkOrder
from penstock.executors.container.engine import ContainerEngine, call
from penstock.executors.container.executor import HOME_LABEL, ContainerExecutor
from penstock.executors.process.executor import ProcessExecutor
from penstock.ir.runtime import RuntimeArtifact
from penstock.ir.spec import ComponentOutputs, ComponentSpec, ContainerSpec, EnvVar, OutputParameter
from penstock.testing.attempts import Attempts, artifacts_of, failure_of, values_of
from support.engines import IMAGE, install_fake, real_engine

TEXT = ComponentSpec(output_definitions=ComponentOutputs(parameters={"out": OutputParameter(parameter_type="STRING")}))
OUT = "{{$.outputs.parameters['out'].output_file}}"
PIPE = "{{$.outputs.artifacts['pipe'].path}}"


@pytest.fixture(scope="module", params=["fake", "real"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerEngine]:
    folder = tmp_path_factory.mktemp("engine")
    if request.param == "fake":
        yield ContainerEngine(name="docker", program=str(install_fake(folder)), rootless=False)
        return
    with real_engine(folder) as found:
        if isinstance(found, str):
            pytest.skip(found)
        yield found


@pytest.fixture(scope="module")
def home(engine: ContainerEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f'a "home" of {engine.name} 😀')


@pytest.fixture(scope="module")
def containers(engine: ContainerEngine, home: Path) -> Iterator[ContainerExecutor]:
    process = ProcessExecutor(home, str(home / "artifacts"), grace=0.3)
    executor = ContainerExecutor(process, home, str(home / "artifacts"), engine=engine)
    yield executor
    process.close()
    executor.close()


@pytest.fixture
def attempts(containers: ContainerExecutor, tmp_path: Path) -> Attempts:
    return Attempts(containers, tmp_path)


def command(
    *line: str, image: str = IMAGE, env: dict[str, str] | None = None, args: tuple[str, ...] = ()
) -> ContainerSpec:
    variables = [EnvVar(name=name, value=value) for name, value in (env or {}).items()]
    return ContainerSpec(image=image, command=list(line), args=list(args), env=variables)


def left(engine: ContainerEngine, executor: ContainerExecutor) -> list[str]:
    """The containers of this home that are there."""
    return call(engine, "ps", "--all", "--quiet", "--filter", f"label={HOME_LABEL}={executor._home}").stdout.split()


def test_parameters_go_in_and_come_out(attempts: Attempts) -> None:
    line = command("sh", "-c", 'printf "%s" "$#/$1" > "$0"', args=(OUT, "{{$.inputs.parameters['text']}}"))
    text = 'it\'s "two" $words\n😀'
    assert values_of(attempts.run(line, inputs={"text": text}, outputs=["out"], component=TEXT)) == {"out": f"1/{text}"}


def test_the_image_may_be_a_parameter_but_never_an_option(attempts: Attempts) -> None:
    line = command("true", image="{{$.inputs.parameters['image']}}")
    assert values_of(attempts.run(line, inputs={"image": IMAGE})) == {}
    failure = failure_of(attempts.run(line, inputs={"image": "--privileged"}))
    assert failure.code == "EXE024"


def test_artifacts_are_there_under_their_own_paths(attempts: Attempts, home: Path, tmp_path: Path) -> None:
    store = open_artifact_store(str(home / "artifacts"))
    (tmp_path / "in.csv").write_text("a,1\nb,2\n")
    stored = store.put_copy(tmp_path / "in.csv", "in.csv")
    rows = RuntimeArtifact(name="rows", uri=stored.uri, digest=stored.digest, size=stored.size)
    script = 'awk -F, "{ s += \\$2 } END { print s }" "$0" > "$1"'
    line = command("sh", "-c", script, "{{$.inputs.artifacts['rows'].path}}", "{{$.outputs.artifacts['sum'].path}}")
    (made,) = artifacts_of(attempts.run(line, artifacts={"rows": [rows]}, saved=["sum"]))["sum"]
    assert store.path(made.uri).read_text() == "3\n"
    assert store.path(made.uri).stat().st_uid == os.getuid()


def test_a_command_that_writes_to_its_input_changes_nothing_for_others(
    attempts: Attempts, home: Path, tmp_path: Path
) -> None:
    store = open_artifact_store(str(home / "artifacts"))
    (tmp_path / "in.txt").write_text("as it was")
    stored = store.put_copy(tmp_path / "in.txt", "in.txt")
    rows = RuntimeArtifact(name="rows", uri=stored.uri, digest=stored.digest, size=stored.size)
    line = command("sh", "-c", 'echo changed > "$0"', "{{$.inputs.artifacts['rows'].path}}")
    attempts.run(line, artifacts={"rows": [rows]})
    assert store.path(stored.uri).read_text() == "as it was"


def test_variables_reach_the_container_and_ours_do_not(attempts: Attempts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_HOST", "secret")
    env = {"WHO": "<{{$.inputs.parameters['who']}}>", "DOCKER_HOST": "nowhere"}
    line = command("sh", "-c", 'printf "%s" "$WHO $DOCKER_HOST ${OF_THE_HOST:-none}" > "$0"', OUT, env=env)
    order = attempts.start(line, inputs={"who": "me"}, outputs=["out"], component=TEXT)
    assert values_of(attempts.wait(order)) == {"out": "<me> nowhere none"}
    assert "<me>" not in order.log.read_text()


def test_a_container_is_told_where_it_runs_and_may_log(attempts: Attempts) -> None:
    line = command(
        "sh", "-c", 'printf "%s" "$PENSTOCK_TASK $MINE" > "$0"; echo "{}" >> "$SPOOL"', OUT, env={"MINE": "own"}
    )
    surroundings = {"PENSTOCK_TASK": "a[1].b", "MINE": "given", "SPOOL": str(attempts.folder / "task 1 😀" / "spool")}
    order = attempts.start(line, outputs=["out"], component=TEXT, surroundings=surroundings)
    assert values_of(attempts.wait(order)) == {"out": "a[1].b own"}
    assert (order.folder / "spool").read_text() == "{}\n"


def test_what_is_granted_is_there(attempts: Attempts, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    script = 'printf "%s" "$TOKEN $(cat "$1/password")" > "$0"'
    line = command("sh", "-c", script, OUT, str(secrets), env={"TOKEN": "other"})
    grants = Grants(
        environ={"TOKEN": "t0ken"},
        mounts=(Mount(path=str(secrets), files={"password": b"pa55"}),),
        secrets=("t0ken", "pa55"),
    )
    order = attempts.start(line, outputs=["out"], component=TEXT, grants=grants)
    assert values_of(attempts.wait(order)) == {"out": "t0ken pa55"}
    assert not (order.folder / "granted").exists()
    assert "t0ken" not in order.log.read_text()


def test_the_log_has_the_engines_command_line_and_what_was_printed(attempts: Attempts, engine: ContainerEngine) -> None:
    order = attempts.start(command("sh", "-c", "echo out; echo err >&2"))
    attempts.wait(order)
    first, *rest = order.log.read_text().splitlines()
    assert first.startswith(f"$ {engine.program} run --rm --name penstock-run-")
    assert sorted(rest) == ["err", "out"]  # Docker brings the two by different ways


def test_exit_codes_and_missing_programs_fail_the_task(attempts: Attempts) -> None:
    failure = failure_of(attempts.run(command("sh", "-c", "exit 3")))
    assert (failure.code, failure.message) == ("EXE021", "the command `sh` ended with exit code 3")
    failure = failure_of(attempts.run(command("no-such-program")))
    assert (failure.code, failure.message) == ("EXE021", "the command `no-such-program` ended with exit code 127")


def test_an_image_that_is_not_there_fails_the_task(attempts: Attempts) -> None:
    order = attempts.start(command("true", image="no-such.invalid/image:1"))
    failure = failure_of(attempts.wait(order))
    assert (failure.kind, failure.code) == ("task", "EXE024")


# --- the end of a container ---------------------------------------------------------------------------------

READY = ("sh", "-c", 'until [ -p "$0" ]; do :; done; echo ready > "$0"; exec sleep 1000', PIPE)


def wait_until_ready(order: WorkOrder) -> None:
    """Return when the container of an attempt of `READY` runs."""
    pipe = Path(order.executor_input.outputs.artifacts["pipe"].artifacts[0].uri)
    os.mkfifo(pipe)
    assert pipe.read_text() == "ready\n"


def test_a_canceled_container_is_gone_before_that_is_reported(
    attempts: Attempts, containers: ContainerExecutor, engine: ContainerEngine
) -> None:
    order = attempts.start(command(*READY), saved=["pipe"])
    wait_until_ready(order)
    assert len(left(engine, containers)) == 1
    containers.cancel(order.key)
    assert isinstance(attempts.wait(order), Canceled)
    assert left(engine, containers) == []


def test_a_container_that_takes_too_long_is_gone(
    attempts: Attempts, containers: ContainerExecutor, engine: ContainerEngine
) -> None:
    order = attempts.start(command("sh", "-c", 'trap "" TERM; while true; do sleep 1; done'), timeout=1)
    assert failure_of(attempts.wait(order)).code == "EXE002"
    assert left(engine, containers) == []


def test_what_a_killed_penstock_left_is_removed_by_the_next_and_nothing_else(
    engine: ContainerEngine, containers: ContainerExecutor, attempts: Attempts, home: Path, tmp_path: Path
) -> None:
    ours = attempts.start(command(*READY), saved=["pipe"])
    wait_until_ready(ours)
    (tmp_path / "theirs").mkdir()
    text = LEAVE_ONE_RUNNING.format(home=str(home), folder=str(tmp_path / "theirs"), engine=engine)
    tests = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, cwd=tests) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.kill()
    assert len(left(engine, containers)) == 2
    containers._swept = False
    containers.warm([])
    containers.close()
    assert len(left(engine, containers)) == 1
    containers.cancel(ours.key, force=True)
    assert isinstance(attempts.wait(ours), Canceled)
    assert left(engine, containers) == []


LEAVE_ONE_RUNNING = """
import os
from pathlib import Path
from penstock.executors.container.engine import ContainerEngine
from penstock.executors.container.executor import ContainerExecutor
from penstock.executors.process.executor import ProcessExecutor
from penstock.testing.attempts import Attempts
from contract.test_executors_container import READY, command, wait_until_ready

home = Path({home!r})
process = ProcessExecutor(home, str(home / "artifacts"))
executor = ContainerExecutor(process, home, str(home / "artifacts"), engine={engine!r})
attempts = Attempts(executor, Path({folder!r}))
wait_until_ready(attempts.start(command(*READY), saved=["pipe"]))
print("ready", flush=True)
os.read(os.pipe()[0], 1)
"""

"""The command line of a container engine, and which engine there is."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.executors.command_errors import NotMountable
from penstock.executors.command_words import in_one_line
from penstock.executors.container.engine import ContainerEngine, NoEngine, find_engine
from penstock.executors.container.line import ContainerRun, client_environment, outermost, run_line
from support.engines import install_fake

DOCKER = ContainerEngine(name="docker", program="docker", rootless=False)
PODMAN = ContainerEngine(name="podman", program="podman", rootless=True)
PLAIN = ContainerRun(image="alpine", command=["sh", "-c", "true"], args=["a b"], name="penstock-1")


def line(engine: ContainerEngine = DOCKER, user: int = 1000, **changes: object) -> str:
    from msgspec.structs import replace

    return shlex.join(run_line(engine, replace(PLAIN, **changes), (user, 100), 8))


# --- the command line ---------------------------------------------------------------------------------------


def test_it_names_the_container_the_user_the_image_and_the_command() -> None:
    assert line() == (
        "docker run --rm --name penstock-1 --user 1000:100 --env HOME=/tmp --entrypoint sh alpine -c true 'a b'"
    )


def test_without_a_command_the_image_decides() -> None:
    assert line(command=[]).endswith(" alpine 'a b'")
    assert "--entrypoint" not in line(command=[])


def test_who_is_root_only_inside_is_we_outside() -> None:
    assert "--user 0:0" in line(PODMAN)
    assert "--user 1000:100" in line(DOCKER)
    assert "HOME" not in line(PODMAN)
    assert "HOME" not in line(DOCKER, user=0)


def test_values_of_variables_are_not_in_it_but_for_those_that_the_engine_itself_heeds() -> None:
    environ = {"TOKEN": "secret", "DOCKER_HOST": "tcp://x", "HOME": "/home/me", "PATH": "/bin"}
    shown = line(environ=environ)
    assert "--env TOKEN --env DOCKER_HOST=tcp://x --env HOME=/home/me --env PATH=/bin" in shown
    assert client_environment({"PATH": "/usr/bin", "A": "1"}, environ) == {
        "PATH": "/usr/bin",
        "A": "1",
        "TOKEN": "secret",
    }


def test_limits_are_those_of_the_machine_at_most() -> None:
    assert "--cpus 8 --memory 1000000000 --memory-swap 1000000000 --gpus 2" in line(cpu=99, memory=10**9, gpu=2)
    assert "--cpus 0.5" in line(cpu=0.5)
    assert "--device nvidia.com/gpu=all" in line(PODMAN, gpu=1)


def test_folders_are_mounted_under_their_own_path_or_another(tmp_path: Path) -> None:
    shown = line(writable=[str(tmp_path)], readable=["/etc/hosts"], folders={"/secrets": str(tmp_path / "s")})
    assert f"--volume {tmp_path}:{tmp_path}:rw --volume /etc/hosts:/etc/hosts:ro" in shown
    assert f"--volume {tmp_path}/s:/secrets:rw" in shown


def test_a_colon_in_a_path_needs_the_other_form_and_with_a_comma_there_is_none() -> None:
    assert "--mount type=bind,source=/a:b,target=/a:b,readonly" in line(readable=["/a:b"])
    with pytest.raises(NotMountable, match="'/a:b,c' cannot be mounted"):
        line(readable=["/a:b,c"])


@given(st.lists(st.text(min_size=1)), st.lists(st.text()))
def test_what_a_component_gives_comes_after_the_image_and_stays_as_it_is(command: list[str], args: list[str]) -> None:
    from msgspec.structs import replace

    made = run_line(DOCKER, replace(PLAIN, command=command, args=args), (0, 0), 1)
    at = made.index("alpine", made.index("--user"))
    assert made[at + 1 :] == [*command[1:], *args]
    assert made[: at - 2 * bool(command)] == ["docker", "run", "--rm", "--name", "penstock-1", "--user", "0:0"]


def test_paths_that_are_part_of_others_or_not_there_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    paths = [str(tmp_path / name) for name in ("a/b", "a", "a", "c", "gone")]
    assert outermost(paths, [str(tmp_path / "c")]) == [str(tmp_path / "a")]


# --- which engine -------------------------------------------------------------------------------------------


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_there_may_be_none(path: Path) -> None:
    assert find_engine("auto") == NoEngine(reason="neither Docker nor Podman is on the PATH")
    assert find_engine("podman") == NoEngine(reason="there is no `podman`")
    install_fake(path)
    assert find_engine("none") == NoEngine(reason="the setting `container_engine` is `none`")


def test_docker_is_told_from_podman_by_what_it_says(path: Path) -> None:
    program(path, "docker", """echo '{"host": {"security": {"rootless": true}}}'""")
    assert find_engine("auto") == ContainerEngine(name="podman", program=str(path / "docker"), rootless=True)
    program(path, "docker", """echo '{"SecurityOptions": ["name=seccomp", "name=rootless"]}'""")
    assert find_engine("docker") == ContainerEngine(name="docker", program=str(path / "docker"), rootless=True)
    install_fake(path)
    assert find_engine("auto") == ContainerEngine(name="docker", program=str(path / "docker"), rootless=False)


def test_one_that_does_not_answer_is_passed_over(path: Path) -> None:
    program(path, "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    reason = "docker does not answer (Cannot connect to the Docker daemon)"
    assert find_engine("auto") == NoEngine(reason=reason)
    program(path, "docker", """echo '{"ServerErrors": ["no"]}'; echo 'no daemon' >&2""")
    assert find_engine("docker") == NoEngine(reason="docker does not answer (no daemon)")
    program(path, "podman", """echo '{"host": {}}'""")
    assert find_engine("auto") == ContainerEngine(name="podman", program=str(path / "podman"), rootless=False)


@pytest.mark.parametrize("said", ["", "null", "[]", "not JSON", '{"host": 1}'])
def test_what_makes_no_sense_is_no_answer_or_a_plain_docker(path: Path, said: str) -> None:
    program(path, "docker", f"echo '{said}'")
    found = find_engine("auto")
    if said.startswith("{"):
        assert found == ContainerEngine(name="docker", program=str(path / "docker"), rootless=False)
    else:
        assert found == NoEngine(reason="docker does not answer (exit code 0)")


# --- in words -----------------------------------------------------------------------------------------------


def test_a_command_in_words_names_its_placeholders_and_is_cut_off() -> None:
    command = ["sh", "-c", "a\nb", "{{$.inputs.parameters['x']}}", '{"IfPresent": {"InputName": "y", "Then": ["-y"]}}']
    assert in_one_line(command) == "sh -c 'a b' %x% [-y]"
    assert in_one_line(["echo", "x" * 200], 10) == "echo xxxx…"
    assert in_one_line(["{{$}}"]) == "%everything%"

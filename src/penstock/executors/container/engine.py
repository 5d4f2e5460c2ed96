"""Which container engine there is: Docker or Podman, found on the `PATH` and asked whether it answers."""

import shutil
import subprocess
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

Wanted: TypeAlias = Literal["auto", "docker", "podman", "none"]

_PATIENCE = 20.0
"""Seconds that an engine gets to answer; a sound one needs a tenth of one."""


class ContainerEngine(Struct, frozen=True, kw_only=True):
    """An engine that answers."""

    name: Literal["docker", "podman"]
    program: str
    """Its path."""
    rootless: bool
    """Whether what is root in a container is an ordinary user outside: the one who runs it."""


class NoEngine(Struct, frozen=True, kw_only=True):
    """There is none, and why."""

    reason: str


def find_engine(wanted: Wanted) -> ContainerEngine | NoEngine:
    """The engine that a setting asks for; with `auto`, the first of Docker and Podman that answers."""
    if wanted == "none":
        return NoEngine(reason="the setting `container_engine` is `none`")
    names = ("docker", "podman") if wanted == "auto" else (wanted,)
    silent: list[str] = []
    for name in names:
        program = shutil.which(name)
        if program is None:
            continue
        answer = _ask(program)
        if isinstance(answer, ContainerEngine):
            return answer
        silent.append(f"{name} does not answer ({answer.reason})")
    if silent:
        return NoEngine(reason="; ".join(silent))
    return NoEngine(reason="neither Docker nor Podman is on the PATH" if len(names) > 1 else f"there is no `{wanted}`")


def call(engine: ContainerEngine, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give the engine a command and wait for it, for a while. Its exit code is for the caller to look at."""
    try:
        return subprocess.run(
            [engine.program, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(arguments, 255, "", str(error))


def _ask(program: str) -> ContainerEngine | NoEngine:
    try:
        asked = subprocess.run(
            [program, "info", "--format", "{{json .}}"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return NoEngine(reason=f"it said nothing for {_PATIENCE:g} s")
    except OSError as error:
        return NoEngine(reason=error.strerror or str(error))
    try:
        told: Any = msgspec.json.decode(asked.stdout)
    except msgspec.DecodeError:
        told = None
    if asked.returncode != 0 or not isinstance(told, dict) or told.get("ServerErrors"):
        return NoEngine(reason=_last_line(asked.stderr) or f"exit code {asked.returncode}")
    return _described(program, told)


def _described(program: str, told: dict[str, Any]) -> ContainerEngine:
    host = told.get("host")
    if isinstance(host, dict):  # what is called `docker` may be Podman, too
        return ContainerEngine(name="podman", program=program, rootless=bool(_in(host, "security").get("rootless")))
    options = told.get("SecurityOptions") or []
    return ContainerEngine(name="docker", program=program, rootless=any("rootless" in str(one) for one in options))


def _in(told: dict[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""

"""Environments of their own for components with requirements: made by uv, once for each set, and kept.

An environment holds the requirements and what a worker needs to run Penstock: the running package itself, by a link,
and its few dependencies at the running versions. Its folder is named by a hash of all of that.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from penstock.executors.errors import EnvironmentFailed, WorkerDidNotStart

WORKER_NEEDS = ("msgspec", "fsspec")
"""What the worker's side of Penstock imports; nothing else of Penstock's dependencies can clash with a component's."""


class Environments:
    """Interpreters by requirements. Safe for several threads and processes at once."""

    def __init__(self, root: Path, python: Path | None = None) -> None:
        self._root = root
        self._own = python or Path(sys.executable)
        self._uv = _Uv()

    def close(self) -> None:
        """Stop making environments; what was begun is thrown away."""
        self._uv.stop()

    def python(self, requirements: tuple[str, ...]) -> Path:
        """The interpreter of the environment that has `requirements`; made now if there is none, which may take long.

        Raises:
            EnvironmentFailed: uv could not resolve or install them.
            WorkerDidNotStart: There is no uv, or the disk took nothing.
        """
        if not requirements:
            return self._own
        wanted = sorted({*requirements, *_worker_pins(requirements)})
        folder = self._root / self._key(wanted)
        python = folder / "bin" / "python"
        if not python.exists():
            try:
                with _locked(folder.with_suffix(".lock")):
                    if not python.exists():
                        self._make(folder, wanted, requirements)
            except OSError as error:
                raise WorkerDidNotStart(reason=f"{folder}: {error.strerror or error}") from error
        return python

    def _key(self, wanted: list[str]) -> str:
        parts = [platform.python_version(), platform.machine(), str(_package_folder()), *wanted]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]

    def _make(self, folder: Path, wanted: list[str], requirements: tuple[str, ...]) -> None:
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            self._uv.run(requirements, "venv", "--quiet", "--relocatable", "--python", str(self._own), str(part))
            self._install(part / "bin" / "python", wanted, requirements)
            packages = next(part.glob("lib/python*/site-packages"))
            (packages / "penstock").symlink_to(_package_folder())
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _install(self, python: Path, wanted: list[str], requirements: tuple[str, ...]) -> None:
        install = ("pip", "install", "--quiet", "--python", str(python), *wanted)
        try:
            self._uv.run(requirements, *install)
        except EnvironmentFailed:
            try:  # without a network, what is in uv's cache may do
                self._uv.run(requirements, *install, "--offline")
                return
            except EnvironmentFailed:
                pass
            raise


def _package_folder() -> Path:
    import penstock

    return Path(penstock.__path__[0]).resolve()


def _worker_pins(requirements: tuple[str, ...]) -> list[str]:
    """What a worker needs, at the running versions; a requirement of the component's own comes first."""
    given = {_distribution(text) for text in requirements}
    return [f"{name}=={metadata.version(name)}" for name in WORKER_NEEDS if name not in given]


def _distribution(requirement: str) -> str:
    name = requirement.strip()
    for index, letter in enumerate(name):
        if not (letter.isalnum() or letter in "-_."):
            return name[:index].lower().replace("_", "-")
    return name.lower().replace("_", "-")


class _Uv:
    """Runs uv, and can be stopped from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, requirements: tuple[str, ...], *args: str) -> None:
        from uv import find_uv_bin

        try:
            with self._lock:  # it asks `sysconfig`, which gives wrong answers to threads that are the first to ask
                command = [os.fsdecode(find_uv_bin()), *args]
        except FileNotFoundError as error:
            raise WorkerDidNotStart(reason=f"uv is not installed: {error}") from error
        with self._lock:
            if self._stopped:
                raise WorkerDidNotStart(reason="the executor was closed")
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        _, said = process.communicate()
        with self._lock:
            self._running.discard(process)
        if process.returncode != 0:
            raise EnvironmentFailed(requirements=", ".join(requirements), reason=said.strip()[-4000:])

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield

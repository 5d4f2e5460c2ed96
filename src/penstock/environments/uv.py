"""Runs uv, and can be stopped from another thread."""

import os
import subprocess
import threading

from penstock.environments.errors import EnvironmentFailed, EnvironmentUnmade

_LONGEST = 4_000


class Uv:
    """The uv that comes with Penstock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, wanted: object, *args: str, given: str = "") -> str:
        """What uv printed. Without a network, what is in uv's cache may do, so that is tried second.

        Args:
            wanted: For whom, for the error.
            args: Of uv.
            given: Its standard input.

        Raises:
            EnvironmentFailed: It failed.
            EnvironmentUnmade: There is no uv, or `stop` was called.
        """
        status, printed, said = self._run([*args], given)
        if status != 0:
            again, printed, _ = self._run([*args, "--offline"], given)
            if again != 0:
                raise EnvironmentFailed(requirements=str(wanted), reason=said.strip()[-_LONGEST:])
        return printed

    def stop(self) -> None:
        """End what runs, and run nothing any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()

    def _run(self, args: list[str], given: str) -> tuple[int, str, str]:
        from uv import find_uv_bin

        try:
            with self._lock:  # it asks `sysconfig`, which gives wrong answers to threads that are the first to ask
                command = [os.fsdecode(find_uv_bin()), *args]
        except FileNotFoundError as error:
            raise EnvironmentUnmade(reason=f"uv is not installed: {error}") from error
        with self._lock:
            if self._stopped:
                raise EnvironmentUnmade(reason="the executor was closed")
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            printed, said = process.communicate(given)
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode, printed, said


def source_options(sources: tuple[str, ...]) -> list[str]:
    """Options of pip for where packages come from, as uv takes them.

    pip looks into all indexes and takes the best version; uv would take the first index that has the package at all.
    """
    options = ["--trusted-host" if one == "--allow-insecure-host" else one for one in sources]
    return [*options, "--index-strategy", "unsafe-best-match"] if "--extra-index-url" in options else options

"""Makes environments: folders with exactly the packages of a lock, and what a worker needs to run Penstock."""

import fcntl
import platform
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from penstock.core.faults import fault_point
from penstock.environments.errors import EnvironmentUnmade
from penstock.environments.locks import Locks
from penstock.environments.packages import Environment, Packages, digest, pinned, worker_needs
from penstock.environments.uv import Uv, source_options


class Environments:
    """Interpreters by what they must have. Safe for several threads and processes at once."""

    def __init__(self, root: Path, python: Path | None = None, *, artifacts: str = "") -> None:
        """Prepare.

        Args:
            root: Where environments and locks are kept.
            python: The interpreter that they are made with; the present one by default.
            artifacts: URL of the artifact store, which every worker must reach.
        """
        self._root = root
        self._own = python or Path(sys.executable)
        self._uv = Uv()
        self._locks = Locks(root / "locks", self._own, worker_needs(artifacts), self._uv)

    def close(self) -> None:
        """Stop making environments; what was begun is thrown away."""
        self._uv.stop()

    def lock(self, packages: Packages, *, refresh: bool = False) -> dict[str, str]:
        """The exact versions that `packages` come to: as they were resolved first, or now if they never were.

        Args:
            packages: What a component asks for.
            refresh: Resolve anew in any case.

        Raises:
            EnvironmentFailed: uv could not resolve them.
            EnvironmentUnmade: There is no uv, or the disk took nothing.
        """
        return self._locks.lock(packages, refresh=refresh) if packages else {}

    def known(self, packages: Packages) -> dict[str, str] | None:
        """As `lock`, but None where that would take time."""
        return self._locks.known(packages) if packages else {}

    def python(self, environment: Environment) -> Path:
        """The interpreter of an environment; made now if there is none, which may take long.

        Raises:
            EnvironmentFailed: uv could not resolve or install the packages.
            EnvironmentUnmade: There is no uv, or the disk took nothing.
        """
        if not environment:
            return self._own
        if not environment.versions:
            environment = Environment.of(environment.packages, self.lock(environment.packages))
        folder = self._root / self._key(environment)
        python = folder / "bin" / "python"
        if not python.exists():
            try:
                with _locked(folder.with_suffix(".lock")):
                    if not python.exists():
                        self._make(folder, environment)
            except OSError as error:
                raise EnvironmentUnmade(reason=f"{folder}: {error.strerror or error}") from error
        return python

    def _key(self, environment: Environment) -> str:
        wanted = [pinned(*one) for one in environment.versions]
        return digest(
            [platform.python_version(), platform.machine(), str(_package_folder()), *environment.sources, *wanted]
        )

    def _make(self, folder: Path, environment: Environment) -> None:
        self._clean()
        shutil.rmtree(folder, ignore_errors=True)  # its Python is gone
        for left in self._root.glob(f"{folder.name}-*.part"):
            shutil.rmtree(left, ignore_errors=True)
        # a name of its own: the uv of a maker that was killed may still write to that one's
        part = folder.with_name(f"{folder.name}-{secrets.token_hex(4)}.part")
        try:
            self._uv.run(environment, "venv", "--quiet", "--relocatable", "--python", str(self._own), str(part))
            self._uv.run(
                environment,
                *("pip", "install", "--quiet", "--no-deps", "--python", str(part / "bin" / "python")),
                *source_options(environment.sources),
                *(pinned(*one) for one in environment.versions),
            )
            packages = next(part.glob("lib/python*/site-packages"))
            (packages / "penstock").symlink_to(_package_folder())
            fault_point("environments.before_rename")
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _clean(self) -> None:
        """Remove what makers left that died: nobody holds its lock."""
        for part in self._root.glob("*.part"):
            lock = self._root / f"{part.name.partition('-')[0]}.lock"
            with suppress(OSError), lock.open("w") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(part, ignore_errors=True)


def _package_folder() -> Path:
    return Path(__file__).resolve().parent.parent


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield

"""Container engines for tests: a fake one that is always there, and the real one where there is one that works."""

import os
import resource
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penstock.executors.container.engine import ContainerEngine, find_engine
from support import docker

IMAGE = "penstock-test:1"
_APPLETS = ("sh", "cat", "echo", "env", "sleep", "awk", "id", "printf", "true", "pwd", "stat")


def install_fake(folder: Path, name: str = "docker") -> Path:
    """Put the fake `docker` into `folder`; its containers are in `state` below it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "state").mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!{sys.executable} -IS\n" + Path(docker.__file__).read_text())
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@contextmanager
def real_engine(folder: Path) -> Iterator[ContainerEngine | str]:
    """An engine that really runs a container of `IMAGE`, a BusyBox made here; or why there is none."""
    busybox = shutil.which("busybox")
    if busybox is None or b"statically" not in _about(busybox):
        yield "there is no static busybox to make an image from"
        return
    engine = find_engine("auto")
    if not isinstance(engine, ContainerEngine):
        yield engine.reason
        return
    _import_image(engine, busybox, folder)
    tried = _try(engine)
    if tried and engine.name == "podman":  # where limits may not be raised, or cgroups are of the mixed kind
        os.environ["CONTAINERS_CONF"] = str(_modest(folder))
        tried = _try(engine)
    try:
        yield engine if not tried else f"{engine.name} cannot run a container here: {tried}"
    finally:
        subprocess.run([engine.program, "rmi", "--force", IMAGE], capture_output=True, check=False)
        os.environ.pop("CONTAINERS_CONF", None)


def _about(program: str) -> bytes:
    return b"statically" if b"/ld-linux" not in Path(program).read_bytes()[:4096] else b""


def _import_image(engine: ContainerEngine, busybox: str, folder: Path) -> None:
    root = folder / "root"
    (root / "bin").mkdir(parents=True)
    (root / "tmp").mkdir()
    shutil.copy(busybox, root / "bin" / "busybox")
    for name in _APPLETS:
        (root / "bin" / name).symlink_to("busybox")
    with tarfile.open(folder / "root.tar", "w") as archive:
        archive.add(root, arcname=".")
    subprocess.run([engine.program, "import", str(folder / "root.tar"), IMAGE], capture_output=True, check=False)


def _try(engine: ContainerEngine) -> str:
    """Why it cannot run a container; empty if it can."""
    tried = subprocess.run([engine.program, "run", "--rm", IMAGE, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() or f"exit code {tried.returncode}" if tried.returncode else ""


def _modest(folder: Path) -> Path:
    files, processes = resource.getrlimit(resource.RLIMIT_NOFILE)[1], resource.getrlimit(resource.RLIMIT_NPROC)[1]
    limits = f'"nofile={min(files, 1024)}:{min(files, 1024)}", "nproc={min(processes, 1024)}:{min(processes, 1024)}"'
    runtime = 'runtime = "runc"' if shutil.which("runc") else ""
    conf = folder / "containers.conf"
    conf.write_text(f'[containers]\ndefault_ulimits = [{limits}]\nnetns = "none"\n[engine]\n{runtime}\n')
    return conf

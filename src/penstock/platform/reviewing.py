"""What the second document of a pipeline means for a run on this machine: refused, noted, or taken as it is."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from penstock.core.json import Json
from penstock.engine.plan import Plan
from penstock.engine.review import Review, review
from penstock.ir.spec import ContainerSpec, PipelineDocument
from penstock.platform.vault import HomeVault

IGNORED, WARNINGS = "ignored", "warnings"
"""Under these names a run's options keep what its review found."""

_SYSTEM = frozenset(map(Path, ("/", "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr")))
_KERNELS = (Path("/proc"), Path("/sys"))
_TRIAL_SECONDS = 30


def review_platform(
    document: PipelineDocument,
    parameters: Mapping[str, Json],
    home: Path,
    *,
    cwd: Path,
    why_no_folders: Callable[[ContainerSpec], str | None],
) -> dict[str, Json]:
    """Look at what the document asks for beside its containers, and keep what a person should know.

    Args:
        document: The pipeline.
        parameters: The run's.
        home: Where secrets, config maps and volumes are.
        cwd: Where tasks work.
        why_no_folders: Why the executor of that container cannot show folders to it; empty if it shows them on this
            machine, None if in a container, where any path is free.

    Returns:
        What to keep among the run's options.

    Raises:
        NotRunnable, NotGranted, InvalidField: See `penstock.engine.review`.
    """

    def mounting(container: ContainerSpec, paths: Sequence[str]) -> str:
        reason = why_no_folders(container)
        if reason is None:
            return ""
        return reason or covered(paths, needed) or emptied(paths, written) or refused_by_kernel(paths)

    needed, written = own_folders(home, cwd), both_names(home, cwd)

    found: Review = review(Plan(document), parameters, HomeVault(home), mounting)
    kept: dict[str, Json] = {}
    if found.ignored:
        kept[IGNORED] = list(found.ignored)
    if found.warnings:
        kept[WARNINGS] = list(found.warnings)
    return kept


def covered(paths: Sequence[str], needed: Sequence[Path]) -> str:
    """Why these paths must stay what they are: in their place the task would not find what it needs to run at all."""
    for path in map(Path, paths):
        if path in _SYSTEM or any(kernels in path.parents for kernels in _KERNELS):
            return f"at {path} there is the system itself"
        for own in needed:
            if path == own or path in own.parents:
                return f"at {path} it would hide {own}, which the task needs on this machine"
    return ""


def emptied(paths: Sequence[str], written: Sequence[Path]) -> str:
    """Why these paths must exist: the folder in which they lack is replaced, and the task may want to write there."""
    for path in map(Path, paths):
        around = next(place for place in (path, *path.parents) if place.is_dir())
        if around != path and any(own == around or own in around.parents for own in written):
            return f"what the task writes to {around} would be lost; make {path} first, an empty folder will do"
    return ""


def refused_by_kernel(paths: Sequence[str]) -> str:
    """Why this user cannot have folders at these paths; found out by trying."""
    from penstock.executors.process import mounts

    command = [sys.executable, "-I", "-S", mounts.__file__, *paths]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it could not be tried ({error})"
    if tried.returncode == 0:
        return ""
    said = (tried.stdout.strip() or tried.stderr.strip().rpartition("\n")[2])[:300]
    return f"this machine does not let this user have it at {', '.join(paths)} ({said})"


def own_folders(home: Path, cwd: Path) -> list[Path]:
    """What a task needs on this machine: its code, its Python, the place that it works in."""
    import penstock

    return both_names(home, cwd, Path(sys.prefix), Path(sys.base_prefix), Path(penstock.__path__[0]))


def both_names(*places: Path) -> list[Path]:
    """The folders, under the names given and under those without links."""
    return sorted({place.absolute() for place in places} | {place.resolve() for place in places})

"""Replay: a package is loaded and asked where nothing is but what it says that it needs.

The environment of its lock is made by uv, once, and kept. A process of that environment, outside of the project and
without its paths and variables, loads the model and predicts the recorded example. What it says is held against what
was recorded.
"""

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from penstock.data.trusted import vouched_for
from penstock.environments import Environment, Environments, Packages
from penstock.environments.errors import EnvironmentFailed
from penstock.models.errors import UnreadablePackage
from penstock.models.foreign import read_foreign
from penstock.models.modules import distribution_of, is_known, version_of
from penstock.models.package import LOCK, Package, checked, read_package, read_text
from penstock.models.verdicts import compared

BUDGET = 10.0
_PATIENCE = 4.0
_GRACE = 20.0
"""A process is ended after so many times its budget, and so many seconds more: machines are busy."""
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+_-]+)")
_FROM_URL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*) (@ \S+)")
_WANTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?\s*([<>=!~]=?[A-Za-z0-9.*!_,<>=~ -]*)?")
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "TZ")
_WHEELS_ONLY = ("--only-binary", ":all:")
"""Building a package runs code of its maker's."""


class Replay(Struct, frozen=True, kw_only=True):
    """What came of a replay. True if it passed."""

    passed: bool
    cause: str = ""
    """In a word: `distribution`, `helper`, `untrusted`, `pickle`, `damaged`, `fails`, `nan`, `changed`, `slow`,
    `example`."""
    reason: str = ""
    """What was wrong, in a sentence."""
    advice: str = ""
    seconds: float = 0.0
    """What is held against the budget: loading and predicting, by the clock or, if that is less, by the processors.

    That others keep the machine busy is not the model's fault.
    """
    load_seconds: float = 0.0
    predict_seconds: float = 0.0
    """By the clock."""
    environment_seconds: float = 0.0
    """Making the environment, or finding that it is there."""
    rows: int = 0
    packages: int = 0
    """In the environment."""
    python: str = ""

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        if self.passed:
            return f"replayed in {self.seconds:.1f} s: {self.rows} rows predicted as recorded"
        return f"not replayable: {self.reason}" + (f"\n  hint: {self.advice}" if self.advice else "")


def replay(
    folder: Path | str,
    budget: float = BUDGET,
    *,
    trust: bool = False,
    sources: Sequence[str] = (),
    environments: Path | Environments | None = None,
) -> Replay:
    """Load a package and predict its example in a clean environment.

    Args:
        folder: The package.
        budget: Seconds that loading and predicting may take.
        trust: Whether what is in it may be loaded whatever it is: types that nobody vouched for (in this process, by
            `penstock.data.trust`), modules that travel with it, pickles. That runs its maker's code, as this user.
        sources: Where packages come from, as options of pip, for builds that the usual index has not, such as
            `2.13.0+cpu`: `("--extra-index-url", "https://download.pytorch.org/whl/cpu")`.
        environments: Where environments are kept, or what makes them; the user's cache by default.

    Returns:
        Whether it passed, and if not, why.

    Raises:
        EnvironmentUnmade: There is no uv, or the disk took nothing.
    """
    place = Path(folder).absolute()
    try:
        package = read_package(place) or read_foreign(place)
        wanted = _environment(place, package, tuple(sources), trust=trust)
    except UnreadablePackage as error:
        return Replay(passed=False, cause="damaged", reason=error.message(), advice=error.hint())
    made = environments if isinstance(environments, Environments) else Environments(environments or _cache())
    began = time.monotonic()
    try:
        if isinstance(wanted, Packages):
            wanted = Environment.of(wanted, made.lock(wanted))
        python = made.python(wanted)
    except EnvironmentFailed as error:
        return Replay(passed=False, cause="distribution", reason=error.message(), advice=_HAVE_IT)
    took = time.monotonic() - began
    said = _run(python, place, budget, trust=trust)
    verdict = _judged(said, package, budget)
    if verdict.cause == "slow" and verdict.seconds:  # the first time, Python compiles what the environment has
        said = _run(python, place, budget, trust=trust)
        verdict = _judged(said, package, budget)
    version = str(said.get("python", ""))
    return structs.replace(verdict, environment_seconds=took, packages=len(wanted.versions), python=version)


_HAVE_IT = (
    "make the package reachable (index, network; `sources=` for builds such as `+cpu`), or name a version that is:"
    " `Model(…, requirements=[…])`"
)


def _environment(folder: Path, package: Package, sources: tuple[str, ...], *, trust: bool) -> Environment | Packages:
    """The exact environment; of a model that was made elsewhere, what it requires."""
    sources = sources if trust else (*sources, *_WHEELS_ONLY)
    own = ("msgspec", version_of("msgspec"))
    if not package.files:
        wanted = _requirements(folder)
        return Packages(requirements=(*wanted, "msgspec>=0.19", "pyyaml"), sources=sources)
    versions = dict([own])
    for line in _lines(read_text(folder, checked(folder, package, LOCK).relative_to(folder).as_posix())):
        match = _PINNED.fullmatch(line) or (_FROM_URL.fullmatch(line) if trust else None)
        if match is None:
            raise UnreadablePackage(place=str(folder), reason=f"'{LOCK}' says {line!r}, which is no exact version")
        versions[match[1]] = match[2]
    return Environment(versions=tuple(sorted(versions.items())), sources=sources)


def _requirements(folder: Path) -> list[str]:
    if not (folder / "requirements.txt").is_file():
        return ["numpy", "pandas", "scikit-learn", "skops"]
    found = []
    for line in _lines(read_text(folder, "requirements.txt")):
        if not _WANTED.fullmatch(line):
            raise UnreadablePackage(place=str(folder), reason=f"'requirements.txt' says {line!r}, which is no version")
        if not re.match(r"mlflow\b", line):
            found.append(line)
    return [*found, *(one for one in ("pandas", "skops") if not any(line.startswith(one) for line in found))]


def _lines(text: bytes) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in text.decode(errors="replace").splitlines())
    return [line for line in lines if line]


def _run(python: Path, folder: Path, budget: float, *, trust: bool) -> dict[str, Any]:
    """What the clean process says; `slow` if it had to be ended, `ended` if it said nothing."""
    with tempfile.TemporaryDirectory(prefix="penstock-replay-") as empty:
        variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        names: Sequence[str] = sorted(vouched_for())
        order = json.dumps({"folder": str(folder), "trust": trust, "vouched": names})
        process = subprocess.Popen(
            [str(python), "-I", "-m", "penstock.models.replayed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=empty,
            env={**variables, "HOME": empty, "PATH": os.defpath},
            start_new_session=True,
        )
        try:
            printed, said = process.communicate(order.encode(), timeout=_longest(budget))
        except subprocess.TimeoutExpired:
            _end(process)
            return {"slow": True}
        except BaseException:
            _end(process)
            raise
    try:
        found = json.loads(printed.splitlines()[-1])
        return found if isinstance(found, dict) else {"ended": "it said something odd"}
    except (ValueError, IndexError):
        last = said.decode(errors="replace").strip()[-500:]
        return {"ended": f"its process ended with {process.returncode}: {last}"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and what it started."""
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _judged(said: dict[str, Any], package: Package, budget: float) -> Replay:
    if said.get("slow"):
        reason = f"it did not load and predict within {_longest(budget):g} s, where {budget:g} s are allowed"
        return Replay(passed=False, cause="slow", reason=reason, advice=_FASTER)
    if "ended" in said:
        return Replay(passed=False, cause="fails", reason=said["ended"])
    if "missing" in said:
        return _missing(str(said["missing"]))
    if "cause" in said:
        reason, advice = str(said.get("reason", "")), str(said.get("advice", ""))
        return Replay(passed=False, cause=str(said["cause"]), reason=reason, advice=advice)
    load, predict = float(said["load"]), float(said["predict"])
    cause, reason = compared(package.expected, said)
    seconds = min(load + predict, float(said["processors"]))
    if not cause and seconds > budget:
        cause, reason = "slow", f"loading and predicting took {seconds:.1f} s, where {budget:g} s are allowed"
    advice = {"slow": _FASTER, "nan": _MENDED, "changed": _SAME}.get(cause, "")
    return Replay(
        passed=not cause,
        cause=cause,
        reason=reason,
        advice=advice,
        seconds=seconds,
        load_seconds=load,
        predict_seconds=predict,
        rows=int(said["rows"]),
    )


_FASTER = "make it smaller, or allow more: `budget=`"
_MENDED = "look at how it treats missing values and infinities; an imputer before it helps"
_SAME = "look for what it depends on besides its inputs: chance, the time, files, the number of threads"


def _missing(module: str) -> Replay:
    """Why a module was not there: it is installed here, or it is a file of the project, or nobody knows it."""
    name = distribution_of(module)
    if name:
        return Replay(
            passed=False,
            cause="distribution",
            reason=f"it imports '{module}' of the package '{name}', which is not in its lock",
            advice=f"`Model(…, requirements=['{name}'])`: nothing in the model or its modules shows that import",
        )
    if is_known(module):
        return Replay(
            passed=False,
            cause="helper",
            reason=f"it imports '{module}', a module of the project that does not travel with it",
            advice="import it by a plain `import` statement where the model's classes are defined, so that it travels",
        )
    return Replay(
        passed=False,
        cause="helper",
        reason=f"it imports '{module}', which is in no package of its lock and not in the package itself",
        advice="package it where that module can be imported",
    )


def _longest(budget: float) -> float:
    return _PATIENCE * budget + _GRACE


def _cache() -> Path:
    return Path.home() / ".cache" / "penstock" / "environments"

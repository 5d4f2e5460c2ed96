"""Compiled pipelines, kept: an unchanged pipeline is not compiled again, and its author's code not even imported.

An author's file is compiled in a worker process: what it imports is then warm for its tasks, and whatever it does at
import cannot harm this process. What came out is kept with the digests of every file that went in. It is not kept if
the pipeline asks for what is never the same: the time, a random number.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

import penstock
from penstock.core.witness import digest_of
from penstock.ir.document import parse_canonical, read_document
from penstock.ir.spec import PipelineDocument
from penstock.platform.names import check_unicode

if TYPE_CHECKING:
    from penstock.executors.process.executor import ProcessExecutor

COMPILED_SUFFIXES = (".yaml", ".yml", ".json")

_SERVICE = "penstock.compiler.service:compile_target"
_COMPILING = ("core", "ir", "dsl", "data", "compiler")
_SHELLS_OWN = frozenset({"_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL"})
"""Variables that change from one command to the next, and that no pipeline depends on."""


class _Entry(Struct, frozen=True, kw_only=True):
    """One kept compilation."""

    stamp: str
    """Of what compiles: Python, the installed packages, Penstock itself, the environment variables."""
    files: dict[str, str]
    """What each of the project's files that were read held, by `digest_of`; empty for one that was not there."""
    source: str
    document: msgspec.Raw
    day: str = ""
    """The day on which it holds, where the pipeline asks for the date; empty for any."""


class Compilations:
    """The compiled form of what a person names.

    Args:
        folder: Where compilations are kept.
        executor: Gives the executor whose workers compile; asked only when something must be compiled.
    """

    def __init__(self, folder: Path, executor: "Callable[[], ProcessExecutor]") -> None:
        self._folder = folder
        self._executor = executor

    def document(self, target: str, cwd: Path) -> tuple[PipelineDocument, str]:
        """The document that `target` names, and a name for people.

        Raises:
            UserError: There is no such file, pipeline or module, or it does not compile; all mistakes at once.
        """
        check_unicode(target, cwd)
        if target.lower().endswith(COMPILED_SUFFIXES):
            return _checked(cwd / target, target), target
        key = hashlib.sha256(f"{cwd}\0{target}".encode()).hexdigest()[:32]
        place = self._folder / f"{key}.json"
        entry = _kept(place)
        if entry is None:
            entry, varies = self._compile(target, cwd)
            if varies == "ALWAYS":
                place.unlink(missing_ok=True)
            else:
                _keep(place, entry)
        return parse_canonical(bytes(entry.document)), entry.source

    def _compile(self, target: str, cwd: Path) -> tuple[_Entry, str]:
        """A compilation, and how it varies though nothing changes."""
        from penstock.platform.warming import third_party_imports

        executor = self._executor()
        modules = third_party_imports(target, cwd)
        executor.preload(modules)  # first, so that the worker starts while we go on
        from penstock.compiler.service import CompileReply, CompileRequest

        stamp = _stamp()  # before, so that a package which is installed meanwhile is noticed next time
        day = _today()
        request = msgspec.json.encode(CompileRequest(target=target, cwd=str(cwd)))
        from penstock.platform.crashes import module_may_end

        with module_may_end(target):
            answer = executor.call(_SERVICE, request, cwd=cwd, preload=modules)
        reply = msgspec.json.decode(answer, type=CompileReply)
        reply.raise_failure()
        day = day if reply.varies == "DAILY" else ""
        entry = _Entry(stamp=stamp, files=reply.files, source=reply.source, document=reply.document, day=day)
        return entry, reply.varies


def _checked(path: Path, target: str) -> PipelineDocument:
    from penstock.ir.validate import check

    document = read_document(path)
    check(document, source=target)
    return document


def _kept(place: Path) -> _Entry | None:
    """The compilation at `place`, if it would come out the same today."""
    try:
        entry = msgspec.json.decode(place.read_bytes(), type=_Entry)
    except (OSError, msgspec.DecodeError):
        return None
    if entry.day not in ("", _today()):
        return None
    if entry.stamp != _stamp() or any(digest_of(Path(file)) != digest for file, digest in entry.files.items()):
        return None
    return entry


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _keep(place: Path, entry: _Entry) -> None:
    """Keep a compilation, if there is room for it: it is a saving, and no more."""
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(entry))
        temporary.replace(place)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _stamp() -> str:
    """Changes when a package is installed or removed, with the environment, and with Penstock's own compiler."""
    ours = Path(penstock.__file__).parent
    times = [(folder, Path(folder).stat().st_mtime_ns) for folder in sys.path if Path(folder).is_dir()]
    sources = (file for package in _COMPILING for file in (ours / package).rglob("*.py"))
    newest = max((file.stat().st_mtime_ns for file in sources), default=0)
    variables = sorted(item for item in os.environ.items() if item[0] not in _SHELLS_OWN)
    parts = [penstock.__version__, sys.version, sys.prefix, times, newest, variables]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

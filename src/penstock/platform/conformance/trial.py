"""Running one pipeline in a process of its own, in a home of its own. `python -m …trial REQUEST OUTCOME`."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from penstock.core.errors import PenstockError, UserError
from penstock.core.json import Json
from penstock.engine.errors import DeadlinePassed
from penstock.ir.document import read_document
from penstock.ir.errors import MalformedDocument, NotAPipeline, PipelineFileUnreadable
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import State
from penstock.platform.artifact_handle import ArtifactHandle
from penstock.platform.conformance.outcome import Outcome, TaskOutcome
from penstock.platform.conformance.request import Request
from penstock.platform.handle import RunResult
from penstock.platform.options import RunOptions
from penstock.platform.report.tasks import log_tail
from penstock.platform.report.words import CACHED
from penstock.platform.settings import load_settings
from penstock.platform.system import System

_SHARED = ("PENSTOCK_HOME", "PENSTOCK_STORE", "PENSTOCK_ARTIFACTS")
_LONGEST_TEXT = 10_000
"""Bytes of an artifact that are looked into."""


def main(arguments: list[str]) -> None:
    """Read the request, run it, write the outcome: all of it or nothing."""
    _end_with_parent()
    request = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Request)
    outcome = run_trial(request)
    part = Path(f"{arguments[1]}.part")
    part.write_bytes(msgspec.json.encode(outcome))
    part.replace(arguments[1])


def _end_with_parent() -> None:
    """Have this process end when the one that started it is gone, however that went: it holds our standard input."""
    held = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        while os.read(held, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)  # which cancels the run, and so ends its workers

    threading.Thread(target=watch, daemon=True).start()


def run_trial(request: Request) -> Outcome:
    """Run one pipeline to its end, whatever that is."""
    began = time.monotonic()
    file, home, work = Path(request.pipeline), Path(request.home), Path(request.work)
    try:
        document = read_document(file)
    except NotAPipeline as error:
        return _refused("foreign", error)
    except (MalformedDocument, PipelineFileUnreadable) as error:
        # a file that holds nothing is nobody's pipeline
        empty = isinstance(error, MalformedDocument) and not file.read_bytes().strip()
        return _refused("foreign" if empty else "invalid", error)
    except UserError as error:
        return _refused("refused", error)
    settings = load_settings(_environment(), work, home=home, durability="normal")
    with System.open(settings) as system:
        options = RunOptions.of_record({**request.options, "timeout": request.time_limit, "cwd": request.work})
        given = _arguments(document, request.arguments, file.parent)
        try:
            _fill_vault(request)
            first = _run(system, document, given, options)
        except UserError as error:
            return _refused("refused", error)
        again = _run(system, document, given, options) if request.again and first.succeeded else None
        return _outcome(system, first, again, time.monotonic() - began, request.time_limit)


def _environment() -> dict[str, str]:
    """The environment without what would lead to a store that others use."""
    return {name: value for name, value in os.environ.items() if name not in _SHARED}


def _fill_vault(request: Request) -> None:
    if request.secrets or request.config_maps:
        from penstock.platform.vault import HomeVault

        vault = HomeVault(Path(request.home))
        for values, given in ((vault.secrets, request.secrets), (vault.config_maps, request.config_maps)):
            for name, content in given.items():
                values.set(name, {key: text.encode() for key, text in content.items()})


def _arguments(document: PipelineDocument, given: dict[str, Json], folder: Path) -> dict[str, Any]:
    """The arguments; files are meant from beside the pipeline."""
    files = document.pipeline.root.input_definitions.artifacts
    return {
        name: folder / value if name in files and isinstance(value, str) else value for name, value in given.items()
    }


def _run(system: System, document: PipelineDocument, arguments: dict[str, Any], options: RunOptions) -> RunResult:
    run = system.submit(document, arguments, options=options)
    return RunResult(system.store, system.artifacts, system.drive(run.run_id, options=options))


def _refused(word: Any, error: PenstockError) -> Outcome:
    return Outcome(
        word=word, code=error.code, message=error.message(), hint=error.hint() or "", evidence=f"{error.code} {error}"
    )


def _outcome(system: System, run: RunResult, again: RunResult | None, seconds: float, limit: float) -> Outcome:
    failed = [task for task in run.tasks.values() if task.state == State.FAILED]
    errors = [error for error in (run.error, *(task.error for task in failed)) if error is not None]
    logs = [task.logs() for task in failed]
    leaf = next((task for task in failed if task.attempts), None)
    cause = (leaf.error if leaf is not None else None) or (errors[-1] if errors else None)
    word: Any = "succeeded" if run.succeeded else "failed"
    if run.error is not None and run.error.code == DeadlinePassed.code and seconds >= limit:
        word = "timed out"
    attempts = system.store.attempts(run.id)
    log = next((one.log for one in attempts if leaf is not None and one.path == leaf.path and one.log), "")
    return Outcome(
        word=word,
        seconds=seconds,
        code=cause.code if cause else "",
        message=cause.message if cause else "",
        hint=cause.hint if cause else "",
        traceback=cause.traceback if cause else "",
        evidence="\n".join([f"{e.code} {e.message}\n{e.traceback}\n{e.hint}" for e in errors] + logs),
        log=log_tail(system.artifacts, log) if log else "",
        tasks=[
            TaskOutcome(
                path=path,
                state=task.state,
                attempts=task.attempts,
                seconds=task.seconds,
                message=task.error.message if task.error else "",
            )
            for path, task in run.tasks.items()
        ],
        outputs={name: _plain(value) for name, value in run.outputs.items()} if run.succeeded else {},
        cached=[path for path, task in again.tasks.items() if task.state == CACHED] if again is not None else [],
    )


def _plain(value: Any) -> Json:
    """An output as JSON."""
    if isinstance(value, list) and any(isinstance(one, ArtifactHandle) for one in value):
        return [_plain(one) for one in value]
    if not isinstance(value, ArtifactHandle):
        plain: Json = value
        return plain
    return {
        "@artifact": value.record.name,
        "type": value.schema_title,
        "metadata": value.metadata,
        "text": _text(value),
    }


def _text(artifact: ArtifactHandle) -> str | None:
    """What an artifact says, if it is a short text."""
    try:
        data = artifact.path.read_bytes()
        return data.decode() if len(data) <= _LONGEST_TEXT else None
    except (OSError, ValueError, PenstockError):
        return None


if __name__ == "__main__":
    main(sys.argv[1:])

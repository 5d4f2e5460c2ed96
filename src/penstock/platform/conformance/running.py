"""Running many pipelines at once, each in a process of its own, with a fresh home and a time limit."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.platform.conformance.corpus import Case
from penstock.platform.conformance.errors import KeepOccupied
from penstock.platform.conformance.expectations import Expectation, Need
from penstock.platform.conformance.outcome import Outcome
from penstock.platform.conformance.request import Request
from penstock.platform.conformance.verdict import Verdict, judge

GRACE = 20.0
"""Seconds that a process has over the time limit of its run, to start and to end."""
_SAID = 4000
"""Characters of what a process said last."""
_MARK = ".penstock-conformance"


class Plan(Struct, frozen=True, kw_only=True):
    """How to run them."""

    environments: Path
    """The folder of environments, which all share: each set of packages is installed once."""
    jobs: int
    """So many pipelines at once."""
    time_limit: float
    """Seconds for each."""
    host_commands: bool = False
    kfp: str = ""
    """The version of `kfp` that lightweight components get instead of the one that compiled them."""
    without: tuple[Need, ...] = ()
    """What is not here."""
    keep: Path | None = None
    """Where the homes stay, for a closer look; None removes each at its end."""


def run_cases(cases: Iterable[Case], plan: Plan, on_verdict: Callable[[Verdict], None] | None = None) -> list[Verdict]:
    """Run all, and judge them.

    Args:
        cases: What to run.
        plan: How.
        on_verdict: Called in this thread with each verdict as it comes.

    Returns:
        The verdicts in the order of the cases.

    Raises:
        KeepOccupied: State is to be kept in a folder that holds other things.
        KeyboardInterrupt: Ctrl-C; what was running has ended.
    """
    found: dict[str, Verdict] = {}
    ordered = list(cases)
    with _Trials(plan) as trials, ThreadPoolExecutor(plan.jobs) as pool:
        waiting: set[Future[Verdict]] = {pool.submit(trials.run, case) for case in ordered}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    verdict = one.result()
                    found[verdict.case.name] = verdict
                    if on_verdict is not None:
                        on_verdict(verdict)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            trials.stop()
            raise
    return [found[case.name] for case in ordered]


class _Trials:
    """The processes that run at this moment, and their folder."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def __enter__(self) -> "_Trials":
        keep = self._plan.keep
        self._root = Path(tempfile.mkdtemp(prefix="penstock-conformance-")) if keep is None else _prepared(keep)
        self._plan.environments.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._plan.keep is None:
            shutil.rmtree(self._root, ignore_errors=True)

    def stop(self) -> None:
        """End what runs; nothing more is started."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                with suppress(ProcessLookupError):
                    process.terminate()

    def run(self, case: Case) -> Verdict:
        """One pipeline, from an empty folder to its verdict."""
        plan = self._plan
        missing = [need for need in case.expected.needs if need in plan.without] if case.expected is not None else []
        if missing:
            outcome = Outcome(word="not run", message=f"it needs {' and '.join(missing)}")
        else:
            with self._folder(case) as folder:
                outcome = self._outcome(case, folder)
        return judge(case, outcome, host_commands=plan.host_commands)

    @contextmanager
    def _folder(self, case: Case) -> Iterator[Path]:
        """A folder of its own, whose home shares the environments."""
        folder = self._root / case.name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "home").mkdir(parents=True)
        (folder / "work").mkdir()
        (folder / "home" / "environments").symlink_to(self._plan.environments.absolute(), target_is_directory=True)
        try:
            yield folder
        finally:
            if self._plan.keep is None:
                shutil.rmtree(folder, ignore_errors=True)

    def _outcome(self, case: Case, folder: Path) -> Outcome:
        request, result, said = folder / "request.json", folder / "outcome.json", folder / "said.txt"
        limit = self._time_limit(case)
        request.write_bytes(msgspec.json.encode(self._request(case, folder, limit)))
        command = [sys.executable, "-P", "-m", "penstock.platform.conformance.trial", str(request), str(result)]
        with said.open("wb") as output:
            ended = self._wait(command, folder / "work", output.fileno(), limit + GRACE)
        try:
            return msgspec.json.decode(result.read_bytes(), type=Outcome)
        except (OSError, msgspec.DecodeError):
            text = said.read_text(errors="replace")[-_SAID:]
            if ended is None:
                return Outcome(word="timed out", seconds=limit, message=f"it did not end within {limit:g} s", log=text)
            message = f"the process that ran it ended with exit code {ended}"
            return Outcome(word="lost", message=message, log=text, evidence=text)

    def _time_limit(self, case: Case) -> float:
        own = case.expected.time_limit if case.expected is not None else None
        return own if own is not None else self._plan.time_limit

    def _request(self, case: Case, folder: Path, limit: float) -> Request:
        expected = case.expected or Expectation()
        return Request(
            pipeline=str(case.path),
            home=str(folder / "home"),
            work=str(folder / "work"),
            arguments=case.arguments,
            options={"host_commands": self._plan.host_commands, "kfp": self._plan.kfp},
            time_limit=limit,
            again=expected.cached is not None,
            secrets=expected.secrets,
            config_maps=expected.config_maps,
        )

    def _wait(self, command: list[str], folder: Path, output: int, limit: float) -> int | None:
        """Run a process to its end; None if that had to be hastened."""
        with self._lock:
            if self._stopped:
                return -signal.SIGTERM
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
            )
            self._running.add(process)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)


def _prepared(keep: Path) -> Path:
    """The folder to keep state in: a new or empty one, or one that is marked as ours, whose content may go."""
    try:
        keep.mkdir(parents=True, exist_ok=True)
        mark = keep / _MARK
        if not mark.is_file():
            if any(keep.iterdir()):
                raise KeepOccupied(folder=str(keep), reason="it holds something else")
            mark.write_text("State of runs that `penstock conformance --keep` has made; the next one replaces it.\n")
    except OSError as error:
        if isinstance(error, KeepOccupied):
            raise
        raise KeepOccupied(folder=str(keep), reason=error.strerror or str(error)) from error
    return keep.absolute()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, gently, so that it can end its workers; then whatever is left of its group."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE / 2)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:  # nothing is ever written to it: the process ends when it closes because we are gone
        process.stdin.close()

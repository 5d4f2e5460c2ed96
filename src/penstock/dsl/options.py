"""What can be said of a task besides its inputs: resources, retries, time limit, caching, environment."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, ClassVar, TypeAlias, TypedDict

from penstock.core.errors import UserError
from penstock.dsl.durations import parse_duration, parse_memory

Duration: TypeAlias = str | float | timedelta
"""`"10m"`, `"1h30m"`, seconds as a number, or a `timedelta`."""


@dataclass(kw_only=True, eq=False)
class BadOption(UserError, ValueError):
    """An option of a component or task has a value that it cannot have."""

    code: ClassVar[str] = "CMP006"
    option: str
    value: str
    reason: str
    advice: str

    def message(self) -> str:
        return f"option `{self.option}` is {self.value}: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(frozen=True)
class Retry:
    """How often a failed task is tried again, and how long it waits before: each wait is `factor` times the last."""

    count: int
    """Tries after the first."""
    backoff: Duration = "1s"
    """The wait before the first retry."""
    factor: float = 2.0
    max: Duration = "1h"
    """No wait is longer."""

    def __post_init__(self) -> None:
        _whole("retries", self.count, least=0)
        _duration("retries.backoff", self.backoff)
        _duration("retries.max", self.max)
        if not _is_number(self.factor) or self.factor < 1:
            raise _bad("retries.factor", self.factor, "it must be a number from 1 on", "2 doubles the wait each time")


@dataclass(frozen=True, kw_only=True)
class Cache:
    """Which earlier results may be taken instead of running: `cache=Cache(version="2026-05", fresh_for="6h")`.

    For a task that reads what no parameter and no input shows: a web page, a database, a folder of somebody else's.
    """

    version: str | None = None
    """A name for the state of what is read from outside. Only results of the same version are taken."""
    fresh_for: Duration | None = None
    """Only results that are younger than this are taken."""
    key: str | None = None
    """Stands for code, parameters and inputs, as a cache key of Kubeflow does: results of the same key are taken."""

    def __post_init__(self) -> None:
        _text("cache.version", self.version)
        _text("cache.key", self.key)
        _duration("cache.fresh_for", self.fresh_for)
        if self.key is not None and self.version is not None:
            raise _bad("cache", self, "`key` stands for all, so `version` would not count", "write it into the key")

    @property
    def fresh_seconds(self) -> float | None:
        """`fresh_for` in seconds."""
        return None if self.fresh_for is None else parse_duration(self.fresh_for)


class TaskOptions(TypedDict, total=False):
    """The options of `@component(...)` and `.with_options(...)`."""

    name: str
    """What to call the component, or this task of it, instead of the function's name."""
    cpu: float
    """Cores; a task that asks for more than there are free waits."""
    memory: str | int
    """`"1G"`, `"512Mi"`, or bytes: a task that uses more is ended."""
    gpu: int
    retries: int | Retry
    timeout: Duration
    """A try that takes longer is ended, and counts as failed."""
    cache: bool | Cache
    """False: run always, even if nothing has changed. A `Cache` says which earlier results may be taken."""
    env: Mapping[str, str]
    """Environment variables."""
    secrets: Mapping[str, str]
    """Secrets that the task is given: `{"DB_PASSWORD": "database/password"}` sets a variable to the key `password` of
    the secret `database`, and `{"/etc/database": "database"}` has each of its keys as a file in that folder."""
    image: str
    """The container image, where the task runs in containers."""
    requirements: Sequence[str]
    """Packages (PEP 508) of an environment of its own."""
    ignore_upstream_failure: bool
    """Run even if a task that it depends on has failed; its parameters' defaults stand in for what is missing."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of one component or task, checked."""

    name: str | None = None
    cpu: float | None = None
    memory: str | int | None = None
    gpu: int = 0
    retries: int | Retry = 0
    timeout: Duration | None = None
    cache: bool | Cache = True
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    image: str | None = None
    requirements: Sequence[str] = ()
    ignore_upstream_failure: bool = False

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            check(name, getattr(self, name))
        object.__setattr__(self, "env", dict(self.env))
        object.__setattr__(self, "secrets", dict(self.secrets))
        object.__setattr__(self, "requirements", tuple(self.requirements))

    @property
    def retry(self) -> Retry:
        """The retries in their full form."""
        return self.retries if isinstance(self.retries, Retry) else Retry(self.retries)

    @property
    def caching(self) -> Cache | None:
        """The caching in its full form; None if it is off."""
        return self.cache if isinstance(self.cache, Cache) else Cache() if self.cache else None

    @property
    def timeout_seconds(self) -> float | None:
        return None if self.timeout is None else parse_duration(self.timeout)

    @property
    def memory_bytes(self) -> int | None:
        return None if self.memory is None else parse_memory(self.memory)

    def changed(self, given: Mapping[str, Any]) -> tuple["Options", list[BadOption]]:
        """These options with others in their place, and what is wrong with those; the wrong ones are left out."""
        options, problems = self, []
        for name, value in given.items():
            try:
                if name not in _CHECKS:
                    raise _unknown(name, value)
                options = replace(options, **{name: value})
            except BadOption as problem:
                problems.append(problem)
        return options, problems


def _bad(option: str, value: object, reason: str, advice: str) -> BadOption:
    return BadOption(option=option, value=repr(value), reason=reason, advice=advice)


def _unknown(name: str, value: object) -> BadOption:
    near = get_close_matches(name, _CHECKS, n=1)
    advice = f"did you mean `{near[0]}`?" if near else f"the options are {', '.join(_CHECKS)}"
    return _bad(name, value, "there is no such option", advice)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(option: str, value: object) -> None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise _bad(option, value, "it must be text", f'write `{option}="…"`')


def _cores(option: str, value: Any) -> None:
    if value is not None and not (_is_number(value) and 0 < value < float("inf")):
        raise _bad(option, value, "it must be a positive number of cores", "0.5 is half a core")


def _memory(option: str, value: Any) -> None:
    if value is None:
        return
    try:
        parse_memory(value)
    except ValueError as error:
        raise _bad(option, value, str(error), 'write "500M" or "2G", or "512Mi" for powers of 1024') from None


def _whole(option: str, value: Any, least: int = 0) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise _bad(option, value, f"it must be a whole number from {least} on", f"write `{option}={max(least, 1)}`")


def _retries(option: str, value: Any) -> None:
    if not isinstance(value, Retry):
        _whole(option, value)


def _duration(option: str, value: Any) -> None:
    if value is None:
        return
    try:
        seconds = parse_duration(value)
    except ValueError as error:
        raise _bad(option, value, str(error), 'write "90s", "10m" or "1h30m", or a number of seconds') from None
    if option == "timeout" and seconds == 0:
        raise _bad(option, value, "nothing can run in no time", "leave it out for no limit")
    if option == "cache.fresh_for" and seconds == 0:
        raise _bad(option, value, "no result is that young", "write `cache=False` to run always")


def _flag(option: str, value: object) -> None:
    if not isinstance(value, bool):
        raise _bad(option, value, "it must be True or False", f"write `{option}=True` or `{option}=False`")


def _cache(option: str, value: object) -> None:
    if not isinstance(value, bool | Cache):
        advice = f'write `{option}=False` to run always, or `{option}=Cache(fresh_for="6h")`'
        raise _bad(option, value, "it must be True, False or a `Cache`", advice)


def _env(option: str, value: object) -> None:
    ok = isinstance(value, Mapping) and all(isinstance(part, str) for item in value.items() for part in item)
    if not ok:
        raise _bad(option, value, "it must map names to text", 'write `env={"NAME": "value"}`, numbers in quotes too')
    assert isinstance(value, Mapping)
    for name in value:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise _bad(option, value, f"{name!r} is no name of a variable", "use letters, digits and underscores")


def _secrets(option: str, value: object) -> None:
    ok = isinstance(value, Mapping) and all(isinstance(part, str) for item in value.items() for part in item)
    example = f'write `{option}={{"DB_PASSWORD": "database/password"}}`: variable, then secret and key'
    if not ok:
        raise _bad(option, value, "it must map variables or folders to secrets", example)
    assert isinstance(value, Mapping)
    for target, source in value.items():
        secret, slash, key = source.partition("/")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", secret):
            advice = "a secret's name has lower-case letters, digits, `-` and `.`"
            raise _bad(option, value, f"{secret!r} is no name of a secret", advice)
        if target.startswith("/"):
            if slash:
                reason = f"the folder {target!r} takes a whole secret"
                raise _bad(option, value, reason, f'write `{option}={{"{target}": "{secret}"}}`')
        elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", target):
            raise _bad(option, value, f"{target!r} is neither a variable nor an absolute folder", example)
        elif not re.fullmatch(r"[A-Za-z0-9._-]+", key):
            raise _bad(option, value, f"{source!r} does not say which key of the secret", example)


def _packages(option: str, value: Any) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
        raise _bad(option, value, "it must be a list of texts", 'write `requirements=["polars>=1.20"]`')
    for one in value:
        if not re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", one.strip()):
            raise _bad(option, value, f"{one!r} names no package", 'write `requirements=["polars>=1.20"]`')


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "name": _text,
    "cpu": _cores,
    "memory": _memory,
    "gpu": _whole,
    "retries": _retries,
    "timeout": _duration,
    "cache": _cache,
    "env": _env,
    "secrets": _secrets,
    "image": _text,
    "requirements": _packages,
    "ignore_upstream_failure": _flag,
}

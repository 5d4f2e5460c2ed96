"""Which runs may go: by age, by count, by size. Pure; `collector` carries it out."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, TypeAlias

from msgspec import Struct, field

from penstock.core.errors import UserError
from penstock.core.ids import Digest, RunId
from penstock.metadata.retention import RunFacts

Reason: TypeAlias = Literal[
    "goes on", "kept", "among the newest", "young enough", "another pipeline", "no rule applies"
]
"""Why a run stays."""


@dataclass(kw_only=True, eq=False)
class PolicyInvalid(UserError, ValueError):
    """A rule of retention makes no sense."""

    code: ClassVar[str] = "PLA050"
    rule: str
    value: str
    reason: str

    def message(self) -> str:
        return f"`{self.rule} {self.value}`: {self.reason}"

    def hint(self) -> str:
        return "ages are like `30d` or `12h`, sizes like `50GB` or `500MiB`, counts are whole numbers"


class Policy(Struct, frozen=True, kw_only=True):
    """What a person wants to keep. Without any rule, every run stays."""

    older_than: timedelta | None = None
    """Runs that finished longer ago may go."""
    keep_last: int | None = None
    """The newest finished runs of each pipeline stay, this many of them. Alone, it lets all others go."""
    max_size: int | None = None
    """Bytes that the artifacts of all runs may take; beyond, the oldest runs go."""
    pipeline: str | None = None
    """Only runs of this pipeline may go."""

    @property
    def has_rules(self) -> bool:
        """Whether any run may go at all."""
        return self.older_than is not None or self.keep_last is not None or self.max_size is not None


class Selection(Struct, frozen=True, kw_only=True):
    """What a policy comes to, for the runs that there are now."""

    remove: list[RunId]
    """Newest first, the order in which they are removed."""
    stay: dict[RunId, Reason]
    used: dict[RunId, set[Digest]] = field(default_factory=dict)
    """The bytes that each run names."""
    over: int = 0
    """Bytes beyond `max_size` that no run that may go would free."""


def select(
    policy: Policy,
    runs: list[RunFacts],
    held: Collection[RunId],
    used: Mapping[RunId, set[Digest]],
    sizes: Mapping[Digest, int],
    now: datetime,
) -> Selection:
    """Sort the runs into those that go and those that stay.

    Args:
        policy: The rules.
        runs: Every run, oldest first.
        held: Runs that somebody wants kept.
        used: The stored bytes that each run names.
        sizes: How large those are.
        now: The present time (UTC).
    """
    newest = _newest(runs, policy.keep_last)
    stay: dict[RunId, Reason] = {}
    may_go: list[RunFacts] = []
    remove: set[RunId] = set()
    for run in runs:
        reason = _protection(run, policy, held, newest)
        if reason is not None:
            stay[run.run_id] = reason
            continue
        may_go.append(run)
        if _is_over(run, policy, now):
            remove.add(run.run_id)
        else:
            stay[run.run_id] = "no rule applies" if policy.older_than is None else "young enough"
    over = 0
    if policy.max_size is not None:
        over = _shrink(policy.max_size, may_go, remove, used, sizes)
        for run_id in remove:
            stay.pop(run_id, None)
    order = [run.run_id for run in reversed(runs) if run.run_id in remove]
    return Selection(remove=order, stay=stay, used=dict(used), over=over)


def _protection(run: RunFacts, policy: Policy, held: Collection[RunId], newest: set[RunId]) -> Reason | None:
    if run.driven or not run.state.finished:
        return "goes on"
    if run.run_id in held:
        return "kept"
    if policy.pipeline is not None and run.pipeline != policy.pipeline:
        return "another pipeline"
    if run.run_id in newest:
        return "among the newest"
    return None


def _newest(runs: list[RunFacts], count: int | None) -> set[RunId]:
    found: dict[str, list[RunId]] = defaultdict(list)
    for run in reversed(runs):
        if run.state.finished and len(found[run.pipeline]) < (count or 0):
            found[run.pipeline].append(run.run_id)
    return {run_id for ids in found.values() for run_id in ids}


def _is_over(run: RunFacts, policy: Policy, now: datetime) -> bool:
    if policy.older_than is not None:
        return (run.finished_at or run.created_at) < now - policy.older_than
    return policy.keep_last is not None and policy.max_size is None


def _shrink(
    limit: int,
    may_go: list[RunFacts],
    remove: set[RunId],
    used: Mapping[RunId, set[Digest]],
    sizes: Mapping[Digest, int],
) -> int:
    """Let the oldest runs go until what is left fits; the bytes that are too many even then."""
    users: dict[Digest, int] = defaultdict(int)
    for run_id, digests in used.items():
        if run_id not in remove:
            for digest in digests:
                users[digest] += 1
    total = sum(sizes.get(digest, 0) for digest in users)
    for run in may_go:
        if total <= limit:
            break
        if run.run_id in remove:
            continue
        remove.add(run.run_id)
        for digest in used.get(run.run_id, ()):
            users[digest] -= 1
            if users[digest] == 0:
                total -= sizes.get(digest, 0)
    return max(0, total - limit)

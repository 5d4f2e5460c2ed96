"""Holding what came of a pipeline against what was expected."""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from penstock.core.json import Json
from penstock.platform.conformance.corpus import Case
from penstock.platform.conformance.expectations import Expectation
from penstock.platform.conformance.outcome import Outcome, TaskOutcome

_UNJUDGED = frozenset({"foreign", "not run"})
"""Ends that are nobody's fault, where nothing else is expected."""
_SHOWN = 200


class Verdict(Struct, frozen=True, kw_only=True):
    """A pipeline, what came of it, and whether that is right."""

    case: Case
    outcome: Outcome
    problems: list[str]
    """How it differs from what was expected; empty if it does not."""

    @property
    def ok(self) -> bool:
        return not self.problems


class Summary(Struct, frozen=True, kw_only=True):
    """How many ended how."""

    words: dict[str, int] = field(default_factory=dict)
    unexpected: int = 0

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> "Summary":
        """Count them."""
        words: dict[str, int] = {}
        for verdict in verdicts:
            words[verdict.outcome.word] = words.get(verdict.outcome.word, 0) + 1
        return cls(words=words, unexpected=sum(not verdict.ok for verdict in verdicts))


def judge(case: Case, outcome: Outcome, *, host_commands: bool) -> Verdict:
    """The verdict on one pipeline."""
    return Verdict(case=case, outcome=outcome, problems=_problems(case, outcome, host_commands=host_commands))


def _problems(case: Case, outcome: Outcome, *, host_commands: bool) -> list[str]:
    expected = case.expected
    if outcome.word in _UNJUDGED and (expected is None or outcome.word == "not run"):
        return []
    if expected is None:
        return [] if outcome.word == "succeeded" else ["it should succeed"]
    if "host-commands" in expected.needs and not host_commands and outcome.word == "refused":
        return []  # with Docker or Podman it runs without them
    word = "invalid" if outcome.word == "foreign" else outcome.word
    if word != expected.state:
        return [f"it should be {expected.state}" if expected.state in ("refused", "invalid") else _should(expected)]
    found = [*_outputs(expected, outcome), *_tasks(expected, outcome.tasks)]
    if not re.search(expected.reason, outcome.evidence, re.DOTALL):
        found.append(f"its reason should match `{expected.reason}`")
    if expected.cached is not None and sorted(expected.cached) != sorted(outcome.cached):
        found.append(f"a second run should take from cache {expected.cached}, and took {outcome.cached}")
    return found


def _should(expected: Expectation) -> str:
    return "it should succeed" if expected.state == "succeeded" else "it should fail"


def _outputs(expected: Expectation, outcome: Outcome) -> list[str]:
    found = []
    for name, value in expected.outputs.items():
        if name not in outcome.outputs:
            found.append(f"it should have an output `{name}`")
        elif not _same(value, outcome.outputs[name]):
            got = _shown(outcome.outputs[name])
            found.append(f"its output `{name}` should be {_shown(value)}, and is {got}")
    return found


def _same(expected: Json, got: Json) -> bool:
    """Exactly the same, also in the types of numbers; of an artifact only what is named is looked at."""
    if isinstance(got, dict) and "@artifact" in got and isinstance(expected, dict):
        return all(name in got and _same(value, got[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_same, expected, got))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(_same(value, got[name]) for name, value in expected.items())
    return type(expected) is type(got) and expected == got


def _shown(value: Json) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _tasks(expected: Expectation, tasks: list[TaskOutcome]) -> list[str]:
    by_path = {task.path: task for task in tasks}
    found = []
    for path, state in expected.states.items():
        got = by_path[path].state if path in by_path else "not there"
        if got != state:
            found.append(f"task `{path}` should be {state}, and is {got}")
    for path, attempts in expected.attempts.items():
        count = by_path[path].attempts if path in by_path else 0
        if count != attempts:
            found.append(f"task `{path}` should be tried {attempts} times, and was {count} times")
    return found

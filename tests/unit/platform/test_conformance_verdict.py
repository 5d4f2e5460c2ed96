"""What is expected of pipelines: read from files, and held against what came of them."""

from pathlib import Path
from typing import Any

import pytest

from penstock.platform.conformance import Expectation, Outcome, Summary, Verdict, find_cases, read_expectations
from penstock.platform.conformance.corpus import Case
from penstock.platform.conformance.errors import CorpusEmpty, ExpectationsUnreadable, ExpectationUnused
from penstock.platform.conformance.outcome import TaskOutcome
from penstock.platform.conformance.verdict import judge


def verdict(outcome: Outcome, expected: Expectation | None = None, *, host_commands: bool = True) -> Verdict:
    case = Case(name="a/flow.yaml", path=Path("/a/flow.yaml"), arguments={}, expected=expected)
    return judge(case, outcome, host_commands=host_commands)


def problems(outcome: Outcome, **expected: Any) -> list[str]:
    return verdict(outcome, Expectation(**expected)).problems


def test_what_nobody_expects_anything_of_should_succeed() -> None:
    assert verdict(Outcome(word="succeeded")).ok
    for word in ("failed", "refused", "invalid", "timed out", "lost"):
        assert verdict(Outcome(word=word)).problems == ["it should succeed"]  # type: ignore[arg-type]


def test_a_file_of_something_else_is_no_failure_unless_it_was_to_be_a_pipeline() -> None:
    assert verdict(Outcome(word="foreign")).ok
    assert problems(Outcome(word="foreign")) == ["it should succeed"]
    assert problems(Outcome(word="foreign"), state="invalid") == []
    assert verdict(Outcome(word="not run"), Expectation(needs=["network"])).ok


def test_a_failure_must_be_for_the_reason_that_is_expected() -> None:
    failed = Outcome(word="failed", evidence="LAU001 KeyError: 'x'\n  line 3")
    assert problems(failed, state="failed") == []
    assert problems(failed, state="failed", reason="KeyError.*line 3") == []
    assert problems(failed, state="failed", reason="ValueError") == ["its reason should match `ValueError`"]
    assert problems(failed, state="refused") == ["it should be refused"]
    assert problems(Outcome(word="succeeded"), state="failed") == ["it should fail"]


@pytest.mark.parametrize("word", ["lost", "timed out"])
def test_a_process_that_died_or_a_time_limit_is_never_the_failure_that_was_expected(word: Any) -> None:
    assert problems(Outcome(word=word, evidence="anything"), state="failed") == ["it should fail"]


def test_what_needs_host_commands_may_be_refused_without_them() -> None:
    needy = Expectation(needs=["host-commands"], state="failed")
    assert verdict(Outcome(word="refused"), needy, host_commands=False).ok
    assert verdict(Outcome(word="failed"), needy, host_commands=False).ok, "there may be a container engine"
    assert not verdict(Outcome(word="succeeded"), needy, host_commands=False).ok
    assert verdict(Outcome(word="failed"), needy, host_commands=True).ok


def test_outputs_are_compared_exactly_also_in_the_types_of_numbers() -> None:
    outcome = Outcome(word="succeeded", outputs={"n": 1, "xs": [1, 2.0], "d": {"a": True}})
    assert problems(outcome, outputs={"n": 1, "xs": [1, 2.0], "d": {"a": True}}) == []
    assert problems(outcome, outputs={"n": 1.0}) == ["its output `n` should be 1.0, and is 1"]
    assert problems(outcome, outputs={"xs": [1, 2]}) == ["its output `xs` should be [1,2], and is [1,2.0]"]
    assert problems(outcome, outputs={"d": {"a": 1}}) == ['its output `d` should be {"a":1}, and is {"a":true}']
    assert problems(outcome, outputs={"m": None}) == ["it should have an output `m`"]


def test_of_an_artifact_only_what_is_named_is_compared() -> None:
    data = {"@artifact": "data", "type": "system.Dataset", "metadata": {"rows": 2, "more": 1}, "text": "a\nb"}
    outcome = Outcome(word="succeeded", outputs={"data": data, "parts": [data, data]})
    assert problems(outcome, outputs={"data": {"text": "a\nb"}, "parts": [{"text": "a\nb"}, {}]}) == []
    assert len(problems(outcome, outputs={"data": {"text": "b"}})) == 1
    assert len(problems(outcome, outputs={"parts": [{}]})) == 1


def test_tasks_are_held_to_their_states_and_attempts_and_a_second_run_to_its_cache() -> None:
    tasks = [TaskOutcome(path="a", state="SUCCEEDED", attempts=3), TaskOutcome(path="b", state="SKIPPED")]
    outcome = Outcome(word="succeeded", tasks=tasks, cached=["a"])
    assert problems(outcome, attempts={"a": 3}, states={"b": "SKIPPED"}, cached=["a"]) == []
    assert problems(outcome, attempts={"a": 1}) == ["task `a` should be tried 1 times, and was 3 times"]
    assert problems(outcome, states={"c": "FAILED"}) == ["task `c` should be FAILED, and is not there"]
    assert problems(outcome, cached=[]) == ["a second run should take from cache [], and took ['a']"]


def test_a_summary_counts() -> None:
    summary = Summary.of([verdict(Outcome(word="succeeded")), verdict(Outcome(word="failed"))])
    assert summary == Summary(words={"succeeded": 1, "failed": 1}, unexpected=1)


# --- files --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a/flow.yaml", "b/flow.yaml", "b/other.JSON", ".hidden/flow.yaml", "b/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    return tmp_path


def expectations(folder: Path, text: str) -> Path:
    file = folder / "flows.expect.yaml"
    file.write_text(text)
    return file


def test_pipelines_are_found_by_their_endings_and_our_own_files_beside_them_are_none(folder: Path) -> None:
    (folder / "a/flow.args.json").write_text('{"x": 1}')
    expected = read_expectations(expectations(folder, "pipelines: {a/flow.yaml: {arguments: {y: 2}}}"))
    cases = find_cases(folder, expected)
    assert [case.name for case in cases] == ["a/flow.yaml", "b/flow.yaml", "b/other.JSON"]
    assert [case.arguments for case in cases] == [{"x": 1, "y": 2}, {}, {}]
    assert [case.expected is None for case in cases] == [False, True, True]
    assert [case.name for case in find_cases(folder / "b/flow.yaml")] == ["flow.yaml"]


def test_a_name_alone_counts_in_every_folder_and_a_path_comes_first(folder: Path) -> None:
    text = "pipelines: {flow.yaml: {state: failed}, b/flow.yaml: {state: refused}}"
    cases = find_cases(folder, read_expectations(expectations(folder, text)))
    assert [case.expected and case.expected.state for case in cases] == ["failed", "refused", None]


def test_an_expectation_of_what_is_not_there_is_refused(folder: Path) -> None:
    expected = read_expectations(expectations(folder, "pipelines: {flw.yaml: {state: failed}}"))
    with pytest.raises(ExpectationUnused, match=r"did you mean 'flow\.yaml'"):
        find_cases(folder, expected)


def test_nothing_to_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusEmpty, match="no such files"):
        find_cases(tmp_path)
    with pytest.raises(CorpusEmpty, match="there is no such folder"):
        find_cases(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pipelines: {a.yaml: {sate: failed}}", "'a.yaml': Object contains unknown field `sate`"),
        ("pipelines: {a.yaml: {state: broken}}", "Invalid enum value 'broken'"),
        ("pipelines: {a.yaml: {state: failed, reason: '('}}", "no regular expression"),
        ("pipelines: {a.yaml: {reason: x}}", "succeeds, and so has no reason"),
        ("a: [", "expected"),
        ("", "Expected `object`"),
    ],
)
def test_expectations_that_mean_nothing_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ExpectationsUnreadable, match=r"flows\.expect\.yaml") as raised:
        read_expectations(expectations(tmp_path, text))
    assert problem in str(raised.value)
    with pytest.raises(ExpectationsUnreadable, match="No such file"):
        read_expectations(tmp_path / "nowhere.yaml")


def test_an_arguments_file_that_is_no_object_is_refused(folder: Path) -> None:
    (folder / "a/flow.args.json").write_text("[1]")
    with pytest.raises(ExpectationsUnreadable, match=r"flow\.args\.json"):
        find_cases(folder)

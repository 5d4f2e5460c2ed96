"""The page about many pipelines."""

from datetime import UTC, datetime
from pathlib import Path

from penstock.platform.conformance import Expectation, Outcome, Verdict
from penstock.platform.conformance.corpus import Case
from penstock.platform.conformance.outcome import TaskOutcome
from penstock.platform.conformance.page import EXPLAINED, WORDS, render_page
from penstock.platform.conformance.verdict import judge


def verdict(name: str, outcome: Outcome, expected: Expectation | None = None) -> Verdict:
    case = Case(name=name, path=Path(name), arguments={"x": "<b>"}, expected=expected)
    return judge(case, outcome, host_commands=True)


def page(*verdicts: Verdict) -> str:
    return render_page(
        "flows <&>", verdicts, started=datetime(2026, 1, 2, tzinfo=UTC), seconds=3.0, options={"kfp": "2.17.0"}
    )


def test_it_says_what_came_of_each_and_escapes_what_others_wrote() -> None:
    failed = Outcome(
        word="failed",
        code="LAU001",
        message="KeyError: '<script>'",
        traceback="Traceback <i>",
        hint="do <this>",
        log="words & more",
        tasks=[TaskOutcome(path="load", state="FAILED", attempts=2, seconds=0.5)],
    )
    shown = page(verdict("a/one.yaml", Outcome(word="succeeded", seconds=1.5)), verdict("a/two.yaml", failed))
    assert "<script" not in shown
    assert "<i>" not in shown
    for text in (
        "flows &lt;&amp;&gt;",
        "KeyError: &#x27;&lt;script&gt;&#x27;",
        "words &amp; more",
        "2 attempts",
        "1.5s",
    ):
        assert text in shown
    assert shown.count("Not as expected") == 1
    assert "1 not as expected" in shown


def test_it_says_so_where_all_is_as_expected_and_why_a_failure_is() -> None:
    expected = Expectation(state="failed", note="it takes a <list>")
    shown = page(verdict("one.yaml", Outcome(word="failed", message="no"), expected))
    assert "all as expected" in shown
    assert "Not as expected" not in shown
    assert "it takes a &lt;list&gt;" in shown
    assert "meant" in shown


def test_it_fetches_nothing_and_runs_nothing() -> None:
    shown = page(verdict("one.yaml", Outcome(word="succeeded")))
    assert "default-src 'none'" in shown.replace("&#x27;", "'")
    assert "http" not in shown.replace("http-equiv", "")


def test_every_end_has_a_sign_and_is_explained() -> None:
    assert WORDS.keys() == EXPLAINED.keys()
    for word in WORDS:
        assert word.upper() in page(verdict("one.yaml", Outcome(word=word)))  # type: ignore[arg-type]

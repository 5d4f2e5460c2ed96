"""What came of a folder of pipelines as one page of HTML: no scripts, nothing fetched, light and dark."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import penstock
from penstock.platform.conformance.outcome import TaskOutcome
from penstock.platform.conformance.verdict import Summary, Verdict
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.page import POLICY
from penstock.platform.report.tasks import state_pill
from penstock.platform.report.words import duration, moment, one_line, value

WORDS: Mapping[str, str] = {
    "succeeded": "✓",
    "failed": "✗",
    "refused": "⊘",
    "timed out": "◷",
    "lost": "†",
    "invalid": "?",
    "foreign": "–",
    "not run": "·",
}
"""How a pipeline can end, each with a sign; in the order in which they are counted."""
EXPLAINED: Mapping[str, str] = {
    "succeeded": "ran to its end",
    "failed": "ran, and failed",
    "refused": "not started, with a reason",
    "timed out": "ended at its time limit",
    "lost": "its process died",
    "invalid": "cannot be read",
    "foreign": "no pipeline",
    "not run": "needs what is not here",
}
_STYLES = Path(penstock.__file__).parent / "platform" / "report" / "style.css"
_MOST_TASKS = 100


def render_page(
    title: str, verdicts: Sequence[Verdict], *, started: datetime, seconds: float, options: Mapping[str, str]
) -> str:
    """The page.

    Args:
        title: What was run, e.g. the folder's name.
        verdicts: In the order in which to show them.
        started: When.
        seconds: How long all took.
        options: How it was run, for people.

    Returns:
        One HTML document that needs no other file.
    """
    summary = Summary.of(verdicts)
    styles = _STYLES.read_text(encoding="utf-8") + Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", one_line(f"Conformance · {title}")),
        tag("style", Markup(styles)),
    )
    facts = {
        "pipelines": f"{len(verdicts):,}",
        "took": duration(seconds),
        "started": moment(started),
        "Penstock": penstock.__version__,
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
        **options,
    }
    body = tag(
        "main",
        _header(title, summary, facts),
        _section("At a glance", _glance(verdicts, summary), class_="glance"),
        _section("Not as expected", _cards([one for one in verdicts if not one.ok])),
        *(_section(name, _table(listed)) for name, listed in _by_folder(verdicts).items()),
    )
    return "<!doctype html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"


def _section(title: str, body: Markup | None, **attributes: object) -> Markup:
    return tag("section", tag("h2", title), body, **attributes) if body else Markup("")


def _header(title: str, summary: Summary, facts: Mapping[str, str]) -> Markup:
    count = summary.unexpected
    verdict = ("s-failed", f"✗ {count:,} not as expected") if count else ("s-succeeded", "✓ all as expected")
    listed = [tag("div", tag("dt", key), tag("dd", text)) for key, text in facts.items() if text]
    pill = tag("span", verdict[1], class_=f"pill {verdict[0]}")
    return tag("header", tag("p", "Conformance", class_="kicker"), tag("h1", one_line(title), pill), tag("dl", *listed))


def _glance(verdicts: Sequence[Verdict], summary: Summary) -> Markup:
    total = len(verdicts)
    wrong = Summary.of([verdict for verdict in verdicts if not verdict.ok]).words
    counts = [(word, summary.words[word]) for word in WORDS if summary.words.get(word)]
    bar = [
        tag("span", class_=f"w-{_slug(word)}", style=f"flex-grow:{count}", title=f"{count} {word}")
        for word, count in counts
    ]
    numbers = [
        tag(
            "div",
            tag("dd", f"{count:,}", tag("small", f"{100 * count / total:.0f} %")),
            tag("dt", tag("b", word), f" {EXPLAINED[word]}, {_met(wrong.get(word, 0), count)}"),
            class_=f"w-{_slug(word)}",
        )
        for word, count in counts
    ]
    return join([tag("div", *bar, class_="share"), tag("dl", *numbers, class_="counts")])


def _met(wrong: int, count: int) -> str:
    if not wrong:
        return "as expected"
    return "not as expected" if wrong == count else f"{wrong:,} not as expected"


def _by_folder(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for one in verdicts:
        found.setdefault(one.case.name.rpartition("/")[0] or "Pipelines", []).append(one)
    return found


# --- what went otherwise ----------------------------------------------------------------------------------


def _cards(verdicts: Sequence[Verdict]) -> Markup | None:
    return join(_card(one) for one in verdicts) if verdicts else None


def _card(verdict: Verdict) -> Markup:
    outcome = verdict.outcome
    return tag(
        "article",
        tag("h3", one_line(verdict.case.name), _pill(verdict)),
        tag("ul", *(tag("li", problem) for problem in verdict.problems), class_="problems"),
        tag("p", outcome.message, class_="message") if outcome.message else "",
        tag("pre", outcome.traceback) if outcome.traceback else "",
        tag("p", outcome.hint, class_="note") if outcome.hint else "",
        tag("details", tag("summary", "the end of its log"), tag("pre", outcome.log)) if outcome.log else "",
        _note(verdict),
        class_="failure",
    )


# --- everything -------------------------------------------------------------------------------------------


def _table(verdicts: Sequence[Verdict]) -> Markup:
    columns = tag("colgroup", *(tag("col", class_=name) for name in ("name", "state", "time", "count", "why")))
    head = tag("tr", *(tag("th", name) for name in ("pipeline", "state", "time", "tasks", "")))
    return tag("table", columns, tag("thead", head), *map(_row, verdicts), class_="cases")


def _row(verdict: Verdict) -> Markup:
    outcome = verdict.outcome
    name = one_line(verdict.case.name.rpartition("/")[2])
    mark = tag("span", "✗", class_="wrong", title="; ".join(verdict.problems)) if not verdict.ok else ""
    cells = [
        tag("td", name, mark, class_="task", title=verdict.case.name),
        tag("td", _pill(verdict)),
        tag("td", duration(outcome.seconds) if outcome.seconds else "", class_="n"),
        tag("td", len(outcome.tasks) or "", class_="n"),
        tag("td", _why(verdict), class_="why"),
    ]
    details = _details(verdict)
    below = tag("tr", tag("td", details, colspan=5), class_="below") if details else ""
    return tag("tbody", tag("tr", *cells), below)


def _why(verdict: Verdict) -> str:
    outcome = verdict.outcome
    said = outcome.message.strip().splitlines()
    first = next((line.strip() for line in said[1:2] if said[0].endswith(":")), said[0] if said else "")
    text = one_line(first)
    return f"{text[:159]}…" if len(text) > 160 else text


def _details(verdict: Verdict) -> Markup | None:
    outcome = verdict.outcome
    parts = [
        _note(verdict),
        tag("p", f"{outcome.message} [{outcome.code}]", class_="said") if outcome.code else "",
        tag("p", outcome.hint, class_="note") if outcome.hint else "",
        _values("arguments", verdict.case.arguments),
        _values("outputs", outcome.outputs),
        _tasks(outcome.tasks),
    ]
    kept = [part for part in parts if part]
    return tag("details", tag("summary", "details"), *kept) if kept else None


def _values(title: str, values: Mapping[str, object]) -> Markup:
    if not values:
        return Markup("")
    rows = [tag("tr", tag("th", name), tag("td", tag("code", value(data, 400)))) for name, data in values.items()]  # type: ignore[arg-type]
    return join([tag("h4", title), tag("table", *rows, class_="values")])


def _tasks(tasks: Sequence[TaskOutcome]) -> Markup:
    if not tasks:
        return Markup("")
    rows = [
        tag(
            "tr",
            tag("th", one_line(task.path)),
            tag("td", state_pill(task.state)),
            tag("td", duration(task.seconds), class_="n"),
            tag("td", f"{task.attempts} attempts" if task.attempts > 1 else ""),
        )
        for task in tasks[:_MOST_TASKS]
    ]
    more = len(tasks) - _MOST_TASKS
    note = tag("p", f"… and {more:,} more", class_="note") if more > 0 else ""
    return join([tag("h4", "tasks"), tag("table", *rows, class_="values"), note])


def _note(verdict: Verdict) -> Markup:
    expected = verdict.case.expected
    if expected is None or not expected.note:
        return Markup("")
    return tag("p", f"Expected to be {expected.state}: {expected.note}", class_="note")


def _pill(verdict: Verdict) -> Markup:
    """The state; quieter where a failure or a refusal is what was expected."""
    word = verdict.outcome.word
    meant = verdict.ok and word != "succeeded"
    title = f"{EXPLAINED[word]}, as expected" if meant else EXPLAINED[word]
    shown = f"{WORDS[word]} {word.upper()}"
    return tag("span", shown, class_=f"pill w-{_slug(word)}{' meant' if meant else ''}", title=title)


def _slug(word: str) -> str:
    return word.replace(" ", "-")

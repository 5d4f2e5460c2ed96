"""What came of many pipelines, as lines for a terminal: one as each ends, and how many at the end."""

from collections.abc import Sequence

from penstock.cli.screen import Screen
from penstock.cli.text import Line, line
from penstock.platform.conformance import Case, Summary, Verdict
from penstock.platform.conformance.page import WORDS
from penstock.platform.report.words import duration, one_line

STYLES = {"succeeded": "good", "failed": "bad", "lost": "bad", "timed out": "bad", "refused": "warn"}
"""Styles of how a pipeline ended; what is not here is dim."""


class Progress:
    """Says what came of each, as it comes."""

    def __init__(self, screen: Screen, cases: Sequence[Case], *, quiet: bool) -> None:
        self._screen = screen
        self._quiet = quiet
        self._total = len(cases)
        self._done = 0
        self._width = max(len(case.name) for case in cases)

    def tell(self, verdict: Verdict) -> None:
        """One line; with more below it if it came out otherwise than expected."""
        self._done += 1
        if self._quiet and verdict.ok:
            return
        self._screen.print(self._line(verdict), cut=True)
        if not verdict.ok:
            self._screen.print(*differences(verdict))

    def _line(self, verdict: Verdict) -> Line:
        outcome = verdict.outcome
        meant = verdict.ok and outcome.word != "succeeded"  # a failure that was expected is no alarm
        style = "dim" if meant else STYLES.get(outcome.word, "dim")
        said = one_line(outcome.message.strip().partition("\n")[0])
        return line(
            (f"{self._done:>{len(str(self._total))}}/{self._total}  ", "dim"),
            (WORDS[outcome.word], style),
            (" ", ""),
            (f"{outcome.word:<9}", style),
            f"  {one_line(verdict.case.name):<{min(self._width, 72)}}",
            (f"  {duration(outcome.seconds) if outcome.seconds else '':>6}", ""),
            (f"  {said}", "dim"),
        )


def differences(verdict: Verdict) -> list[Line]:
    """How it differs from what was expected, and what was said about it."""
    outcome = verdict.outcome
    said = [one_line(text) for text in outcome.message.strip().splitlines()[1:12]]
    trace = [one_line(text) for text in outcome.traceback.rstrip().splitlines()[-12:]]
    log = [one_line(text) for text in outcome.log.rstrip().splitlines()[-8:]] if not trace else []
    return [
        *(line("      ", (problem, "bad")) for problem in verdict.problems),
        *(line(("      | ", "dim"), text) for text in [*said, *trace, *log]),
        *([line(("      hint: ", "reused"), one_line(outcome.hint))] if outcome.hint else []),
    ]


def closing(verdicts: Sequence[Verdict], seconds: float) -> list[Line]:
    """How many ended how, and whether that is right."""
    summary = Summary.of(verdicts)
    counts = [
        ((f"{WORDS[word]} ", STYLES.get(word, "dim")), (f"{summary.words[word]} {word}", ""), ("   ", ""))
        for word in WORDS
        if summary.words.get(word)
    ]
    count = summary.unexpected
    end = (f"{count} not as expected", "bad") if count else ("all as expected", "good")
    return [
        (),
        line(*(span for spans in counts for span in spans), (f"in {duration(seconds)}", "dim")),
        line(end),
    ]

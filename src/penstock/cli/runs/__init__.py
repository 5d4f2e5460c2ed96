"""`penstock runs …`: what was run, how it went, and how it goes on. One module for each command."""

from penstock.cli.lazy import group

app = group(
    {
        "list": "penstock.cli.runs.list:list_runs",
        "show": "penstock.cli.runs.show:show",
        "logs": "penstock.cli.runs.logs:logs",
        "explain": "penstock.cli.runs.explain:explain",
        "resume": "penstock.cli.runs.resume:resume",
        "retry": "penstock.cli.runs.retry:retry",
        "report": "penstock.cli.runs.report:report",
    },
)


@app.callback()
def runs() -> None:
    """Runs: list, show, read logs, explain, resume, retry, report."""

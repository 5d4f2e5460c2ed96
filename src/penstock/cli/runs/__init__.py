"""`penstock runs …`: what was run, how it went, and how it goes on. One module for each command."""

from penstock.cli.command import Group

app = Group(
    "runs",
    {
        "list": "penstock.cli.runs.list:list_runs",
        "show": "penstock.cli.runs.show:show",
        "logs": "penstock.cli.runs.logs:logs",
        "compare": "penstock.cli.runs.compare:compare",
        "explain": "penstock.cli.runs.explain:explain",
        "cancel": "penstock.cli.runs.cancel:cancel",
        "resume": "penstock.cli.runs.resume:resume",
        "retry": "penstock.cli.runs.retry:retry",
        "rerun": "penstock.cli.runs.rerun:rerun",
        "report": "penstock.cli.runs.report:report",
        "keep": "penstock.cli.keep:keep_run",
    },
    help="What was run, how it went, and how it goes on.",
)

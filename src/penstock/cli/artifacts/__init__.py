"""`penstock artifacts …`: what runs produced, and what came from what. One module for each command."""

from penstock.cli.lazy import group

app = group(
    {
        "list": "penstock.cli.artifacts.list:list_artifacts",
        "show": "penstock.cli.artifacts.show:show",
        "lineage": "penstock.cli.artifacts.lineage:lineage",
    },
)


@app.callback()
def artifacts() -> None:
    """Artifacts: list, show, and trace where they came from and where they went."""

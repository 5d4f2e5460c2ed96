"""`penstock artifacts …`: what runs produced, and what came from what. One module for each command."""

from penstock.cli.command import Group

app = Group(
    "artifacts",
    {
        "list": "penstock.cli.artifacts.list:list_artifacts",
        "show": "penstock.cli.artifacts.show:show",
        "lineage": "penstock.cli.artifacts.lineage:lineage",
        "keep": "penstock.cli.keep:keep_artifact",
    },
    help="What runs produced, and what came from what.",
)

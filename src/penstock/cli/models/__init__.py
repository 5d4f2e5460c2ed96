"""`penstock models …`: registered models, and which of them is in production. One module for each command."""

from penstock.cli.command import Group

app = Group(
    "models",
    {
        "list": "penstock.cli.models.list:list_models",
        "show": "penstock.cli.models.show:show",
        "card": "penstock.cli.models.card:card",
        "register": "penstock.cli.models.register:register",
        "promote": "penstock.cli.models.promote:promote",
        "rollback": "penstock.cli.models.rollback:rollback",
        "history": "penstock.cli.models.history:history",
        "tag": "penstock.cli.models.tag:tag",
        "alias": "penstock.cli.models.alias:alias",
        "remove": "penstock.cli.models.remove:remove",
        "export": "penstock.cli.models.export:export",
        "import": "penstock.cli.models.fetch:fetch",
    },
    help="Registered models, and which of them is in production.",
)

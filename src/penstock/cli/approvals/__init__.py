"""`penstock approvals …`: what runs wait for from a person, and the answers. One module for each command."""

from penstock.cli.command import Group

app = Group(
    "approvals",
    {
        "list": "penstock.cli.approvals.list:list_approvals",
        "show": "penstock.cli.approvals.show:show",
        "approve": "penstock.cli.approvals.answer:approve",
        "reject": "penstock.cli.approvals.answer:reject",
    },
    help="What runs wait for from a person, and the answers.",
)

"""`penstock models card`: the card of a version, as Markdown or as a page."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.version_reference
@click.option("--html", "page", type=options.FILE, metavar="FILE", help="Write it as one page of HTML, with figures.")
@click.option("--markdown", "text", type=options.FILE, metavar="FILE", help="Write it as Markdown.")
@options.home
def card(reference: str, page: Path | None, text: Path | None, home: Path | None) -> int:
    """Print the card of a version: data, metrics, fairness, limits, lineage.

    VERSION is taxi/3, taxi@champion, taxi/latest, or taxi for its champion. Without a file it is printed as Markdown.
    """
    import sys

    from penstock.cli.session import check_writable, session, write_text
    from penstock.cli.text import line
    from penstock.platform.card import card_markdown, card_page, model_card

    check_writable(page)
    check_writable(text)
    with session(home) as here:
        drawn = model_card(here.store, here.system.artifacts, here.system.models.resolve(reference))
        if page is not None:
            write_text(page, card_page(drawn))
        if text is not None:
            write_text(text, card_markdown(drawn))
        if page is None and text is None:
            sys.stdout.write(card_markdown(drawn))
        for target in filter(None, (page, text)):
            here.screen.print(line(("wrote ", "dim"), str(target)))
    return 0

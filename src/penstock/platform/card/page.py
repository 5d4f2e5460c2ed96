"""A card as one page of HTML: no scripts, nothing fetched, light and dark, with figures."""

from pathlib import Path

from penstock.platform.card.parts import Block, Card, Facts, Figures, Notes, Prose, Table
from penstock.platform.report import page as report_page
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.words import one_line

_STATES = {"READY": "SUCCEEDED", "PENDING": "PENDING", "REFUSED": "FAILED"}


def card_page(card: Card) -> str:
    """One HTML document that needs no other file."""
    styles = [Path(report_page.__file__).with_name("style.css"), Path(__file__).with_name("card.css")]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=report_page.POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", one_line(f"{card.title} · model card")),
        tag("style", Markup("\n".join(style.read_text(encoding="utf-8") for style in styles))),
    )
    sections = [
        tag("section", tag("h2", section.title), *drawn)
        for section in card.sections
        if (drawn := [block for one in section.blocks if (block := _block(one))])
    ]
    body = tag("body", tag("main", _header(card), *sections), class_="card")
    return "<!doctype html>\n" + tag("html", head, body, lang="en") + "\n"


def _header(card: Card) -> Markup:
    state = _STATES.get(card.status, "PENDING")
    pills = [tag("span", card.status, class_=f"pill s-{state.lower()}")]
    pills += [tag("span", f"@{one_line(alias)}", class_="pill alias") for alias in card.aliases]
    numbers = [
        tag("div", tag("span", name), tag("b", number), tag("small", interval))
        for name, (number, interval) in card.headline.items()
    ]
    return tag(
        "header",
        tag("h1", one_line(card.title), *pills),
        tag("p", f"Model card · {card.summary}", class_="note"),
        tag("div", *numbers, class_="headline") if numbers else "",
    )


def _block(block: Block) -> Markup:
    match block:
        case Facts():
            rows = [tag("div", tag("dt", name), tag("dd", one_line(text))) for name, text in block.rows.items()]
            return tag("dl", *rows, class_="facts") if rows else Markup("")
        case Table():
            return _table(block) if block.rows else Markup("")
        case Prose():
            return tag("p", block.text, class_="prose")
        case Notes():
            return tag("ul", *(tag("li", item) for item in block.items), class_="notes")
        case Figures():
            figures = [tag("figure", Markup(svg), aria_label=name) for name, svg in block.draw().items()]
            return tag("div", *figures, class_="figures") if figures else Markup("")


def _table(table: Table) -> Markup:
    drawn = bool(table.pictures)
    kinds = ["number" if place in table.numbers else None for place in range(len(table.heads))]
    heads = [tag("th", head, class_=kind) for head, kind in zip(table.heads, kinds, strict=True)]
    rows = []
    for index, row in enumerate(table.rows):
        cells = [tag("td", one_line(cell), class_=kind) for cell, kind in zip(row, kinds, strict=True)]
        picture = [tag("td", Markup(table.pictures[index]), class_="picture")] if drawn else []
        rows.append(tag("tr", *picture, *cells))
    head = tag("tr", *([tag("th")] if drawn else []), *heads)
    return tag("div", tag("table", tag("thead", head), tag("tbody", join(rows))), class_="scroll")

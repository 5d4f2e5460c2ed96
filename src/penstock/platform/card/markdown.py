"""A card as Markdown: for a repository, a review, a wiki."""

from collections.abc import Sequence

from penstock.platform.card.parts import Block, Card, Facts, Figures, Notes, Prose, Table

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#"})


def card_markdown(card: Card) -> str:
    """The text. Figures are on the page only."""
    state = ", ".join(filter(None, [card.status, *(f"@{alias}" for alias in card.aliases)]))
    lines = [f"# {_text(card.title)}", f"{_text(state)}, {_text(card.summary)}"]
    if card.headline:
        rows = [[name, number, interval] for name, (number, interval) in card.headline.items()]
        lines.append(_table(["", "value", "interval"], rows, frozenset({1, 2})))
    for section in card.sections:
        drawn = [text for block in section.blocks if (text := _block(block))]
        if drawn:
            lines += [f"## {_text(section.title)}", *drawn]
    return "\n\n".join(lines) + "\n"


def _block(block: Block) -> str:
    match block:
        case Facts():
            return "\n".join(f"- {_text(name)}: {_text(text)}" for name, text in block.rows.items())
        case Table():
            return _table(block.heads, block.rows, block.numbers)
        case Prose():
            return _text(block.text)
        case Notes():
            return "\n".join(f"- {_text(item)}" for item in block.items)
        case Figures():
            return ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> str:
    if not rows:
        return ""
    rule = ["---:" if place in numbers else "---" for place in range(len(heads))]
    lines = [[_text(head) for head in heads], rule, *([_text(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return " ".join(text.translate(_SPECIAL).split())

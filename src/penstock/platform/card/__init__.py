"""The card of a registered version: what it is, what it was made from, how good it is, who promoted it."""

from penstock.platform.card.gathering import model_card
from penstock.platform.card.markdown import card_markdown
from penstock.platform.card.page import card_page
from penstock.platform.card.parts import Card

__all__ = ["Card", "card_markdown", "card_page", "model_card"]

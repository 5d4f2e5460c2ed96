"""Registered models: names, versions, aliases, and the log of promotions that says what was in production when."""

from penstock.registry.models import ModelRegistry
from penstock.registry.references import CHAMPION, Reference, parse_reference

__all__ = ["CHAMPION", "ModelRegistry", "Reference", "parse_reference"]

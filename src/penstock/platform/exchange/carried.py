"""What came of carrying a version over."""

from typing import Literal

from msgspec import Struct, field


class Carried(Struct, frozen=True, kw_only=True):
    """One version, here and there."""

    name: str
    version: int
    """Its number where it came from."""
    became: int | None
    """Its number where it is now; None if it was left out."""
    outcome: Literal["carried", "there already", "left out"]
    reason: str = ""
    """Why it was left out."""
    aliases: list[str] = field(default_factory=list)
    """Those that it has got."""

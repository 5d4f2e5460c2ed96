"""How models are named: what a name and an alias may be, and texts such as `taxi@champion` that mean a version."""

import re
import unicodedata

from msgspec import Struct

from penstock.registry.errors import AliasInvalid, ModelNameInvalid, ReferenceInvalid

CHAMPION = "champion"
"""The alias of what is in production, and what a bare name means."""
LATEST = "latest"
"""In `taxi/latest`: the newest version that is ready. No alias is called so."""

_LONGEST = 200
_SEPARATORS = "/@:"
_LOOKS_LIKE_VERSION = re.compile(r"[vV]?\d+")


class Reference(Struct, frozen=True, kw_only=True):
    """Which version of which model, as a person says it. `version` or `alias` is set, or neither: the latest."""

    name: str
    version: int | None = None
    alias: str | None = None

    def __str__(self) -> str:
        if self.alias is not None:
            return f"{self.name}@{self.alias}"
        return f"{self.name}/{LATEST if self.version is None else self.version}"


def check_name(name: str) -> str:
    """`name` if a model may be called that. Raises `ModelNameInvalid`."""
    reason = _unfit(name)
    if reason:
        raise ModelNameInvalid(name=name, reason=reason)
    return name


def check_alias(alias: str) -> str:
    """`alias` if an alias may be called that. Raises `AliasInvalid`."""
    reason = _unfit(alias)
    if not reason and alias.lower() == LATEST:
        reason = "that means the newest version, whichever it is"
    if not reason and _LOOKS_LIKE_VERSION.fullmatch(alias):
        reason = "it would be taken for the number of a version"
    if reason:
        raise AliasInvalid(alias=alias, reason=reason)
    return alias


def parse_reference(text: str) -> Reference:
    """What `text` means: `taxi@champion`, `taxi/3`, `taxi/latest`, `taxi`; with `models:/` before it as in MLflow too.

    Raises:
        ReferenceInvalid: It means nothing.
        ModelNameInvalid, AliasInvalid: There cannot be such a name.
    """
    plain = text.removeprefix("models:/")
    name, at, alias = plain.partition("@")
    if at:
        return Reference(name=check_name(name), alias=check_alias(alias))
    name, slash, version = plain.partition("/")
    check_name(name)
    if not slash:
        return Reference(name=name, alias=CHAMPION)
    if version == LATEST:
        return Reference(name=name)
    if not (version.isascii() and version.isdigit() and len(version) < 10 and int(version)):
        raise ReferenceInvalid(text=text, reason=f"{version[:40]!r} is no number of a version")
    return Reference(name=name, version=int(version))


def _unfit(text: str) -> str:
    """Why it can be no name; empty if it can."""
    if not text:
        return "it is empty"
    if len(text) > _LONGEST:
        return f"it has {len(text)} characters"
    if text != text.strip():
        return "it begins or ends with a space"
    for char in text:
        if char in _SEPARATORS:
            return f"{char!r} stands between a name and a version or an alias"
        if not char.isprintable():
            return f"it holds a character that cannot be seen ({char!a})"
    if text.startswith("-"):
        return "a word that begins with `-` is an option on a command line"
    if text in (".", ".."):
        return "that is a folder"
    if unicodedata.normalize("NFC", text) != text:
        return "it is not in Unicode's normal form (NFC), so that two names could look the same"
    return ""

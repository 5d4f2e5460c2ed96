"""A hook of mkdocs: `folder/*` (or `*`) in the navigation stands for the folder's pages that are not listed by name."""

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Called by mkdocs with its settings."""
    listed = set(_names(config.nav))
    config.nav = _filled(config.nav, Path(config.docs_dir), listed)
    return config


def _names(nav: list[Any]) -> list[str]:
    names: list[str] = []
    for entry in nav:
        for part in entry.values() if isinstance(entry, dict) else [entry]:
            names += _names(part) if isinstance(part, list) else [part]
    return names


def _filled(nav: list[Any], docs: Path, listed: set[str]) -> list[Any]:
    filled: list[Any] = []
    for entry in nav:
        if isinstance(entry, dict):
            filled.append({title: _filled(p, docs, listed) if isinstance(p, list) else p for title, p in entry.items()})
        elif entry.endswith("*"):
            pages = (page.relative_to(docs).as_posix() for page in sorted(docs.glob(entry + ".md")))
            filled += [page for page in pages if page not in listed]
        else:
            filled.append(entry)
    return filled

#!/usr/bin/env python3
"""Write the lists of `docs/errors/index.md` and `docs/decisions/index.md` from the titles of the pages beside them.

With `--check`, change nothing and fail if a list is not up to date.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
START, END = "<!-- made by a script: do not edit -->\n", "<!-- end -->\n"


def listing(folder: Path, pattern: str, head: str) -> str:
    """A table of the pages of `folder` whose names match `pattern`: key and title, from each page's first line."""
    rows = [f"| {head} |\n|---|---|\n"]
    for page in sorted(folder.glob("*.md")):
        if not re.fullmatch(pattern, page.stem):
            continue
        first = page.read_text(encoding="utf-8").partition("\n")[0]
        key, colon, title = first.removeprefix("# ").partition(": ")
        if not colon or not page.stem.startswith(key):
            raise SystemExit(f"{page}: the first line must be `# {page.stem.split('-')[0]}: title`, not {first!r}")
        rows.append(f"| [{key}]({page.name}) | {title} |\n")
    return "".join(rows)


def bring_up_to_date(pages: Mapping[Path, str], *, check: bool, script: str) -> int:
    """Put each text between the marks of its page; with `check`, only say which page is stale, and return 1."""
    stale = 0
    for page, text in pages.items():
        old = page.read_text(encoding="utf-8")
        before, start, rest = old.partition(START)
        _, end, after = rest.partition(END)
        if not (start and end):
            raise SystemExit(f"{page}: the marks {START!r} and {END!r} are missing")
        new = f"{before}{start}\n{text}\n{end}{after}"
        if new != old and check:
            print(f"{page.relative_to(DOCS.parent)} is not up to date; run: python {script}", file=sys.stderr)
            stale = 1
        elif new != old:
            page.write_text(new, encoding="utf-8")
    return stale


if __name__ == "__main__":
    lists = {
        DOCS / "errors/index.md": listing(DOCS / "errors", r"[A-Z]{3}\d{3}", "code | what happened"),
        DOCS / "decisions/index.md": listing(DOCS / "decisions", r"\d{4}-.+", "number | decision"),
    }
    raise SystemExit(bring_up_to_date(lists, check="--check" in sys.argv[1:], script="scripts/index_docs.py"))

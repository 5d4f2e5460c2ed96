#!/usr/bin/env python3
"""Write the lists of `docs/errors/index.md` and `docs/decisions/index.md` from the titles of the pages beside them.

With `--check`, change nothing and fail if a list is not up to date.
"""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
START, END = "<!-- list: made by scripts/index_docs.py -->\n", "<!-- end of list -->\n"


def listing(folder: Path, pattern: str, head: str) -> str:
    """A table of the pages of `folder` whose names match `pattern`: key and title, from each page's first line."""
    rows = [head]
    for page in sorted(folder.glob("*.md")):
        if not re.fullmatch(pattern, page.stem):
            continue
        first = page.read_text(encoding="utf-8").partition("\n")[0]
        key, colon, title = first.removeprefix("# ").partition(": ")
        if not colon or not page.stem.startswith(key):
            raise SystemExit(f"{page}: the first line must be `# {page.stem.split('-')[0]}: title`, not {first!r}")
        rows.append(f"| [{key}]({page.name}) | {title} |\n")
    return "".join(rows)


def updated(index: Path, table: str) -> str:
    """The text of `index` with `table` between the two marks."""
    before, start, rest = index.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise SystemExit(f"{index}: the marks {START!r} and {END!r} are missing")
    return f"{before}{start}\n{table}\n{end}{after}"


def main(check: bool) -> int:
    """Bring both lists up to date, or say which is not."""
    stale = 0
    for name, pattern, head in [
        ("errors", r"[A-Z]{3}\d{3}", "| code | what happened |\n|---|---|\n"),
        ("decisions", r"\d{4}-.+", "| number | decision |\n|---|---|\n"),
    ]:
        index = DOCS / name / "index.md"
        text = updated(index, listing(index.parent, pattern, head))
        if text == index.read_text(encoding="utf-8"):
            continue
        if check:
            print(f"docs/{name}/index.md is not up to date; run: python scripts/index_docs.py", file=sys.stderr)
            stale = 1
        else:
            index.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv[1:]))

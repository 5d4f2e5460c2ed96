"""Texts kept in files. `REWRITE_GOLDENS=1 pytest …` writes them anew; look at the difference before you commit it."""

import os
from pathlib import Path


def assert_golden(file: Path, text: str) -> None:
    """`text` is what `file` holds."""
    if os.environ.get("REWRITE_GOLDENS"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"if the new text is right: REWRITE_GOLDENS=1 pytest {file.parent}"

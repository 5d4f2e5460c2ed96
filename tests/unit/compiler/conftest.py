import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.author import Author, fresh_imports


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    with fresh_imports():
        yield Author(tmp_path)
    sys.dont_write_bytecode = before

"""Whatever texts a CSV file holds, and wherever its blocks end, what was written is read."""

import csv
import io
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.components import csv_files
from penstock.components.csv_files import Dialect, Problems, texts_of

_TEXTS = st.text(st.sampled_from('ab",;\n\r \té名🚕5'), max_size=6)
_TABLES = st.lists(st.tuples(_TEXTS, _TEXTS, _TEXTS), max_size=12)


def read(data: bytes, block: int, encoding: str = "utf-8") -> tuple[list[tuple[str, ...]], Problems]:
    dialect, problems = Dialect(separator=",", encoding=encoding, missing=[]), Problems()
    with tempfile.TemporaryDirectory() as folder, patch.object(csv_files, "BLOCK", block):
        path = Path(folder) / "rows.csv"
        path.write_bytes(data)
        return [row for frame in texts_of(path, dialect, problems, "rows.csv") for row in frame.rows()], problems


@settings(max_examples=150, deadline=None)
@given(_TABLES, st.integers(1, 60), st.sampled_from(["utf-8", "utf-16"]))
@example([('5" pipe', "x", "y"), ("\n", '"', "")], 7, "utf-8")
def test_what_was_written_is_read_block_by_block(rows, block, encoding):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two, and more", 'thr"ee'), *rows])
    found, problems = read(text.getvalue().encode(encoding), block, encoding)
    assert found == rows
    assert problems.count == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["1,2", "1", "1,2,3", '"a\nb",2']), max_size=30), st.integers(1, 60))
def test_bad_rows_have_their_numbers_wherever_blocks_end(lines, block):
    found, problems = read("\n".join(["x,y", *lines, ""]).encode(), block)
    assert len(found) == sum(line in ("1,2", '"a\nb",2') for line in lines)
    wanted = [row for row, line in enumerate(lines, start=2) if line in ("1", "1,2,3")]
    assert [problem.row for problem in problems.kept] == wanted
